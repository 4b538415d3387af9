"""Blocks to HTML. They were checked when the message was accepted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from local.slack.page.mrkdwn import is_safe_url, plain_to_html, to_html

type Block = Mapping[str, Any]


def blocks_to_html(blocks: Sequence[Block]) -> Markup:
    """All blocks of a message."""
    return Markup("").join(_BLOCKS[block["type"]](block) for block in blocks)


def _text(value: Block) -> Markup:
    if value["type"] == "mrkdwn":
        return to_html(value["text"])
    return plain_to_html(value["text"], emoji=value.get("emoji", True))


def _header(block: Block) -> Markup:
    return Markup('<h3 class="header">{}</h3>').format(_text(block["text"]))


def _section(block: Block) -> Markup:
    text = Markup('<div class="text">{}</div>').format(_text(block["text"])) if "text" in block else Markup("")
    fields = Markup("").join(Markup("<div>{}</div>").format(_text(field)) for field in block.get("fields", []))
    body = text + (Markup('<div class="fields">{}</div>').format(fields) if fields else Markup(""))
    side = _element(block["accessory"]) if "accessory" in block else Markup("")
    return Markup('<div class="section"><div class="body">{}</div>{}</div>').format(body, side)


def _context(block: Block) -> Markup:
    parts = (Markup("<span>{}</span>").format(_context_element(element)) for element in block["elements"])
    return Markup('<div class="context">{}</div>').format(Markup("").join(parts))


def _context_element(element: Block) -> Markup:
    return _image(element) if element["type"] == "image" else _text(element)


def _actions(block: Block) -> Markup:
    return Markup('<div class="actions">{}</div>').format(Markup("").join(map(_element, block["elements"])))


def _element(element: Block) -> Markup:
    if element["type"] == "image":
        return _image(element)
    style, text = element.get("style", ""), _text(element["text"])
    if "url" in element and is_safe_url(element["url"]):
        link = Markup('<a class="button {}" href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
        return link.format(style, element["url"], text)
    asked = json.dumps(element["confirm"]) if "confirm" in element else ""
    button = Markup('<button type="button" class="button {}" data-action="{}" data-confirm="{}">{}</button>')
    return button.format(style, element.get("action_id", ""), asked, text)


def _image(block: Block) -> Markup:
    # The page loads nothing from elsewhere: an image is its description.
    return Markup('<span class="image" role="img">{}</span>').format(block["alt_text"])


def _divider(_: Block) -> Markup:
    return Markup("<hr>")


_BLOCKS: Mapping[str, Callable[[Block], Markup]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "image": _image,
}
