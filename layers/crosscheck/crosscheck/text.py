"""AWS's own texts and times, in the form that findings use."""

from datetime import UTC, datetime

LIMIT = 160


def shortened(text: str, limit: int = LIMIT) -> str:
    """The text on one line, cut between words where it is longer than ``limit`` characters."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    kept = head.rpartition(" ")[0] or head
    return f"{kept}…"


def moment(epoch: float) -> str:
    """A time in epoch seconds as ``2026-03-04T10:00:20Z``."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
