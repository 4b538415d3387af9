"""What the page shows of one channel: pure, from the messages to HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from markupsafe import Markup

from local.slack.page.blocks import blocks_to_html
from local.slack.page.mrkdwn import to_html

if TYPE_CHECKING:
    from local.slack.messages import Message

APP_NAME = "Crosscheck"
_ENTRY = Markup("""<article class="message" data-ts="{ts}">{avatar}<div class="content">\
<div class="meta"><b class="author">{name}</b><span class="app">APP</span><time title="{full}">{time}</time></div>\
{body}{edited}{thread}</div></article>""")
_AVATAR = Markup(
    '<svg class="avatar" viewBox="0 0 36 36" aria-hidden="true"><rect width="36" height="36" rx="8" fill="#1f6f8b"/>'
    '<path d="M18 7a11 11 0 1 0 11 11M7 18h14M18 7c-6 6-6 16 0 22" fill="none" stroke="#a9dbe8" stroke-width="1.8"/>'
    '<path d="m15 15.5 4.2 4.4L29 9" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round"'
    ' stroke-linejoin="round"/></svg>'
)


@dataclass(frozen=True)
class Entry:
    """A message of the channel with its thread; the same ``html`` means that nothing changed."""

    ts: str
    day: str
    html: Markup


def entries(messages: Sequence[Message], today: datetime) -> list[Entry]:
    """The channel, oldest first; replies stand under the message that they reply to. ``today`` has the zone shown."""
    replies: dict[str, list[Message]] = {}
    for message in messages:
        if message.thread_ts:
            replies.setdefault(message.thread_ts, []).append(message)
    return [
        Entry(message.ts, _day(_when(message, today), today), _entry(message, replies.get(message.ts, []), today))
        for message in messages
        if not message.thread_ts
    ]


def _entry(message: Message, replies: Sequence[Message], today: datetime) -> Markup:
    when = _when(message, today)
    return _ENTRY.format(
        ts=message.ts,
        avatar=_AVATAR,
        name=APP_NAME,
        full=f"{when:%A, %d %B %Y, %H:%M:%S}",
        time=_clock(when),
        body=_body(message),
        edited=Markup('<span class="edited">(edited)</span>') if message.edited_ts else "",
        thread=_thread(replies, today) if replies else "",
    )


def _body(message: Message) -> Markup:
    shown = blocks_to_html(message.blocks) if message.blocks else to_html(message.text)
    return Markup('<div class="blocks">{}</div>').format(shown)


def _thread(replies: Sequence[Message], today: datetime) -> Markup:
    count = "1 reply" if len(replies) == 1 else f"{len(replies)} replies"
    last = _clock(_when(replies[-1], today))
    inside = Markup("").join(_entry(reply, [], today) for reply in replies)
    bar = Markup('<details class="thread"><summary><b>{}</b> <span>Last reply at {}</span></summary>{}</details>')
    return bar.format(count, last, inside)


def _when(message: Message, today: datetime) -> datetime:
    return datetime.fromtimestamp(float(message.ts), today.tzinfo)


def _clock(when: datetime) -> str:
    return f"{when.hour % 12 or 12}:{when:%M} {'AM' if when.hour < 12 else 'PM'}"  # noqa: PLR2004 - a clock's noon


def _day(when: datetime, today: datetime) -> str:
    ago = (today.date() - when.date()).days
    names: dict[int, Callable[[], str]] = {0: lambda: "Today", 1: lambda: "Yesterday"}
    return names.get(ago, lambda: f"{when:%A, %B} {when.day}")()
