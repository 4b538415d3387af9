"""Entry point: a batch of "this subject changed" from the cards queue."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from crosscheck.clients import Clients
from crosscheck.errors import RetryLaterError
from crosscheck.ledger import Ledger
from crosscheck.subjects import parse_subject
from crosscheck.telemetry import count
from update_card.drawing import Drawing
from update_card.lookup import Lookup
from update_card.messages import Messages
from update_card.retries import later, postpone
from update_card.settings import Settings
from update_card.showing import Showing
from update_card.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()


@cache
def _settings() -> Settings:
    return Settings.from_env()


@cache
def _clients() -> Clients:
    return Clients()


@cache
def _showing() -> Showing:
    settings, clients = _settings(), _clients()
    ledger = Ledger.from_env(clients)
    return Showing(
        drawing=Drawing(ledger, Lookup(clients, ledger, settings.gate_function)),
        messages=Messages.from_env(clients),
        workspace=Workspace(clients.secretsmanager(), settings.slack_secret, settings.slack_api_url),
        channel=settings.slack_channel,
    )


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Show each changed subject; on the first that has to wait, give it and all behind it back to the queue."""
    records = event["Records"]
    for index, record in enumerate(records):
        try:
            _showing().show(parse_subject(record["body"]))
        except RetryLaterError as error:
            return _give_back(records[index:], error)
    return {"batchItemFailures": []}


def _give_back(records: Sequence[Mapping[str, Any]], error: RetryLaterError) -> dict[str, Any]:
    """The queue is FIFO: what stands behind a message waits with it."""
    seconds = later(error, records[0])
    logger.warning("the card has to wait", reason=str(error), seconds=seconds, messages=len(records))
    count("CardsDelayed")
    postpone(_clients().sqs(), _settings().card_queue_url, records, seconds)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in records]}
