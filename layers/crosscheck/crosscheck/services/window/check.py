"""The check ``window``: it is the time of the week at which the region may be changed."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from datetime import time as time_of_day
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.parameters import Parameter, matching
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.window.times import DAYS, Window, current, shown, upcoming

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", 'a time of day, "HH:MM"', needed=True)


def _read_zone(value: object) -> str | None:
    if not isinstance(value, str) or not _ZONE.fullmatch(value):
        return None
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as Europe
        return None


def _read_days(value: object) -> str | None:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(day, str) for day in listed):
        return None
    days = {day.strip().lower() for day in listed}
    return ",".join(day for day in DAYS if day in days) if days <= set(DAYS) else None


@dataclass(frozen=True)
class WindowCheck(Check):
    """Waits outside the window. ``clock`` gives epoch seconds."""

    kind = "window"
    parameters = {
        "timezone": Parameter("an IANA time zone, such as Europe/Berlin", _read_zone, needed=True),
        "open": _TIME,
        "close": _TIME,
        "days": Parameter("a list of mon to sun, the days on which the window opens", _read_days),
    }

    clock: Callable[[], float] = time.time

    def problem(self, given: Mapping[str, str]) -> str:
        """A window has a length: it closes at another time than it opens."""
        return "needs a close other than its open" if given["open"] == given["close"] else ""

    def run(self, planned: PlannedCheck, _aws: Clients) -> Finding:
        """Look at the clock."""
        window, now = _window(planned.parameters), datetime.fromtimestamp(self.clock(), UTC)
        opening = current(window, now)
        if opening:
            return planned.finding(Verdict.PASS, f"the window is open until {shown(opening.end, window.zone)}")
        start = upcoming(window, now).start
        finding = planned.finding(Verdict.PENDING, f"the window is closed; opens {shown(start, window.zone)}")
        return replace(finding, values={"opens": start.isoformat()}, waits=True)


def _window(parameters: Mapping[str, str]) -> Window:
    return Window(
        zone=ZoneInfo(parameters["timezone"]),
        open=time_of_day.fromisoformat(parameters["open"]),
        close=time_of_day.fromisoformat(parameters["close"]),
        days=parameters.get("days", ",".join(DAYS)).split(","),
    )
