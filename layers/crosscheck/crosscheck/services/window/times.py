"""When a weekly window is open: the local times of its zone, compared as UTC.

Twice a year a local time does not exist, or exists twice. A time that the clocks skip is taken as if they had not been
put forward yet: 02:30 is the moment an hour after 01:30. A window that is skipped as a whole keeps its length from
there. A time that exists twice is its first one. https://docs.python.org/3/library/datetime.html (PEP 495, ``fold`` 0)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY = timedelta(days=1)
# The days around now that matter: a window lasts a day and an hour at most, and the next one opens within 8 days.
_BEHIND, _AHEAD = 2, 9


@dataclass(frozen=True)
class Window:
    """``days`` (of ``DAYS``) are those on which it opens; where ``close`` is not after ``open``, it closes the day
    after."""

    zone: ZoneInfo
    open: time
    close: time
    days: Sequence[str] = DAYS


@dataclass(frozen=True)
class Opening:
    """From ``start`` to, but not including, ``end``; both in UTC."""

    start: datetime
    end: datetime


def current(window: Window, now: datetime) -> Opening | None:
    """The opening in which ``now`` lies."""
    return next((opening for opening in _openings(window, now) if opening.start <= now < opening.end), None)


def upcoming(window: Window, now: datetime) -> Opening:
    """The first opening after ``now``."""
    return next(opening for opening in _openings(window, now) if opening.start > now)


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """``Mon 02:00 Europe/Berlin (01:00 UTC)``; the day of UTC is named where it is another one."""
    local = moment.astimezone(zone)
    utc = _clock(moment) if local.weekday() == moment.weekday() else f"{_weekday(moment)} {_clock(moment)}"
    return f"{_weekday(local)} {_clock(local)} {zone.key} ({utc} UTC)"


def _openings(window: Window, now: datetime) -> Iterator[Opening]:
    """Those around ``now``, in order."""
    today = now.astimezone(window.zone).date()
    dates = (today + _DAY * offset for offset in range(-_BEHIND, _AHEAD + 1))
    return (_opening(window, day) for day in dates if DAYS[day.weekday()] in window.days)


def _opening(window: Window, day: date) -> Opening:
    opens = datetime.combine(day, window.open)
    closes = datetime.combine(day if window.close > window.open else day + _DAY, window.close)
    start, end = (moment.replace(tzinfo=window.zone).astimezone(UTC) for moment in (opens, closes))
    return Opening(start, end if end > start else start + (closes - opens))


def _weekday(moment: datetime) -> str:
    return DAYS[moment.weekday()].capitalize()


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
