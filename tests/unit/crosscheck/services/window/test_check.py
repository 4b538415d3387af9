from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.window.check import WindowCheck
from crosscheck.services.window.times import DAYS, Opening, Window, current, upcoming

BERLIN = {"timezone": "Europe/Berlin", "open": "02:00", "close": "05:00"}
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati", "UTC"]


def look(moment: str, **told: str) -> Finding:
    """A look at a time of UTC."""
    seconds = datetime.fromisoformat(f"{moment}+00:00").timestamp()
    planned = PlannedCheck("window", "eu-central-1", {**BERLIN, **told})
    return WindowCheck(lambda: seconds).run(planned, Clients())


def told(moment: str, **parameters: str) -> str:
    """``PASS 05:00 …`` or ``PENDING Mon 02:00 …``."""
    finding = look(moment, **parameters)
    assert finding.waits is (finding.verdict is Verdict.PENDING)
    for words in ("the window is open until ", "the window is closed; opens "):
        if finding.reason.startswith(words):
            return f"{finding.verdict} {finding.reason.removeprefix(words)}"
    return finding.reason


def test_inside_it_passes() -> None:
    finding = look("2026-01-05T01:00")
    assert (finding.verdict, finding.waits) == (Verdict.PASS, False)
    assert finding.reason == "the window is open until Mon 05:00 Europe/Berlin (04:00 UTC)"


def test_outside_it_waits() -> None:
    finding = look("2026-01-05T00:59:59")
    assert (finding.verdict, finding.waits) == (Verdict.PENDING, True)
    assert finding.reason == "the window is closed; opens Mon 02:00 Europe/Berlin (01:00 UTC)"
    assert finding.values == {"opens": "2026-01-05T01:00:00+00:00"}


def test_the_end_is_outside() -> None:
    assert told("2026-01-05T03:59:59").startswith("PASS")
    assert told("2026-01-05T04:00") == "PENDING Tue 02:00 Europe/Berlin (01:00 UTC)"


def test_a_window_may_cross_midnight_and_belongs_to_the_day_on_which_it_opens() -> None:
    night = {"open": "23:00", "close": "04:00", "days": "sun"}
    assert told("2026-01-04T21:59", **night) == "PENDING Sun 23:00 Europe/Berlin (22:00 UTC)"
    assert told("2026-01-04T22:00", **night) == "PASS Mon 04:00 Europe/Berlin (03:00 UTC)"
    assert told("2026-01-05T02:59", **night) == "PASS Mon 04:00 Europe/Berlin (03:00 UTC)"
    assert told("2026-01-05T03:00", **night) == "PENDING Sun 23:00 Europe/Berlin (22:00 UTC)"


def test_the_day_of_utc_is_named_where_it_is_another_one() -> None:
    assert told("2026-01-04T12:00", timezone="Asia/Tokyo") == "PENDING Mon 02:00 Asia/Tokyo (Sun 17:00 UTC)"
    assert told("2026-01-05T09:00", timezone="America/Los_Angeles", open="20:00", close="21:00") == (
        "PENDING Mon 20:00 America/Los_Angeles (Tue 04:00 UTC)"
    )


def test_only_on_the_days_that_are_named() -> None:
    assert told("2026-01-03T12:00", days="mon,wed") == "PENDING Mon 02:00 Europe/Berlin (01:00 UTC)"
    assert told("2026-01-05T12:00", days="mon,wed") == "PENDING Wed 02:00 Europe/Berlin (01:00 UTC)"


SPRING = {"days": "sun"}  # 29 March 2026: from 02:00 to 03:00 at 01:00 UTC


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        # what is skipped is moved by an hour, and what is skipped as a whole keeps its length
        ("02:30", "05:00", ("03:30", "01:30", "05:00", "03:00")),
        ("02:00", "03:00", ("03:00", "01:00", "04:00", "02:00")),
        ("02:15", "02:45", ("03:15", "01:15", "03:45", "01:45")),
        ("02:30", "03:15", ("03:30", "01:30", "04:15", "02:15")),
        ("01:00", "02:30", ("01:00", "00:00", "03:30", "01:30")),
        ("01:00", "04:00", ("01:00", "00:00", "04:00", "02:00")),
    ],
)
def test_on_the_day_of_which_an_hour_is_skipped(opens: str, closes: str, expected: tuple[str, str, str, str]) -> None:
    start, start_utc, end, end_utc = expected
    window = {"open": opens, "close": closes, **SPRING}
    assert told("2026-03-28T12:00", **window) == f"PENDING Sun {start} Europe/Berlin ({start_utc} UTC)"
    assert told(f"2026-03-29T{start_utc}", **window) == f"PASS Sun {end} Europe/Berlin ({end_utc} UTC)"
    assert told(f"2026-03-29T{end_utc}", **window).startswith("PENDING Sun")


