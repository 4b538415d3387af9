"""When a weekly window is open: the local times of its zone, compared as UTC.

Daylight saving time skips some local times and repeats others. A skipped time counts as if the clocks had not been put
forward yet: 02:30 is the moment an hour after 01:30. A window that is skipped as a whole begins there and keeps its
length. Of a repeated time the first one counts. https://docs.python.org/3/library/datetime.html (PEP 495, ``fold`` 0)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY = timedelta(days=1)
# The days around today to look at: a window lasts a day and an hour at most, and the next one opens within 8 days.
_BEHIND, _AHEAD = 2, 9


@dataclass(frozen=True)
class Window:
    """It opens on ``days`` (of ``DAYS``). If ``close`` is not after ``open``, it closes on the next day."""

    zone: ZoneInfo
    open: time
    close: time
    days: Sequence[str] = DAYS


@dataclass(frozen=True)
class Opening:
    """One opening of a window: from ``start`` up to, but not including, ``end``. Both are in UTC."""

    start: datetime
    end: datetime


def current(window: Window, now: datetime) -> Opening | None:
    """The opening in which ``now`` lies; None while the window is closed."""
    return next((opening for opening in _openings(window, now) if opening.start <= now < opening.end), None)


def upcoming(window: Window, now: datetime) -> Opening:
    """The first opening after ``now``."""
    return next(opening for opening in _openings(window, now) if opening.start > now)


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """``Mon 02:00 Europe/Berlin (01:00 UTC)``. The day in UTC is named too if it is another one."""
    local = moment.astimezone(zone)
    utc = f"{moment:%H:%M}" if local.weekday() == moment.weekday() else f"{moment:%a %H:%M}"
    return f"{local:%a %H:%M} {zone.key} ({utc} UTC)"


def _openings(window: Window, now: datetime) -> Iterator[Opening]:
    """The openings around ``now``, in order."""
    today = now.astimezone(window.zone).date()
    dates = (today + _DAY * offset for offset in range(-_BEHIND, _AHEAD + 1))
    return (_opening(window, day) for day in dates if DAYS[day.weekday()] in window.days)


def _opening(window: Window, day: date) -> Opening:
    opens = datetime.combine(day, window.open)
    closes = datetime.combine(day if window.close > window.open else day + _DAY, window.close)
    start, end = (moment.replace(tzinfo=window.zone).astimezone(UTC) for moment in (opens, closes))
    return Opening(start, end if end > start else start + (closes - opens))
