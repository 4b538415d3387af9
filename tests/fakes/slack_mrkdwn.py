"""Slack's parser of messages, strict: what of a message becomes a mention, a link, or a channel.

https://docs.slack.dev/messaging/formatting-message-text: ``<…>`` is read everywhere. ``&``, ``<`` and ``>`` that are no
markup have to be entities. Text that is not ``verbatim``, and a message's own ``text`` unless ``parse`` is none, is
searched for addresses, channels and mentions besides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MARKUP = re.compile(r"<([^<>]*)>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_AUTOMATIC = re.compile(r"(?<!\w)@\w|(?<!\w)#\w|\w://|\bwww\.|\w\.[a-z]{2,}\b|\w@\w", re.IGNORECASE)
# What no reader sees, or what turns the reading direction around.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


class NoMarkupError(AssertionError):
    """What Slack would read in some way that nobody can foresee."""


@dataclass(frozen=True)
class Link:
    """A link: the address as Slack opens it, and what is shown of it."""

    url: str
    label: str


@dataclass(frozen=True)
class Mention:
    """What notifies somebody, or leads to a channel: the markup between the angle brackets."""

    markup: str


def parsed(message: Mapping[str, Any]) -> list[Link | Mention]:
    """Every link and mention in the arguments of chat.postMessage or chat.update, in their order.

    Raises:
        NoMarkupError: something is no proper markup.
    """
    found = list(_of_text(message.get("text", ""), verbatim=message.get("parse") == "none"))
    for text in _objects(message.get("blocks", [])):
        if text["type"] == "mrkdwn":
            found.extend(_of_text(text["text"], verbatim=text.get("verbatim", False)))
        else:
            _seen(text["text"])
    return found


def _objects(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict) and node.get("type") in {"mrkdwn", "plain_text"}:
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _objects(part)


def _of_text(text: str, *, verbatim: bool) -> Iterator[Link | Mention]:
    _seen(text)
    rest = _MARKUP.sub(" ", text)
    if set(_ENTITY.sub("", rest)) & set("<>&"):
        raise NoMarkupError(f"a sign that is neither markup nor an entity: {text!r}")
    if not verbatim and (found := _AUTOMATIC.search(unescape(rest))):
        raise NoMarkupError(f"Slack makes something of {found.group()!r} in {text!r}")
    yield from map(_markup, _MARKUP.findall(text))


def _markup(inner: str) -> Link | Mention:
    if inner[:1] in {"@", "#", "!"}:
        return Mention(inner)
    url, bar, label = inner.partition("|")
    parts = urlsplit(unescape(url))
    if parts.scheme not in {"https", "http", "mailto"} or not parts.hostname or parts.username is not None:
        raise NoMarkupError(f"no address that can be opened: {inner!r}")
    if not re.fullmatch(r"[!-~]+", url) or set(_ENTITY.sub("", inner)) & set("<>&"):
        raise NoMarkupError(f"no address in plain signs: {inner!r}")
    if bar and (not label.strip() or "|" in label or "\n" in label):
        raise NoMarkupError(f"no label that can be read: {inner!r}")
    return Link(unescape(url), unescape(label))


def _seen(text: str) -> None:
    if found := _UNSEEN.search(text):
        raise NoMarkupError(f"an invisible sign {found.group()!a} in {text!r}")
