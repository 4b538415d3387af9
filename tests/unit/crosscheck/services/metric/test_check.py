from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.metric.check import (
    DIMENSIONS,
    NAMESPACE,
    PERIOD,
    STATISTIC,
    MetricCheck,
    dimensions_of,
    number,
)
from crosscheck.services.metric.datapoints import after, before
from tests.fakes.cloudwatch import FakeCloudWatch
from tests.fakes.json_protocol import FakeClients, RefusedError

PASS, FAIL, PENDING, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.PENDING, Verdict.INCONCLUSIVE
REGION = "eu-west-1"
BEGAN = 1_767_607_200.0  # 10:00:00 UTC, the beginning of a minute
SINCE = BEGAN - 20
MINUTE = 60.0
METRIC = {"namespace": "AWS/ApplicationELB", "metric": "HTTPCode_Target_5XX_Count", "statistic": "Sum"}


class Series:
    """A metric with a datapoint per minute, before the release and after it."""

    def __init__(self, before: Sequence[float | None] = (), after: Sequence[float | None] = ()) -> None:
        self.cloudwatch = FakeCloudWatch()
        # the minute in which the release began belongs to neither side
        first = BEGAN - MINUTE * (len(before) + 1)
        values = [*before, 99_999.0, *after]
        points = {first + MINUTE * slot: value for slot, value in enumerate(values) if value is not None}
        self.cloudwatch.points = {("HTTPCode_Target_5XX_Count", "Sum"): points}

    def run(self, minutes: float, since: float = SINCE, **parameters: str) -> Finding:
        """A look so many minutes after the release began."""
        planned = PlannedCheck("metric", REGION, {**METRIC, **parameters}, since=since)
        check = MetricCheck(lambda: BEGAN + minutes * MINUTE)
        return check.run(planned, FakeClients({("cloudwatch", REGION): self.cloudwatch}))


def seen(finding: Finding) -> tuple[Verdict, str]:
    return finding.verdict, finding.reason.removeprefix("HTTPCode_Target_5XX_Count Sum: ")


def test_datapoints_within_the_bounds_pass() -> None:
    finding = Series(after=[1, 2, 3]).run(4, max="5")
    assert finding.verdict is PASS
    assert finding.reason == "HTTPCode_Target_5XX_Count Sum: 2 on average over 3 datapoints"
    assert finding.values == {"after": "1, 2, 3"}


def test_one_datapoint_above_the_max_fails() -> None:
    assert seen(Series(after=[0, 12, 0]).run(4, max="5")) == (FAIL, "12 is above the max 5 (0, 12, 0)")


def test_one_datapoint_below_the_min_fails() -> None:
    assert seen(Series(after=[40, 2, 40]).run(4, min="10")) == (FAIL, "2 is below the min 10 (40, 2, 40)")


@pytest.mark.parametrize("minutes", [0, 1.5, 2, 3, 3.99])
def test_too_few_complete_datapoints_are_waited_for(minutes: float) -> None:
    verdict, reason = seen(Series(after=[9, 9, 9]).run(minutes, max="5"))
    assert verdict is PENDING
    assert reason == f"{max(0, int(minutes) - 1)} of 3 complete datapoints since the release began"


def test_the_unfinished_datapoint_and_the_one_that_settles_are_ignored() -> None:
    series = Series(after=[1, 1, 1, 99, 99])
    assert series.run(4.9, max="5").verdict is PASS
    assert series.run(5, max="5").verdict is FAIL


def test_the_minute_in_which_the_release_began_is_ignored() -> None:
    assert Series(before=[1] * 3, after=[1, 1, 1]).run(4, max="5", max_increase="10").verdict is PASS


def test_the_newest_datapoints_are_judged() -> None:
    assert Series(after=[99, 1, 1, 1]).run(5, max="5").verdict is PASS


def test_how_many_datapoints_and_how_long_can_be_said() -> None:
    series = Series(after=[1] * 10)
    assert series.run(9, max="5", period="300", datapoints="1").verdict is PENDING
    assert series.run(10, max="5", period="300", datapoints="1").verdict is PASS
    query = series.cloudwatch.called("GetMetricData")[-1]["MetricDataQueries"][0]
    assert query["MetricStat"]["Period"] == 300


