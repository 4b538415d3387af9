from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck import times

# What the clocks of events and functions show; a float holds the microseconds of these years.
_moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as hypothesis wants it


@given(moment=_moments)
def test_a_time_is_the_same_in_every_form(moment: datetime) -> None:
    epoch = times.from_text(moment.isoformat())
    assert epoch == moment.timestamp()
    assert times.to_text(epoch) == moment.isoformat()
    assert times.sort_key(epoch) == moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


@given(one=_moments, other=_moments)
def test_sort_keys_sort_as_the_times_do(one: datetime, other: datetime) -> None:
    keys = times.sort_key(one.timestamp()), times.sort_key(other.timestamp())
    assert (keys[0] < keys[1], keys[0] == keys[1]) == (one < other, one == other)


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("2026-03-04T10:00:40Z", 1772618440.0),
        ("2026-03-04T10:00:40", 1772618440.0),
        ("2026-03-04T12:00:40.25+02:00", 1772618440.25),
    ],
)
def test_iso_8601_is_read_with_any_zone_and_without_one(text: str, epoch: float) -> None:
    assert times.from_text(text) == epoch


@pytest.mark.parametrize(
    "text",
    ["yesterday", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999Z"],
)
def test_what_could_not_be_written_again_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        times.from_text(text)


def test_people_read_whole_seconds() -> None:
    assert times.for_people(1772618440.208) == "2026-03-04 10:00:40 UTC"
