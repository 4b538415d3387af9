import logging
import threading

import pytest

from crosscheck.time_limits import OutOfTimeError
from provision_regions.region_results import (
    RegionResults,
    RegionsFailedError,
    UnfinishedError,
    describe,
    each_region,
    require_all,
    within_runs,
)
from provision_regions.retry import Deadline
from tests.fakes.regions.errors import Killed, refusal

PLENTY = Deadline(lambda: 900.0, 60.0)


def test_each_regions_end_is_its_own() -> None:
    def work(region: str) -> str:
        if region == "b":
            raise refusal("AccessDenied")
        if region == "c":
            raise OutOfTimeError("late")
        return region.upper()

    ends = each_region("abc", work, PLENTY)
    assert (ends.done, list(ends.failed), ends.late) == ({"a": "A"}, ["b"], ("c",))


def test_a_mistake_of_ours_in_one_region_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    def work(region: str) -> str:
        if region == "b":
            raise refusal("AccessDenied")  # AWS's answer is reason enough
        return {"c": region}[region]

    with caplog.at_level(logging.ERROR):
        ends = each_region("abc", work, PLENTY)
    assert set(ends.failed) == {"a", "b"}
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0]
    assert record.exc_info[0].__name__ == "KeyError"
    assert record.exc_info[2] is not None


def test_f20_a_region_that_hangs_does_not_hold_up_the_answer() -> None:
    released = threading.Event()

    def work(region: str) -> str:
        if region == "hangs":
            released.wait()
        return region

    try:
        ends = each_region(["hangs", "works"], work, Deadline(lambda: 60.2, 60.0))
    finally:
        released.set()
    assert "hangs" in ends.late
    assert not ends.failed


def test_no_region_at_all() -> None:
    assert each_region([], str.upper, PLENTY) == RegionResults({}, {}, ())


def test_a_process_that_is_stopped_is_no_regions_failure() -> None:
    def work(region: str) -> str:
        raise Killed

    with pytest.raises(Killed):
        each_region("a", work, PLENTY)


@pytest.mark.parametrize("run", [1, 2])
def test_f33_another_run_follows_the_first_two(run: int) -> None:
    with pytest.raises(UnfinishedError, match="left: a, b"):
        require_all(RegionResults[str]({}, {}, ("a", "b")), run)
    with pytest.raises(UnfinishedError), within_runs(run):
        raise OutOfTimeError("late")


def test_f33_a_failure_is_answered_at_once_with_what_is_left() -> None:
    with pytest.raises(RegionsFailedError, match=r"a: denied: .*left: b"):
        require_all(RegionResults[str]({}, {"a": refusal("AccessDenied")}, ("b",)), 1)
    with pytest.raises(RegionsFailedError, match="3 runs"), within_runs(3):
        raise OutOfTimeError("late")


@pytest.mark.parametrize(
    "code",
    [
        "AuthFailure",
        "IllegalLocationConstraintException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "UnrecognizedClientException",
    ],
)
def test_f29_a_region_that_region_not_enabled_is_told_from_bad_credentials(code: str) -> None:
    assert describe("me-south-1", refusal(code)).startswith("me-south-1: the region is not enabled")
