"""Texts of others on one line, and times, in the form that findings and cards use."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

ELLIPSIS = "…"
LIMIT = 160
# What Unicode takes for printable, and nobody sees: joiners, fillers, variation selectors, an empty Braille cell.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


# User and password before a host, as in https://user:word@host/
_CREDENTIALS = re.compile(r"(?<=://)[^\s/?#]*@")


def one_line(text: str, limit: int | None = None) -> str:
    """The text on one line of at most ``limit`` characters, without control, direction and invisible characters, and
    without the credentials of the URLs in it."""
    visible = _UNSEEN.sub("", text)
    if not visible.isprintable():
        kept = (each if each.isprintable() else " " if each.isspace() else "" for each in visible)
        visible = "".join(kept)
    line = _CREDENTIALS.sub("", " ".join(visible.split()))
    return line if limit is None or len(line) <= limit else line[: limit - len(ELLIPSIS)] + ELLIPSIS


def shortened(text: str, limit: int = LIMIT) -> str:
    """The text on one line, cut between words where it is longer than ``limit`` characters."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    head = line[: limit - len(ELLIPSIS)]
    return f"{head.rpartition(' ')[0] or head}{ELLIPSIS}"


def moment(epoch: float) -> str:
    """A time in epoch seconds as ``2026-03-04T10:00:20Z``."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(names: Sequence[str], most: int = 4, things: str = "regions") -> str:
    """Names as people say them, ``a, b and c``; of more than ``most`` how many ``things`` they are."""
    if len(names) > most:
        return f"{len(names)} {things}"
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
