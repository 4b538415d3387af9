"""Waiting without sleeping: a message is hidden in its queue until its time comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.errors import RetryLaterError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

logger = Logger(child=True)

# With the queue's 1,000 receives, waiting up to five minutes outlasts three days of outage.
LONGEST_BACKOFF = 300


def retry_delay(error: RetryLaterError, record: Mapping[str, Any]) -> int:
    """The seconds until the next try: what the error asks for, doubled with every receive of the message."""
    receives = int(record["attributes"]["ApproximateReceiveCount"])
    doubled = error.seconds << min(receives - 1, 10)
    return max(error.seconds, min(doubled, LONGEST_BACKOFF))


def hide(client: SQSClient, queue_url: str, records: Sequence[Mapping[str, Any]], seconds: int) -> None:
    """Hide messages for so many seconds from now; where SQS will not, its own visibility timeout has to do."""
    for record in records:
        try:
            client.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=seconds
            )
        except (ClientError, BotoCoreError):
            logger.exception("the message comes back when its visibility timeout ends")


def send_to_dead_letters(client: SQSClient, dead_letters_url: str, record: Mapping[str, Any]) -> None:
    """Keep a message in the dead-letter queue, in its own order."""
    client.send_message(
        QueueUrl=dead_letters_url,
        MessageBody=record["body"],
        MessageGroupId=record["attributes"]["MessageGroupId"],
        MessageDeduplicationId=record["messageId"],
    )
