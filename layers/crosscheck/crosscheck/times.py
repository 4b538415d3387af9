"""Times. Inside, a time is a float of epoch seconds; JSON holds ISO 8601 in UTC. Only this module converts them."""

from datetime import UTC, datetime


def to_text(epoch: float) -> str:
    """The time as JSON holds it: ``2026-03-04T10:00:04.208000+00:00``, without the fraction where there is none."""
    return datetime.fromtimestamp(epoch, UTC).isoformat()


def from_text(text: str) -> float:
    """The time that an ISO 8601 text names; a text without a zone is in UTC.

    Raises:
        ValueError: the text names no time, or one that ``to_text`` cannot write.
    """
    moment = datetime.fromisoformat(text)
    epoch = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    to_text(epoch)  # the first and the last hours of the calendar do not exist in every zone
    return epoch


def sort_key(epoch: float) -> str:
    """A text that sorts as the times do. The ledger stores it, so its form must never change."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def for_people(epoch: float) -> str:
    """The time on a card: ``2026-03-04 10:00:04 UTC``."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def time_of_day(epoch: float) -> str:
    """The time of a day that everybody knows: ``10:00:04 UTC``."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%H:%M:%S UTC")


def day(epoch: float) -> str:
    """The day in UTC: ``2026-03-04``."""
    return datetime.fromtimestamp(epoch, UTC).date().isoformat()
