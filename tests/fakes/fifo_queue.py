"""SQS' FIFO queue in simulated time, with what its poller does: one batch at a time, in each group in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEDUPLICATION_SECONDS = 300
LONGEST_VISIBILITY = 43_200


@dataclass
class SimulatedClock:
    """The time of a simulation, in epoch seconds. Nothing sleeps."""

    now: float

    def __call__(self) -> float:
        """The time."""
        return self.now

    def pass_until(self, moment: float) -> None:
        """Let time pass; it never goes back."""
        self.now = max(self.now, moment)


@dataclass
class _Message:
    id: str
    body: str
    group: str
    visible_at: float
    receives: int = 0
    receipt: str = ""


class FakeFifoQueue:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html

    A group gives nothing out while a message of it is hidden: delayed, in flight, or waiting for its next try.
    """

    def __init__(self, clock: SimulatedClock, *, delay: float, visibility: float, most_receives: int) -> None:
        self._clock, self._delay, self._visibility, self._most = clock, delay, visibility, most_receives
        self._messages: list[_Message] = []
        self._sent: dict[str, float] = {}
        self.dead: list[str] = []
        self.received = 0

    def send_message(self, *, MessageBody: str, MessageGroupId: str, MessageDeduplicationId: str, **_: Any) -> None:  # noqa: N803 - boto3's names
        """Take a message, unless the same one came within five minutes."""
        now = self._clock()
        if now - self._sent.get(MessageDeduplicationId, -math.inf) >= DEDUPLICATION_SECONDS:
            self._sent[MessageDeduplicationId] = now
            name = f"message-{len(self._sent)}"
            self._messages.append(_Message(name, MessageBody, MessageGroupId, now + self._delay))

    def change_message_visibility(self, *, ReceiptHandle: str, VisibilityTimeout: int, **_: Any) -> None:  # noqa: N803
        """Hide a message that was received for so long from now."""
        assert 0 <= VisibilityTimeout <= LONGEST_VISIBILITY
        [message] = [each for each in self._messages if each.receipt == ReceiptHandle]
        message.visible_at = self._clock() + VisibilityTimeout

    @property
    def next_visible(self) -> float:
        """When something can be received again; infinity where the queue is empty."""
        groups: dict[str, list[_Message]] = {}
        for message in self._messages:
            groups.setdefault(message.group, []).append(message)
        return min((max(self._clock(), _due(messages)) for messages in groups.values()), default=math.inf)

    def deliver(self, handler: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        """Give out a batch of up to ten messages, and delete those that the handler does not name."""
        batch = self._receive()
        answer = handler({"Records": [_record(each) for each in batch]})
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        self._messages = [each for each in self._messages if each not in batch or each.id in failed]

    def _receive(self) -> list[_Message]:
        blocked = {each.group for each in self._messages if each.receives and self._hidden(each)}
        batch: list[_Message] = []
        for message in list(self._messages):
            if message.group in blocked or self._hidden(message):
                blocked.add(message.group)
                continue
            if message.receives >= self._most:
                self._messages.remove(message)
                self.dead.append(message.body)
                continue
            if len(batch) < 10:
                self.received += 1
                message.receives += 1
                message.receipt = f"{message.id}/{message.receives}"
                message.visible_at = self._clock() + self._visibility
                batch.append(message)
        return batch

    def _hidden(self, message: _Message) -> bool:
        return message.visible_at > self._clock()


def _due(group: Sequence[_Message]) -> float:
    """When a group gives something out again: what was received of it and is hidden blocks the rest."""
    return max([group[0].visible_at, *(each.visible_at for each in group if each.receives)])


def _record(message: _Message) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.receives), "MessageGroupId": message.group},
    }
