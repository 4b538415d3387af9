"""A card: blocks within Slack's limits, whatever they have to hold."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from crosscheck import times
from crosscheck.cards.mrkdwn import escape
from crosscheck.releases.model import ImageArrival, Release
from crosscheck.text import one_line

type Block = dict[str, Any]

# Slack refuses a message over about 13,000 characters; https://docs.slack.dev/reference/block-kit/blocks
HEADER_LIMIT = 150
SECTION_LIMIT = 3_000
TEXT_BUDGET = 11_000
TEXT_LIMIT = 600
NAME_LIMIT = 100
REASON_LIMIT = 600


def header(text: str, sign: str) -> Block:
    """A headline; the ``sign`` is a shortcode of ours."""
    title = one_line(f"{sign} {text}", HEADER_LIMIT)
    return {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": True}}


def section(text: str) -> Block:
    """A paragraph; the text is escaped already."""
    return {"type": "section", "text": _mrkdwn(text)}


def context(text: str) -> Block:
    """A line in small print; the text is escaped here."""
    return {"type": "context", "elements": [_mrkdwn(escape(text, SECTION_LIMIT))]}


def _mrkdwn(text: str) -> Block:
    """``verbatim``, or Slack would make links and mentions of plain text by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def lines_of(title: str, lines: Sequence[str], budget: int) -> list[Block]:
    """Lines, which are escaped already, under a title: as many as the budget of characters allows. Every list has a
    budget of its own, so that a long one cannot push out the others."""
    if not lines:
        return []
    sizes = accumulate(len(line) + 1 for line in lines)
    shown = [line for line, size in zip(lines, sizes, strict=True) if size <= budget]
    left = len(lines) - len(shown)
    return paragraphs([f"*{title}*", *shown, *([f"_and {left} more_"] if left else [])])


def paragraphs(lines: Sequence[str]) -> list[Block]:
    """Lines, which are escaped already, in as few paragraphs as hold them."""
    return [section(text) for text in _pack(lines)]


def _pack(lines: Sequence[str]) -> list[str]:
    """The lines in as few texts as Slack's limit of a section allows."""
    texts = [""]
    for line in lines:
        if len(texts[-1]) + len(line) + 1 > SECTION_LIMIT:
            texts.append("")
        texts[-1] += f"\n{line}" if texts[-1] else line
    return texts


def duration(seconds: float) -> str:
    """A length of time as people say it: ``42 s``, ``3 min 12 s``, ``2 h 5 min``."""
    if seconds < 1:
        return "under 1 s"
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


@dataclass(frozen=True)
class Card:
    """What is sent to Slack. ``text`` is the short form, for notifications and screen readers; it is mrkdwn, too."""

    text: str
    blocks: list[Block]
    metadata: dict[str, Any]

    def continuing(self, before: str) -> "Card":
        """The card with a last line that names the message which it continues; ``before`` is its timestamp in Slack."""
        since = times.for_people(float(before))
        line = f"continues the card of {since} ({before}), which Slack does not let us edit any more"
        return replace(self, blocks=[*self.blocks, context(line)])

    @property
    def digest(self) -> str:
        """The same for the same content; the version alone is no content."""
        return self._digest(self.text, self.blocks)

    @property
    def essence(self) -> str:
        """The same as long as the state, those of the regions, and whether a person is waited for are the same."""
        return self._digest("", self.blocks[:1])

    def _digest(self, text: str, blocks: list[Block]) -> str:
        payload = {key: value for key, value in self.metadata["event_payload"].items() if key != "version"}
        content = json.dumps([text, blocks, payload], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def card_of(text: str, blocks: list[Block], event: str, payload: Block, shown: Release | ImageArrival) -> Card:
    """The card; ``text`` is escaped here, and the metadata says how far each region is."""
    regions = {part.region: part.state.value for part in shown.regions if part.state}
    metadata = {"event_type": event, "event_payload": {**payload, "version": shown.version, "regions": regions}}
    return Card(escape(text, TEXT_LIMIT), blocks, metadata)
