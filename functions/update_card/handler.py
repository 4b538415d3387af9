"""Entry point: a batch of "this subject changed" from the cards queue.

Nothing sleeps: a message that has to wait is hidden in its queue until its time comes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from crosscheck.aws_errors import AWS_ERRORS, code, error_texts_left_out, never_passes
from crosscheck.cards.slack import PersonNeededError, SlowDownError
from crosscheck.clients import Clients
from crosscheck.decisions.approvers import parse_approvers
from crosscheck.errors import RetryLaterError
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.pipeline_channels import PipelineChannels
from crosscheck.ledger.subjects import LedgerKey, parse_subject
from crosscheck.ledger.table import Ledger
from crosscheck.settings import optional, required
from crosscheck.telemetry import count, function_logger
from crosscheck.web_trust import web_trust
from update_card.card_channels import CardChannels
from update_card.loader import CardLoader
from update_card.moment_teller import MomentTeller
from update_card.pipeline_lookup import PipelineLookup
from update_card.posted_messages import PostedMessages
from update_card.publisher import CardPublisher
from update_card.slack_session import SlackSession
from update_card.told_moments import ToldMoments

logger = function_logger()

ENOUGH_MILLISECONDS = 75_000  # for one card: reading the ledger, asking CodePipeline, asking Slack a few times
RECEIVES_OF_A_FAILURE = 5
WAIT_FOR_AWS = 5
# With the queue's 1,000 receives, waiting up to five minutes outlasts three days of outage.
LONGEST_BACKOFF = 300


@made_at_init
def _clients() -> Clients:
    return Clients()


@made_at_init
def _showing() -> CardPublisher:
    web_trust()
    clients = _clients()
    ledger = Ledger.from_env(clients)
    lookup = PipelineLookup(clients, ledger)
    workspace = SlackSession(clients, optional("SLACK_SECRET"), required("SLACK_API_URL"))
    channels = CardChannels(lookup, PipelineChannels.from_env(clients), required("SLACK_CHANNEL"))
    told = ToldMoments.from_env(clients)
    return CardPublisher(
        drawing=CardLoader(
            ledger,
            lookup,
            approvers=parse_approvers(optional("APPROVERS")),
            may_roll_back=optional("ROLLBACK_MODE", "off") != "off",
        ),
        messages=PostedMessages.from_env(clients),
        workspace=workspace,
        channels=channels,
        teller=MomentTeller(told, workspace, lookup, channels, optional("NOTIFY_ON_FAILURE")),
    )


@logger.inject_lambda_context
@error_texts_left_out
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Show each changed subject. From the first on that has to wait, those of its channel go back to the queue; a
    batch may hold messages of several channels, and the others do not wait with it.

    A subject is shown once a batch: whatever a later message tells of was known before the batch came.
    """
    records = event["Records"]
    given_back: list[Mapping[str, Any]] = []
    shown: set[tuple[str, str]] = set()
    for index, record in enumerate(records):
        if record in given_back or (_group(record), record["body"]) in shown:
            continue
        behind = [each for each in records[index:] if _group(each) == _group(record)]
        try:
            if index and context.get_remaining_time_in_millis() < ENOUGH_MILLISECONDS:
                raise RetryLaterError("no time is left for more cards", 1)  # noqa: TRY301 - as any card that has to wait
            _show(record)
        except RetryLaterError as error:
            _give_back(behind, error)
            given_back += behind
        else:
            shown.add((_group(record), record["body"]))
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in given_back]}


def _show(record: Mapping[str, Any]) -> None:
    """Show one subject.

    The queue is FIFO, so a message that fails for ever would hold up every card of its channel: after a few
    receives it goes to the dead-letter queue. An outage lasts longer than that, and loses no card: what AWS refuses now
    and may answer later is waited for.

    Raises:
        RetryLaterError: it has to wait.
    """
    try:
        _show_in_its_group(parse_subject(record["body"]), record)
    except RetryLaterError:
        raise
    except Exception as error:
        if isinstance(error, AWS_ERRORS) and not never_passes(error):
            logger.exception("AWS refused or did not answer")
            raise RetryLaterError(f"AWS: {code(error)}", WAIT_FOR_AWS) from error
        logger.exception("the card cannot be drawn")
        count("CardFailures")
        if int(record["attributes"]["ApproximateReceiveCount"]) < RECEIVES_OF_A_FAILURE:
            raise RetryLaterError(f"the card cannot be drawn: {type(error).__name__}", WAIT_FOR_AWS) from error
        _clients().client("sqs").send_message(
            QueueUrl=required("CARD_DEAD_LETTERS_URL"),
            MessageBody=record["body"],
            MessageGroupId=record["attributes"]["MessageGroupId"],
            MessageDeduplicationId=record["messageId"],
        )


def _show_in_its_group(subject: LedgerKey, record: Mapping[str, Any]) -> None:
    """Show the subject, or hand it over to the group of its channel: no channel that makes us wait may hold up another.

    Whoever told of the change did not know the channel yet, or its card stands in an earlier one.
    """
    channel = _showing().channel_of(subject)
    if channel == _group(record):
        _showing().show(subject, channel)
    else:
        CardQueue.from_env(_clients()).changed_in(channel, subject, f"moved {record['messageId']}")


def _group(record: Mapping[str, Any]) -> str:
    return str(record["attributes"]["MessageGroupId"])


def _give_back(records: Sequence[Mapping[str, Any]], error: RetryLaterError) -> None:
    """The queue is FIFO: what stands behind a message of its group waits with it."""
    seconds = _retry_delay(error, records[0])
    person = isinstance(error, PersonNeededError)
    tell = logger.error if person else logger.warning
    tell("the card has to wait", reason=str(error), seconds=seconds, messages=len(records))
    count("CardsDelayed")
    if person:
        count("CardsRefused")
    for record in records:
        try:
            _clients().client("sqs").change_message_visibility(
                QueueUrl=required("CARD_QUEUE_URL"), ReceiptHandle=record["receiptHandle"], VisibilityTimeout=seconds
            )
        except AWS_ERRORS:
            logger.exception("the message comes back when its visibility timeout ends")


def _retry_delay(error: RetryLaterError, record: Mapping[str, Any]) -> int:
    """The seconds until the next try: those that Slack names, else what the error asks for, doubled with every receive
    of the message. A burst of cards waits a second for each; doubled, they would wait for hours."""
    if isinstance(error, SlowDownError):
        return error.seconds
    receives = int(record["attributes"]["ApproximateReceiveCount"])
    doubled = error.seconds << min(receives - 1, 10)
    return max(error.seconds, min(doubled, LONGEST_BACKOFF))
