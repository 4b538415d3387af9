"""Waiting without sleeping: a message is hidden in its queue until its time comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sqs import SQSClient

    from crosscheck.errors import RetryLaterError

# With the queue's 1,000 receives, waiting up to five minutes outlasts three days of outage.
LONGEST_BACKOFF = 300


def later(error: RetryLaterError, record: Mapping[str, Any]) -> int:
    """The seconds until the next try: what the error asks for, doubled with every receive of the message."""
    receives = int(record["attributes"]["ApproximateReceiveCount"])
    doubled = error.seconds << min(receives - 1, 10)
    return max(error.seconds, min(doubled, LONGEST_BACKOFF))


def postpone(client: SQSClient, queue_url: str, records: Sequence[Mapping[str, Any]], seconds: int) -> None:
    """Hide messages for so many seconds from now."""
    for record in records:
        client.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=seconds
        )