def test_no_data_after_enough_time_proves_nothing() -> None:
    assert seen(Series().run(4, max="5")) == (UNKNOWN, "no data in 3 complete periods")


def test_data_now_and_then_is_waited_for_twice_as_long_and_proves_nothing_then() -> None:
    series = Series(after=[None, 1, None, None, None, None])
    assert series.run(6, max="5").verdict is PENDING
    assert seen(series.run(7, max="5")) == (UNKNOWN, "only 1 of 3 datapoints in 6 complete periods")


def test_gaps_are_no_datapoints() -> None:
    assert Series(after=[1, None, 1, None, 1]).run(6, max="5").verdict is PASS


def test_an_increase_within_what_is_tolerated_passes() -> None:
    finding = Series(before=[100, 10, 10, 10], after=[11, 12, 13]).run(4, max_increase="20")
    assert seen(finding) == (PASS, "12 on average over 3 datapoints, before the release 10")
    assert finding.values == {"after": "11, 12, 13", "before": "100, 10, 10, 10"}


def test_an_increase_above_what_is_tolerated_fails() -> None:
    finding = Series(before=[10, 10, 10], after=[12, 12, 12.6]).run(4, max_increase="20")
    assert seen(finding) == (FAIL, "12.2 on average, before the release 10: more than 20 % above")


def test_the_percentage_of_a_negative_baseline_is_of_its_amount() -> None:
    series = Series(before=[-10] * 3, after=[-9] * 3)
    assert series.run(4, max_increase="20").verdict is PASS
    assert series.run(4, max_increase="5").verdict is FAIL


@pytest.mark.parametrize("before", [[], [1, 1], [1, 1, 1, *[None] * 12]])
def test_without_a_baseline_nothing_is_proven(before: Sequence[float | None]) -> None:
    verdict, reason = seen(Series(before, [1, 1, 1]).run(4, max_increase="20"))
    assert verdict is UNKNOWN
    assert reason.startswith("no baseline: ")
    assert reason.endswith("of 3 datapoints in the 12 periods before the release")


def test_without_a_baseline_the_max_still_fails() -> None:
    assert Series(after=[1, 9, 1]).run(4, max_increase="20", max="5").verdict is FAIL


def test_a_baseline_of_zero_lets_no_error_pass() -> None:
    series = Series(before=[0] * 3, after=[0, 1, 0])
    assert seen(series.run(4, max_increase="20")) == (
        UNKNOWN,
        "0.333333 on average, before the release 0: of 0 there is no percentage; give a max",
    )
    assert series.run(4, max_increase="20", max="0.5").verdict is FAIL
    assert series.run(4, max_increase="20", max="5").verdict is PASS


def test_nothing_over_a_baseline_of_zero_passes() -> None:
    assert Series(before=[0] * 3, after=[0] * 3).run(4, max_increase="0").verdict is PASS


def test_where_the_start_is_unknown_bounds_are_judged_and_an_increase_is_not() -> None:
    series = Series(after=[1, 1, 1])
    assert series.run(4, since=0.0, max="5").verdict is PASS
    assert seen(series.run(4, since=0.0, max_increase="5")) == (
        UNKNOWN,
        "no baseline: when the release began is not known",
    )


def test_an_answer_in_pages_is_read_to_its_end() -> None:
    series = Series(before=[10] * 12, after=[1, 2, 30])
    series.cloudwatch.data_page = 1
    assert series.run(4, max="5").verdict is FAIL
    assert len(series.cloudwatch.called("GetMetricData")) == 3


def test_an_answer_that_never_ends_proves_nothing() -> None:
    series = Series(after=[1] * 24)
    series.cloudwatch.data_page = 1
    finding = series.run(25, max="5", datapoints="12")
    assert seen(finding) == (UNKNOWN, "HTTPCode_Target_5XX_Count: CloudWatch's answer is not complete: PartialData")
    assert len(series.cloudwatch.called("GetMetricData")) == 10


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_f17_an_answer_that_is_not_complete_proves_nothing(status: str) -> None:
    series = Series(after=[1, 1, 1])
    series.cloudwatch.last_status = status
    finding = series.run(4, max="5")
    assert finding.verdict is UNKNOWN
    assert finding.reason == f"HTTPCode_Target_5XX_Count: CloudWatch's answer is not complete: {status}"


