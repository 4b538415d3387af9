"""Which Slack message shows a subject. Conditional writes make sure that there is one message per subject."""

from dataclasses import dataclass

from crosscheck.ledger.subjects import LedgerKey
from crosscheck.ledger.table import AttributeValues, ReleaseTable, item_key

# Longer than the function may run: whoever claimed and has not saved by then is dead.
CLAIM_SECONDS = 130


@dataclass(frozen=True)
class PostedMessage:
    """A posted card: where it is, and the digest of what it shows."""

    channel: str
    timestamp: str
    digest: str


class PostedMessages(ReleaseTable):
    """The messages of all subjects, beside the ledger's facts in the same table."""

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
        return self.update(
            _key(subject),
            ["#claimed_until = :until"],
            {":until": {"N": str(now + CLAIM_SECONDS)}, ":now": {"N": str(now)}},
            "attribute_not_exists(#timestamp) AND (attribute_not_exists(#claimed_until) OR #claimed_until < :now)",
        )

    def unclaim(self, subject: LedgerKey) -> None:
        """Give a claim back: nothing was posted."""
        free = "attribute_not_exists(#timestamp)"
        self.update(_key(subject), ["#claimed_until = :until"], {":until": {"N": "0"}}, free)

    def save(self, subject: LedgerKey, message: PostedMessage) -> None:
        """Remember what the message shows."""
        values: AttributeValues = {
            ":channel": {"S": message.channel},
            ":timestamp": {"S": message.timestamp},
            ":digest": {"S": message.digest},
        }
        sets = ["#channel = :channel", "#timestamp = :timestamp", "#digest = :digest"]
        self.update(_key(subject), sets, values)

    def refused(self, subject: LedgerKey, error: str) -> None:
        """Remember that Slack refused the newest card, and in which word."""
        self.update(_key(subject), ["#refused = :refused"], {":refused": {"S": error}})

    def forget(self, subject: LedgerKey) -> None:
        """The message is gone from Slack: the next one is posted anew."""
        self.client.delete_item(TableName=self.table, Key=_key(subject))


def _key(subject: LedgerKey) -> AttributeValues:
    return item_key(f"card#{subject.key}", "card")
