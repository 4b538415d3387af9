"""Entry point: a batch of EventBridge events from the events queue."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from crosscheck.card_queue import CardQueue
from crosscheck.clients import Clients
from crosscheck.errors import UnreadableEventError
from crosscheck.ledger import Ledger
from crosscheck.telemetry import count
from record_events.recorder import Recorder
from record_events.settings import Settings
from record_events.verifications import Verifications

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_sqs import SQSClient

logger = Logger()


@cache
def _settings() -> Settings:
    return Settings.from_env()


@cache
def _clients() -> Clients:
    return Clients()


@cache
def _recorder() -> Recorder:
    settings, clients = _settings(), _clients()
    return Recorder(
        Ledger.from_env(clients),
        CardQueue.from_env(clients),
        Verifications(clients.stepfunctions(), settings.state_machine),
    )


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Record each message; the answer names those that SQS shall deliver again (ReportBatchItemFailures)."""
    failed = [record["messageId"] for record in event["Records"] if not _recorded(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _recorded(record: Mapping[str, Any]) -> bool:
    """Whether the message is done with. One bad message must not hold up the others of its batch."""
    try:
        _recorder().record(_parsed(record["body"]))
    except UnreadableEventError as error:
        logger.error("unreadable event, on its way to the dead-letter queue", reason=str(error))  # noqa: TRY400 - the reason says it all
        count("UnreadableEvents")
        _retry_at_once(_clients().sqs(), _settings().events_queue_url, record["receiptHandle"])
        return False
    except Exception:  # the queue delivers it again, then keeps it in its dead-letter queue
        logger.exception("event not recorded, the queue will deliver it again")
        count("EventFailures")
        return False
    return True


def _parsed(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError as error:
        raise UnreadableEventError("the message is no JSON") from error


def _retry_at_once(client: SQSClient, queue_url: str, receipt_handle: str) -> None:
    """No wait will make the event readable, so its receives are used up at once."""
    client.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=0)
