"""The queue of what was given up, and the one that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10  # messages that SQS hands out at once; of one group of a FIFO queue no more until these are deleted
HOLD_SECONDS = 300  # for a person to read them and to answer; whatever is killed, they come back then
_FIFO = ".fifo"


@dataclass(frozen=True)
class GivenUpMessage:
    """A message of a dead-letter queue. ``reason`` is why it was given up, as far as somebody said it."""

    id: str
    receipt: str
    body: str
    group: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DeadLetterQueue:
    """Holds messages until they are deleted, or given back."""

    client: SQSClient
    url: str

    def count(self) -> int:
        """About how many messages there are."""
        asked = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(asked["Attributes"]["ApproximateNumberOfMessages"])

    def receive(self) -> Sequence[GivenUpMessage]:
        """Some messages, which nobody else gets meanwhile; none where there are no more."""
        answer = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=HOLD_SECONDS,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["MessageGroupId"],
            MessageAttributeNames=["reason"],
        )
        return [_given_up(message) for message in answer.get("Messages", [])]

    def give_back(self, messages: Iterable[GivenUpMessage]) -> None:
        """Let others get them at once."""
        for message in messages:
            self.client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=message.receipt, VisibilityTimeout=0)

    def delete(self, message: GivenUpMessage) -> None:
        """Remove one that was handed on."""
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)


@dataclass(frozen=True)
class LiveQueue:
    """A queue that a function reads."""

    client: SQSClient
    url: str

    def send(self, body: str, identity: str, group: str = "") -> None:
        """Hand a message on; SQS has it once this returns. In a FIFO queue the same ``identity`` is taken once within
        five minutes."""
        fifo: Any = {"MessageGroupId": group, "MessageDeduplicationId": f"replay-{identity}"}
        self.client.send_message(QueueUrl=self.url, MessageBody=body, **(fifo if self.url.endswith(_FIFO) else {}))


def _given_up(message: Mapping[str, Any]) -> GivenUpMessage:
    return GivenUpMessage(
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        group=message.get("Attributes", {}).get("MessageGroupId", ""),
        reason=message.get("MessageAttributes", {}).get("reason", {}).get("StringValue", ""),
    )
