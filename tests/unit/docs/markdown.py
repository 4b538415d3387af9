"""The documents as data: their sections, tables and JSON blocks."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@cache
def document(name: str) -> str:
    """A document below docs/."""
    return (ROOT / "docs" / name).read_text()


def section(name: str, heading: str) -> str:
    """What stands between a heading (with its signs) and the next one of any level."""
    _, _, rest = document(name).partition(f"\n{heading}\n")
    assert rest, f"{name} has no heading {heading!r}"
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def headings(text: str) -> list[str]:
    """Those of a document, fenced blocks aside."""
    return _HEADING.findall(_FENCE.sub("", text))


def table(text: str, number: int = 0) -> list[list[str]]:
    """The cells of the nth table of a text, without its head."""
    tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    lines = tables[number].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def quoted(text: str) -> list[str]:
    """What stands in backquotes, fenced blocks aside."""
    return re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))


def fenced(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [content for name, content in _FENCE.findall(text) if name == language]


def json_blocks(text: str) -> list[dict[str, Any]]:
    """The fenced JSON objects."""
    return [json.loads(block) for block in fenced(text, "json")]


def rights(text: str) -> set[str]:
    """The IAM actions that a text names."""
    return {word for word in quoted(text) if re.fullmatch(r"[a-z0-9]+:[A-Z][A-Za-z]+", word)}
