"""Which Slack message shows a subject. Conditional writes make sure that there is one message per subject."""

from dataclasses import dataclass

from crosscheck.cards.slack import ChannelRefusedError, SlackRefusedError
from crosscheck.cards.slack_answers import Remedy
from crosscheck.ledger.subjects import LedgerKey, card_key
from crosscheck.ledger.table import AttributeValues, ReleaseTable, item_key

# Longer than the function may run: whoever claimed and has not saved by then is dead.
CLAIM_SECONDS = 130


@dataclass(frozen=True)
class PostedMessage:
    """A posted card: where it is, the digest and the essence of what it shows, and the timestamp of the message that it
    continues."""

    channel: str
    timestamp: str
    digest: str
    continues: str = ""
    essence: str = ""

    def out_of_reach(self, error: SlackRefusedError | ChannelRefusedError, channel: str) -> bool:
        """Whether the error means that we can never again edit the message or reply to it: Slack lets us no more, or it
        stands in another channel than the one in use. That one refusing us must not hold up the cards of this one."""
        if isinstance(error, ChannelRefusedError):
            return self.channel != channel
        return error.remedy is Remedy.ANEW


class PostedMessages(ReleaseTable):
    """The messages of all subjects, beside the ledger's facts in the same table."""

    def find(self, subject: LedgerKey) -> PostedMessage | None:
        """The subject's message, or None while nothing is posted."""
        answer = self.client.get_item(TableName=self.table, Key=_key(subject), ConsistentRead=True)
        item = answer.get("Item", {})
        if "timestamp" not in item:
            return None
        continues, essence = (item.get(name, {"S": ""})["S"] for name in ("continues", "essence"))
        return PostedMessage(item["channel"]["S"], item["timestamp"]["S"], item["digest"]["S"], continues, essence)

    def claim(self, subject: LedgerKey, instead_of: str = "") -> bool:
        """Whether the caller may post the subject's first message, or one in place of the message ``instead_of``: one
        at a time, until it saves or its claim ends. Until then the message that there is stays the subject's."""
        now = int(self.clock())
        stands, standing = _stands(instead_of)
        return self.update(
            _key(subject),
            ["#claimed_until = :until"],
            {":until": {"N": str(now + CLAIM_SECONDS)}, ":now": {"N": str(now)}, **standing},
            f"{stands} AND (attribute_not_exists(#claimed_until) OR #claimed_until < :now)",
        )

    def unclaim(self, subject: LedgerKey, instead_of: str = "") -> None:
        """Give a claim back: nothing was posted."""
        stands, standing = _stands(instead_of)
        self.update(_key(subject), ["#claimed_until = :until"], {":until": {"N": "0"}, **standing}, stands)

    def save(self, subject: LedgerKey, message: PostedMessage) -> None:
        """Remember what the message shows, and end a claim."""
        values: AttributeValues = {
            ":channel": {"S": message.channel},
            ":timestamp": {"S": message.timestamp},
            ":digest": {"S": message.digest},
            ":continues": {"S": message.continues},
            ":essence": {"S": message.essence},
            ":until": {"N": "0"},
        }
        names = ("channel", "timestamp", "digest", "continues", "essence")
        self.update(_key(subject), [*(f"#{name} = :{name}" for name in names), "#claimed_until = :until"], values)

    def refused(self, subject: LedgerKey, error: str) -> None:
        """Remember that Slack refused the newest card, and in which word."""
        self.update(_key(subject), ["#refused = :refused"], {":refused": {"S": error}})


def _stands(timestamp: str) -> tuple[str, AttributeValues]:
    """The condition that the subject's message is still that one, or that it has none, with its values."""
    if not timestamp:
        return "attribute_not_exists(#timestamp)", {}
    return "#timestamp = :standing", {":standing": {"S": timestamp}}


def _key(subject: LedgerKey) -> AttributeValues:
    return item_key(card_key(subject), "card")
