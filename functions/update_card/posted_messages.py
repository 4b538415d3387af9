"""Which Slack message shows a subject. Conditional writes make sure that there is one message per subject."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosscheck.clients import Clients
from crosscheck.ledger.subjects import LedgerKey
from crosscheck.ledger.table import DAY
from crosscheck.settings import required

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Longer than the function may run: whoever claimed and has not saved by then is dead.
CLAIM_SECONDS = 130


@dataclass(frozen=True)
class PostedMessage:
    """A posted card: where it is, and the digest of what it shows."""

    channel: str
    timestamp: str
    digest: str


@dataclass(frozen=True)
class PostedMessages:
    """The messages of all subjects, beside the ledger's facts in the same table."""

    client: DynamoDBClient
    table: str
    retention_days: int
    clock: Callable[[], float] = time.time

    @classmethod
    def from_env(cls, clients: Clients) -> PostedMessages:
        """In the table that the function's environment names."""
        return cls(clients.client("dynamodb"), required("LEDGER_TABLE"), int(required("LEDGER_RETENTION_DAYS")))

    def find(self, subject: LedgerKey) -> PostedMessage | None:
        """The subject's message, or None while nothing is posted."""
        answer = self.client.get_item(TableName=self.table, Key=_key(subject), ConsistentRead=True)
        item = answer.get("Item", {})
        if "timestamp" not in item:
            return None
        return PostedMessage(item["channel"]["S"], item["timestamp"]["S"], item["digest"]["S"])

    def claim(self, subject: LedgerKey) -> bool:
        """Whether the caller may post the subject's first message: one at a time, until it saves or its claim ends."""
        now = int(self.clock())
        return self._write(
            subject,
            {"claimed_until": {"N": str(now + CLAIM_SECONDS)}},
            "attribute_not_exists(#timestamp) AND (attribute_not_exists(#claimed_until) OR #claimed_until < :now)",
            {":now": {"N": str(now)}},
        )

    def unclaim(self, subject: LedgerKey) -> None:
        """Give a claim back: nothing was posted."""
        self._write(subject, {"claimed_until": {"N": "0"}}, "attribute_not_exists(#timestamp)")

    def save(self, subject: LedgerKey, message: PostedMessage) -> None:
        """Remember what the message shows."""
        fields = {
            "channel": {"S": message.channel},
            "timestamp": {"S": message.timestamp},
            "digest": {"S": message.digest},
        }
        self._write(subject, fields)

    def refused(self, subject: LedgerKey, error: str) -> None:
        """Remember that Slack refused the newest card, and in which word."""
        self._write(subject, {"refused": {"S": error}})

    def forget(self, subject: LedgerKey) -> None:
        """The message is gone from Slack: the next one is posted anew."""
        self.client.delete_item(TableName=self.table, Key=_key(subject))

    def _write(
        self,
        subject: LedgerKey,
        fields: Mapping[str, Any],
        condition: str = "",
        extra: Mapping[str, Any] | None = None,
    ) -> bool:
        written = {**fields, "ttl": {"N": str(int(self.clock()) + self.retention_days * DAY)}}
        conditional: Any = {"ConditionExpression": condition} if condition else {}
        names = {"#timestamp": "timestamp"} if "#timestamp" in condition else {}
        try:
            self.client.update_item(
                TableName=self.table,
                Key=_key(subject),
                UpdateExpression=f"SET {', '.join(f'#{name} = :{name}' for name in written)}",
                ExpressionAttributeNames={**names, **{f"#{name}": name for name in written}},
                ExpressionAttributeValues={**{f":{name}": value for name, value in written.items()}, **(extra or {})},
                **conditional,
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _key(subject: LedgerKey) -> dict[str, Any]:
    return {"pk": {"S": f"card#{subject.key}"}, "sk": {"S": "card"}}
