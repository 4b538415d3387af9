"""What a person is told in the thread of a card, and in the channel."""

import re
from collections.abc import Sequence

from crosscheck.cards.layout import NAME_LIMIT, Card, paragraphs
from crosscheck.cards.mrkdwn import escape, link
from crosscheck.ledger.subjects import Subject
from crosscheck.releases.moments import Moment, MomentKind

TEXT_LIMIT = 300
MOST_LINES = 20
_SIGNS = {
    MomentKind.APPROVAL: ":raised_hand:",
    MomentKind.FAILED: ":x:",
    MomentKind.ROLLBACK: ":rewind:",
    MomentKind.UNKNOWN: ":grey_question:",
    MomentKind.REPLACED: ":rotating_light:",
    MomentKind.STUCK: ":hourglass:",
    MomentKind.RECOVERED: ":white_check_mark:",
}
# https://docs.slack.dev/messaging/formatting-message-text#mentioning-users: ids of users and of user groups
_USER, _GROUP = re.compile(r"[UW][A-Z0-9]{2,20}"), re.compile(r"S[A-Z0-9]{2,20}")


def reply_card(release: Subject, moments: Sequence[Moment], person: str) -> Card:
    """The reply that tells of these moments; its text is as much of it as one paragraph holds. ``person`` is the id of
    whom it mentions, or empty."""
    lines = [_line(moment) for moment in moments[:MOST_LINES]]
    left = len(moments) - len(lines)
    more = [f"_and {left} more_"] if left else []
    address = f"{mention(person)} " if mention(person) else ""
    first = f"{address}*{escape(release.pipeline, NAME_LIMIT)}*"
    blocks = paragraphs([first, *lines, *more])
    return Card(blocks[0]["text"]["text"], blocks, {})


def mention(person: str) -> str:
    """The mention of a user (U… or W…) or of a user group (S…); empty for what is neither."""
    if _USER.fullmatch(person):
        return f"<@{person}>"
    return f"<!subteam^{person}>" if _GROUP.fullmatch(person) else ""


def _line(moment: Moment) -> str:
    act = f" · {link(moment.url, 'review it')}" if moment.url else ""
    text = escape(moment.text, TEXT_LIMIT)
    return f"{_SIGNS[moment.kind]} *{escape(moment.where, NAME_LIMIT * 2)}* {text}{act}"
