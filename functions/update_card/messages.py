"""Which Slack message shows a subject. Conditional writes make sure that there is one message per subject."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosscheck.ledger import DAY
from crosscheck.settings import required

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from crosscheck.clients import Clients
    from crosscheck.subjects import Keyed

# Longer than the function may run: whoever claimed and has not saved by then is dead.
CLAIM_SECONDS = 90


@dataclass(frozen=True)
class Message:
    """A posted card: where it is, and what it shows."""

    channel: str
    timestamp: str
    version: int
    digest: str


class Messages:
    """The messages of all subjects, beside the ledger's facts in the same table."""

    def __init__(
        self, client: DynamoDBClient, table: str, retention_days: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._table = table
        self._retention = retention_days * DAY
        self._clock = clock

    @classmethod
    def from_env(cls, clients: Clients) -> Messages:
        """In the table that the function's environment names."""
        return cls(clients.dynamodb(), required("LEDGER_TABLE"), int(required("LEDGER_RETENTION_DAYS")))

    def find(self, subject: Keyed) -> Message | None:
        """The subject's message, or None while nothing is posted."""
        answer = self._client.get_item(TableName=self._table, Key=_key(subject), ConsistentRead=True)
        item = answer.get("Item", {})
        if "timestamp" not in item:
            return None
        return Message(item["channel"]["S"], item["timestamp"]["S"], int(item["version"]["N"]), item["digest"]["S"])

    def claim(self, subject: Keyed) -> bool:
        """Whether the caller may post the subject's first message: one at a time, until it saves or its claim ends."""
        now = int(self._clock())
        return self._write(
            subject,
            {"claimed_until": {"N": str(now + CLAIM_SECONDS)}},
            "attribute_not_exists(#timestamp) AND (attribute_not_exists(#claimed_until) OR #claimed_until < :now)",
            {":now": {"N": str(now)}},
        )

    def release(self, subject: Keyed) -> None:
        """Give a claim back: nothing was posted."""
        self._write(subject, {"claimed_until": {"N": "0"}}, "attribute_not_exists(#timestamp)", {})

    def save(self, subject: Keyed, message: Message) -> bool:
        """Remember what the message shows; False where a newer version is known already."""
        fields = {
            "channel": {"S": message.channel},
            "timestamp": {"S": message.timestamp},
            "version": {"N": str(message.version)},
            "digest": {"S": message.digest},
        }
        return self._write(subject, fields, "attribute_not_exists(#version) OR #version <= :version", {})

    def forget(self, subject: Keyed) -> None:
        """The message is gone from Slack: the next one is posted anew."""
        self._client.delete_item(TableName=self._table, Key=_key(subject))

    def _write(self, subject: Keyed, fields: Mapping[str, Any], condition: str, extra: Mapping[str, Any]) -> bool:
        values = {f":{name}": value for name, value in fields.items()} | {
            ":ttl": {"N": str(int(self._clock()) + self._retention)}
        }
        names = {f"#{name}": name for name in (*fields, "ttl", "timestamp", "version", "claimed_until")}
        used = {name: field for name, field in names.items() if field in fields or name in condition or field == "ttl"}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(subject),
                UpdateExpression=f"SET {', '.join(f'#{name} = :{name}' for name in (*fields, 'ttl'))}",
                ConditionExpression=condition,
                ExpressionAttributeNames=used,
                ExpressionAttributeValues={**values, **extra},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _key(subject: Keyed) -> dict[str, Any]:
    return {"pk": {"S": f"card#{subject.key}"}, "sk": {"S": "card"}}