@pytest.mark.parametrize(
    ("opens", "closes", "start_utc", "end_utc"),
    [
        # 25 October 2026: 02:00 to 03:00 comes twice, at 00:00 and at 01:00 UTC
        ("02:00", "05:00", "00:00", "04:00"),
        ("02:30", "02:45", "00:30", "00:45"),
        ("02:30", "03:30", "00:30", "02:30"),
        ("01:00", "02:30", "2026-10-24T23:00", "00:30"),
        ("03:00", "05:00", "02:00", "04:00"),
    ],
)
def test_on_the_day_of_which_an_hour_comes_twice(opens: str, closes: str, start_utc: str, end_utc: str) -> None:
    start = start_utc if "T" in start_utc else f"2026-10-25T{start_utc}"
    window = {"open": opens, "close": closes, "days": "sun"}
    assert told(start, **window) == f"PASS Sun {closes} Europe/Berlin ({end_utc} UTC)"
    shortly_before = datetime.fromisoformat(start) - timedelta(seconds=1)
    assert told(shortly_before.isoformat(), **window).startswith(f"PENDING Sun {opens} Europe/Berlin")
    assert told(f"2026-10-25T{end_utc}", **window).startswith("PENDING Sun")


clocks = st.times().map(lambda value: value.replace(second=0, microsecond=0))
lengths = st.integers(60, 24 * 60 - 1)
nows = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds UTC
days = st.lists(st.sampled_from(DAYS), min_size=1, unique=True)


def closing(opens: time, minutes: int) -> time:
    return (datetime.combine(datetime(2020, 1, 1, tzinfo=UTC), opens) + timedelta(minutes=minutes)).time()


@given(st.sampled_from(ZONES), clocks, lengths, days, nows)
def test_a_window_opens_within_eight_days(zone: str, opens: time, minutes: int, days: list[str], now: datetime) -> None:
    window = Window(ZoneInfo(zone), opens, closing(opens, minutes), days)
    opening = upcoming(window, now)
    assert now < opening.start <= now + timedelta(days=8)
    assert opening.start < opening.end <= opening.start + timedelta(hours=25)
    assert current(window, opening.start) is not None


@given(st.sampled_from(ZONES), clocks, lengths, nows)
def test_a_daily_window_is_open_or_opens_within_a_day(zone: str, opens: time, minutes: int, now: datetime) -> None:
    window = Window(ZoneInfo(zone), opens, closing(opens, minutes))
    inside = current(window, now)
    assert inside is None or inside.start <= now < inside.end
    assert upcoming(window, now).start <= now + timedelta(hours=25)


@pytest.mark.parametrize(
    "value",
    ["Europe", "Europe/Nowhere", "/etc/localtime", "../UTC", "Europe/../UTC", "", "x" * 99, "UTC\x00", 5, None, "CET "],
)
def test_f19_what_is_no_time_zone_is_refused(value: object) -> None:
    assert WindowCheck.parameters["timezone"].read(value) is None


@pytest.mark.parametrize("value", ["America/Argentina/Buenos_Aires", "Etc/GMT+5", "UTC", "America/Port-au-Prince"])
def test_time_zones_are_read(value: str) -> None:
    assert WindowCheck.parameters["timezone"].read(value) == value


@pytest.mark.parametrize("value", ["2:00", "24:00", "02:60", "02:00:00", "02.00", "", 200, None])
def test_f19_what_is_no_time_is_refused(value: object) -> None:
    assert WindowCheck.parameters["open"].read(value) is None


@pytest.mark.parametrize("value", ["", [], ["monday"], "mon,", [1], 5, None])
def test_f19_what_are_no_days_is_refused(value: object) -> None:
    assert WindowCheck.parameters["days"].read(value) is None


@pytest.mark.parametrize("value", ["Sun, mon", ["mon", "sun", "mon"]])
def test_days_are_read_in_the_order_of_the_week(value: object) -> None:
    assert WindowCheck.parameters["days"].read(value) == "mon,sun"


def test_f19_a_window_has_a_length() -> None:
    assert WindowCheck().problem({"open": "02:00", "close": "02:00"}) == "needs a close other than its open"
    assert WindowCheck().problem({"open": "02:00", "close": "01:00"}) == ""


def test_the_next_opening_is_never_the_one_that_begins_now() -> None:
    monday = datetime(2026, 1, 5, 1, tzinfo=UTC)
    night = Window(ZoneInfo("Europe/Berlin"), time(2), time(5))
    assert current(night, monday) == Opening(monday, monday + timedelta(hours=3))
    assert upcoming(night, monday).start == monday + timedelta(days=1)


def test_a_window_that_closes_when_it_opens_is_open_for_a_day() -> None:
    whole = {"open": "02:00", "close": "02:00", "days": "mon"}
    assert told("2026-01-05T12:00", **whole) == "PASS Tue 02:00 Europe/Berlin (01:00 UTC)"
    assert told("2026-01-06T01:00", **whole) == "PENDING Mon 02:00 Europe/Berlin (01:00 UTC)"
