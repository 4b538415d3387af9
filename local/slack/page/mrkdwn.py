"""Slack's mrkdwn to HTML: https://docs.slack.dev/messaging/formatting-message-text.

Every piece of text goes through ``markupsafe.escape``; only the tags written here reach the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from markupsafe import Markup, escape

from local.slack.page.signs import sign

# A zero-width space keeps a mark from being one, as other space does.
_EDGE = r"\s\u200b"
_INLINE = re.compile(
    r"(?P<code>`(?!\u200b)[^`\n]+`)"
    r"|<(?P<angle>[^<>\n]+)>"
    rf"|(?<![\w*])\*(?P<bold>[^*\n{_EDGE}](?:[^*\n]*[^*\n{_EDGE}])?)\*(?![\w*])"
    rf"|(?<![\w_])_(?P<italic>[^_\n{_EDGE}](?:[^\n]*?[^_\n{_EDGE}])??)_(?![\w_])"
    rf"|(?<![\w~])~(?P<strike>[^~\n{_EDGE}](?:[^~\n]*[^~\n{_EDGE}])?)~(?![\w~])"
    r"|(?P<emoji>:[a-z0-9_+'-]{1,100}:)"
    r"|(?P<url>https?://[^\s<>|`]+[^\s<>|`.,;:!?)\]*_~])"
)
_PRE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_QUOTE = re.compile(r"^(?:&gt;|>) ?")
_BULLET = re.compile(r"^\s*[•◦▪-] +")
_SAFE_URL = re.compile(r"(?:https?://|mailto:|tel:)\S+", re.IGNORECASE)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


def to_html(text: str) -> Markup:
    """The text of a ``mrkdwn`` object."""
    parts = _PRE.split(text)
    return Markup("").join(
        Markup("<pre>{}</pre>").format(_plain(part)) if index % 2 else _lines(part) for index, part in enumerate(parts)
    )


def plain_to_html(text: str, *, emoji: bool = True) -> Markup:
    """The text of a ``plain_text`` object: nothing is interpreted but, where asked for, emoji."""
    if not emoji:
        return escape(text)
    parts = re.split(r"(:[a-z0-9_+'-]{1,100}:)", text)
    return Markup("").join(sign(part) if index % 2 else escape(part) for index, part in enumerate(parts))


def is_safe_url(url: str) -> bool:
    """Whether a link may lead there: to a page, a mail address or a telephone number."""
    return bool(_SAFE_URL.fullmatch(url))


def _lines(text: str) -> Markup:
    lines = text.strip("\n").split("\n") if text.strip("\n") else []
    return Markup("").join(_group(kind, list(group)) for kind, group in groupby(lines, _kind))


def _kind(line: str) -> str:
    if _QUOTE.match(line):
        return "quote"
    return "bullet" if _BULLET.match(line) else "text"


def _group(kind: str, lines: list[str]) -> Markup:
    if kind == "quote":
        return Markup("<blockquote>{}</blockquote>").format(_broken(_QUOTE.sub("", line) for line in lines))
    if kind == "bullet":
        items = (Markup("<li>{}</li>").format(_inline(_BULLET.sub("", line))) for line in lines)
        return Markup("<ul>{}</ul>").format(Markup("").join(items))
    return Markup("<p>{}</p>").format(_broken(lines))


def _broken(lines: Iterator[str] | list[str]) -> Markup:
    return Markup("<br>").join(_inline(line) for line in lines)


def _inline(text: str) -> Markup:
    done, position = Markup(""), 0
    for match in _INLINE.finditer(text):
        done += _plain(text[position : match.start()]) + _render(match)
        position = match.end()
    return done + _plain(text[position:])


def _render(match: re.Match[str]) -> Markup:
    kind = match.lastgroup or ""
    return _RENDERERS[kind](match[kind])


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(_plain(text.strip("`")))


def _angle(text: str) -> Markup:
    target, _, label = text.partition("|")
    if target[:1] in {"@", "#", "!"}:
        return _mention(target, label)
    if not is_safe_url(_unescaped(target)):
        return _plain(f"<{text}>")
    return _link(target, _labelled(label) if label else _plain(target))


def _labelled(label: str) -> Markup:
    # A link inside a link's label would nest anchors: the label is text and emoji only.
    return plain_to_html(_unescaped(label))


def _mention(target: str, label: str) -> Markup:
    name = _unescaped(label or target[1:].rpartition("^")[2])
    if target.startswith("!date^"):
        return escape(name)
    shown = name if name.startswith(("@", "#")) else f"{'#' if target[0] == '#' else '@'}{name}"
    return Markup('<span class="mention">{}</span>').format(shown)


def _link(url: str, label: Markup) -> Markup:
    anchor = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
    return anchor.format(_unescaped(url), label)


def _tag(name: str) -> Callable[[str], Markup]:
    def render(text: str) -> Markup:
        return Markup("<{0}>{1}</{0}>").format(name, _inline(text))

    return render


def _plain(text: str) -> Markup:
    return escape(_unescaped(text))


def _unescaped(text: str) -> str:
    return re.sub("&(?:lt|gt|amp);", lambda match: _ENTITIES[match[0]], text)


_RENDERERS: Mapping[str, Callable[[str], Markup]] = {
    "code": _code,
    "angle": _angle,
    "bold": _tag("b"),
    "italic": _tag("i"),
    "strike": _tag("s"),
    "emoji": sign,
    "url": lambda url: _link(url, _plain(url)),
}
