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
GIST_LIMIT = 80
_ENTRY = Markup("""<article class="message" data-ts="{ts}">{avatar}<div class="content">\
<div class="meta"><b class="author">{name}</b><span class="app">APP</span><time title="{full}">{time}</time></div>\
{above}{body}{edited}{below}</div></article>""")
_AVATAR = Markup(
    '<svg class="avatar" viewBox="0 0 36 36" aria-hidden="true"><rect width="36" height="36" rx="8" fill="#1f6f8b"/>'
    '<path d="M18 7a11 11 0 1 0 11 11M7 18h14M18 7c-6 6-6 16 0 22" fill="none" stroke="#a9dbe8" stroke-width="1.8"/>'
    '<path d="m15 15.5 4.2 4.4L29 9" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round"'
    ' stroke-linejoin="round"/></svg>'
)


@dataclass(frozen=True)
class Entry:
    """A message as the channel or a thread shows it; the same ``html`` means that nothing changed."""

    ts: str
    day: str
    html: Markup


def entries(messages: Sequence[Message], today: datetime) -> list[Entry]:
    """The channel, oldest first: messages with a bar for their thread, and replies that were also sent to the channel.
    ``today`` has the zone shown."""
    replies: dict[str, list[Message]] = {}
    for message in messages:
        if message.thread_ts:
            replies.setdefault(message.thread_ts, []).append(message)
    parents = {message.ts: message for message in messages if not message.thread_ts}
    return [
        _entry(message, today, above=_replied(parents[message.thread_ts]), below="")
        if message.thread_ts
        else _entry(message, today, above="", below=_bar(message, replies.get(message.ts, []), today))
        for message in messages
        if not message.thread_ts or (message.broadcast and message.thread_ts in parents)
    ]


def thread(messages: Sequence[Message], ts: str, today: datetime) -> list[Entry]:
    """The message of this ``ts`` and its replies, oldest first; empty where there is no such message."""
    return [_entry(message, today, above="", below="") for message in messages if ts in {message.ts, message.thread_ts}]


def _entry(message: Message, today: datetime, *, above: Markup | str, below: Markup | str) -> Entry:
    when = _when(message, today)
    html = _ENTRY.format(
        ts=message.ts,
        avatar=_AVATAR,
        name=APP_NAME,
        full=f"{when:%A, %d %B %Y, %H:%M:%S}",
        time=_clock(when),
        above=above,
        body=_body(message),
        edited=Markup('<span class="edited">(edited)</span>') if message.edited_ts else "",
        below=below,
    )
    return Entry(message.ts, _day(when, today), html)


def _replied(parent: Message) -> Markup:
    """What stands above a reply that the channel sees as well."""
    bar = Markup('<div class="replied">replied to a thread: <a href="?thread={}" data-thread="{}">{}</a></div>')
    return bar.format(parent.ts, parent.ts, gist(parent.text))


def _bar(parent: Message, replies: Sequence[Message], today: datetime) -> Markup | str:
    if not replies:
        return ""
    count = "1 reply" if len(replies) == 1 else f"{len(replies)} replies"
    last = _clock(_when(replies[-1], today))
    bar = Markup('<a class="bar" href="?thread={}" data-thread="{}">{}<b>{}</b> <span>Last reply at {}</span></a>')
    return bar.format(parent.ts, parent.ts, _AVATAR, count, last)


def gist(text: str) -> str:
    """The beginning of a message's text, on one line and without marks."""
    plain = to_html(text).striptags()
    return plain if len(plain) <= GIST_LIMIT else f"{plain[:GIST_LIMIT]}…"


def _body(message: Message) -> Markup:
    shown = blocks_to_html(message.blocks) if message.blocks else to_html(message.text)
    return Markup('<div class="blocks">{}</div>').format(shown)


def _when(message: Message, today: datetime) -> datetime:
    return datetime.fromtimestamp(float(message.ts), today.tzinfo)


def _clock(when: datetime) -> str:
    return f"{when.hour % 12 or 12}:{when:%M} {'AM' if when.hour < 12 else 'PM'}"  # noqa: PLR2004 - a clock's noon


def _day(when: datetime, today: datetime) -> str:
    ago = (today.date() - when.date()).days
    names: dict[int, Callable[[], str]] = {0: lambda: "Today", 1: lambda: "Yesterday"}
    return names.get(ago, lambda: f"{when:%A, %B} {when.day}")()
