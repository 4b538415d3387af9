"""Entry point: a batch of EventBridge events from the events queue."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck.aws_errors import error_texts_left_out
from crosscheck.clients import Clients
from crosscheck.errors import UnreadableEventError
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.settings import required
from crosscheck.size_limits import parse_json
from crosscheck.telemetry import count, function_logger
from record_events.recorder import EventRecorder
from record_events.verifications import Verifications

logger = function_logger()


@made_at_init
def _clients() -> Clients:
    return Clients()


@made_at_init
def _recorder() -> EventRecorder:
    clients = _clients()
    return EventRecorder(
        Ledger.from_env(clients),
        CardQueue.from_env(clients),
        Verifications(clients.client("stepfunctions"), required("STATE_MACHINE")),
    )


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Record each message; the answer names those that SQS shall deliver again (ReportBatchItemFailures)."""
    failed = [record["messageId"] for record in event["Records"] if not _recorded(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _recorded(record: Mapping[str, Any]) -> bool:
    """Whether the message is done with. One bad message must not hold up the others of its batch."""
    try:
        _record(record)
    except Exception:  # the queue delivers it again, then keeps it in its dead-letter queue
        logger.exception("event not recorded, the queue will deliver it again")
        count("EventFailures")
        return False
    return True


def _record(record: Mapping[str, Any]) -> None:
    """Record an event; one that no retry makes readable goes to the dead-letter queue at once, with its reason."""
    try:
        _recorder().record(_parsed(record["body"]))
    except UnreadableEventError as error:
        logger.error("unreadable event, kept in the dead-letter queue", reason=str(error))  # noqa: TRY400 - the reason says it all
        count("UnreadableEvents")
        _clients().client("sqs").send_message(
            QueueUrl=required("EVENTS_DEAD_LETTERS_URL"),
            MessageBody=record["body"],
            MessageAttributes={"reason": {"DataType": "String", "StringValue": str(error)}},
        )


def _parsed(body: str) -> object:
    try:
        return parse_json(body)
    except ValueError as error:
        raise UnreadableEventError("the message is no JSON") from error
