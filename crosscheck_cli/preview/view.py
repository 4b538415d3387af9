"""A card as it may look in Slack, in a terminal. Pure."""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from crosscheck.cards.layout import Block, Card
from crosscheck_cli.terminal.signs import shortcodes_replaced

BUILDER = "https://app.slack.com/block-kit-builder/#"
_LINK = re.compile(r"<[^<>|]*\|([^<>]*)>|<([^<>]*)>")
_BOLD = re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)")
_ZERO_WIDTH_SPACE = "\u200b"


def previewed(card: Card) -> Panel:
    """The card: what is bold, a link or a sign in Slack, as far as a terminal shows it."""
    return Panel(Group(*(line for block in card.blocks for line in _block(block))))


def as_json(card: Card) -> str:
    """The card's blocks as Block Kit Builder takes them."""
    return json.dumps({"blocks": card.blocks}, indent=2, ensure_ascii=False)


def builder_link(card: Card) -> str:
    """Where Block Kit Builder shows the card: it stands behind the ``#``, which browsers do not send."""
    return BUILDER + quote(json.dumps({"blocks": card.blocks}, separators=(",", ":")), safe="")


def _block(block: Block) -> Iterator[Text]:
    match block["type"]:
        case "header":
            yield Text(shortcodes_replaced(block["text"]["text"]), style="bold")
        case "section":
            yield _mrkdwn(block["text"]["text"])
        case "context":
            yield from (_mrkdwn(element["text"], "dim") for element in block["elements"])
        case "actions":
            yield Text("  ".join(f"[{element['text']['text']}]" for element in block["elements"]))


def _mrkdwn(text: str, style: str = "") -> Text:
    """The text without mrkdwn's marks; what stood between asterisks is bold."""
    shown = Text(style=style)
    linked = _LINK.sub(lambda found: found[1] or found[2], text)
    for number, part in enumerate(_BOLD.split(linked)):
        plain = html.unescape(part).replace(_ZERO_WIDTH_SPACE, "")
        shown.append(shortcodes_replaced(plain), style="bold" if number % 2 else "")
    return shown