def test_f17_what_cloudwatch_refuses_comes_out() -> None:
    series = Series()
    series.cloudwatch.refuse("GetMetricData", RefusedError("AccessDeniedException", status=403))
    with pytest.raises(ClientError, match="AccessDenied"):
        series.run(4, max="5")


def test_dimensions_travel_as_text() -> None:
    text = DIMENSIONS.read({"TargetGroup": "t", "LoadBalancer": "l"})
    assert text == '{"LoadBalancer":"l","TargetGroup":"t"}'
    series = Series(after=[1, 1, 1])
    assert series.run(4, max="5", dimensions=text).verdict is PASS
    metric = series.cloudwatch.called("GetMetricData")[0]["MetricDataQueries"][0]["MetricStat"]["Metric"]
    assert metric["Dimensions"] == [{"Name": "LoadBalancer", "Value": "l"}, {"Name": "TargetGroup", "Value": "t"}]
    assert dimensions_of("") == []


@pytest.mark.parametrize(
    "value",
    [{}, [], "a=b", {"a": 1}, {"": "b"}, {"a": ""}, {":a": "b"}, {"a": "b" * 1025}, {f"{n}": "x" for n in range(31)}],
)
def test_f19_what_are_no_dimensions_is_refused(value: object) -> None:
    assert DIMENSIONS.read(value) is None


@pytest.mark.parametrize(
    "value", ["Average", "Sum", "Minimum", "Maximum", "SampleCount", "p50", "p99.9", "p0.1", "p100"]
)
def test_the_statistics_of_cloudwatch_are_taken(value: str) -> None:
    assert STATISTIC.read(value) == value


@pytest.mark.parametrize("value", ["sum", "p", "p101", "p100.5", "p99.999", "tm99", "99", "", None, 5])
def test_f19_other_statistics_are_refused(value: object) -> None:
    assert STATISTIC.read(value) is None


@pytest.mark.parametrize("value", [0, 30, 90, 3660, -60, "60", 60.0, True, None])
def test_f19_what_is_no_period_is_refused(value: object) -> None:
    assert PERIOD.read(value) is None


@pytest.mark.parametrize("value", [True, "5", None, float("nan"), float("inf"), -float("inf"), 10**400, [1]])
def test_f19_what_is_no_number_is_refused(value: object) -> None:
    assert number().read(value) is None


def test_f19_a_percentage_is_not_negative() -> None:
    assert number(0).read(-1) is None
    assert number(0).read(0) == "0"


@pytest.mark.parametrize("value", ["", ":x", " x", "x" * 256, 5])
def test_f19_what_is_no_namespace_is_refused(value: object) -> None:
    assert NAMESPACE.read(value) is None


@given(st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15))
def test_a_number_is_read_back_as_it_was(value: float) -> None:
    text = number().read(value)
    assert text is not None
    assert float(text) == value
    assert number().read(json.loads(text)) == text


periods = st.integers(1, 60).map(lambda minutes: minutes * 60)
moments = st.floats(1_700_000_000, 1_800_000_000)


@given(moments, st.floats(0, 200_000), periods, st.integers(1, 12))
def test_only_complete_datapoints_of_their_side_are_asked_for(
    since: float, seconds: float, period: int, needed: int
) -> None:
    now = since + seconds
    span, baseline = after(since, now, period, needed), before(since, period)
    assert span.start >= since or span.slots == 0
    assert span.end <= now - period
    assert 0 <= span.slots <= 2 * needed
    assert span.start % period == span.end % period == 0
    assert since - period < baseline.end <= since
    assert baseline.slots == 12
    assert after(since, since + (needed + 4) * period, period, needed).slots >= needed


def test_any_bound_is_enough_and_one_is_needed() -> None:
    check = MetricCheck()
    assert check.problem({}) == "needs one of the keys max_increase, max, min"
    assert [check.problem({key: "1"}) for key in ("max_increase", "max", "min")] == ["", "", ""]
    assert check.problem({"min": "2", "max": "1"}) == "needs a min that is not above the max"
