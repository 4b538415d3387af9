"""What a plan says counts the same in a gate and without one."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.parameters import FAILURE_LIMIT, Parameters
from crosscheck.verification.attribution import CheckResult
from crosscheck.verification.engine import Decision, Limits, NextStep, decide
from crosscheck.verification.progress import begin
from gate_stage.look import LIMITS
from plan_checks.release.limits import LEAST

PASS, PENDING, UNKNOWN, FAIL = Verdict.PASS, Verdict.PENDING, Verdict.INCONCLUSIVE, Verdict.FAIL
NOW = 1_800_000_000.0

type LimitsFrom = Callable[[Parameters], Limits]

EITHER = pytest.mark.parametrize("limits_from", [LIMITS.planned, LEAST.planned], ids=["gate", "no gate"])


@dataclass(frozen=True)
class End:
    """How looks ended: what the last one decided, and how many there were."""

    decision: Decision
    looks: int

    @property
    def verdict(self) -> Verdict:
        return self.decision.regions[0].verdict


def end(limits: Limits, *seen: Verdict, seconds: float = 60.0) -> End:
    """The end of looks at one check, so many seconds apart; the last verdict is seen for ever."""
    progress, now = begin(NOW), NOW
    for look in range(10_000):
        finding = Finding("http", "page", seen[min(look, len(seen) - 1)], "as seen")
        decision = decide([CheckResult("0" * 6, "eu-west-1", finding)], progress, limits, now)
        if decision.step is not NextStep.CONTINUE:
            return End(decision, look + 1)
        progress, now = decision.progress, now + seconds
    raise AssertionError("there is no end")


@EITHER
@pytest.mark.parametrize("failures", [1, 2, 5, FAILURE_LIMIT])
def test_so_many_failing_looks_in_a_row_are_tolerated(limits_from: LimitsFrom, failures: int) -> None:
    ended = end(limits_from(Parameters(failure_limit=failures)), FAIL, seconds=1)
    assert (ended.verdict, ended.looks) == (FAIL, failures + 1)


@EITHER
def test_after_a_tolerated_failure_a_region_may_still_pass(limits_from: LimitsFrom) -> None:
    ended = end(limits_from(Parameters(failure_limit=2)), FAIL, FAIL, PASS)
    assert (ended.decision.step, ended.verdict) == (NextStep.PASS, PASS)


def test_without_a_gate_a_failure_is_confirmed_once_and_a_gate_fails_at_once() -> None:
    assert end(LIMITS.planned(Parameters()), FAIL).looks == 1
    assert end(LEAST.planned(Parameters()), FAIL).looks == 2


@EITHER
@pytest.mark.parametrize(("on_inconclusive", "step"), [("fail", NextStep.FAIL), ("pass", NextStep.PASS)])
def test_unknown_fails_or_passes_as_the_plan_says(
    limits_from: LimitsFrom, on_inconclusive: str, step: NextStep
) -> None:
    ended = end(limits_from(Parameters(on_inconclusive=on_inconclusive)), UNKNOWN)
    assert (ended.decision.step, ended.verdict) == (step, UNKNOWN)


@pytest.mark.parametrize("on_inconclusive", ["fail", "pass"])
def test_without_a_gate_a_region_is_asked_twice_more(on_inconclusive: str) -> None:
    parameters = Parameters(on_inconclusive=on_inconclusive)
    assert (LIMITS.planned(parameters).unknown_looks, LEAST.planned(parameters).unknown_looks) == (3, 5)


@EITHER
@pytest.mark.parametrize("minutes", [1.0, 2.5, 10.0, 1_440.0])
def test_a_region_is_observed_as_long_as_the_plan_says(limits_from: LimitsFrom, minutes: float) -> None:
    ended = end(limits_from(Parameters(soak_minutes=minutes)), PASS, seconds=30)
    assert (ended.decision.step, (ended.looks - 1) * 30) == (NextStep.PASS, minutes * 60)


def test_without_a_gate_a_region_is_observed_for_a_minute_at_least() -> None:
    assert end(LIMITS.planned(Parameters()), PASS, seconds=30).looks == 1
    assert end(LEAST.planned(Parameters()), PASS, seconds=30).looks == 3
    assert end(LEAST.planned(Parameters(soak_minutes=0.5)), PASS, seconds=30).looks == 3


@EITHER
@pytest.mark.parametrize("minutes", [0.0, 1.0, 30.0, 120.0, 1_440.0])
def test_what_is_pending_at_the_deadline_has_failed(limits_from: LimitsFrom, minutes: float) -> None:
    ended = end(limits_from(Parameters(deadline_minutes=minutes)), PENDING)
    assert (ended.verdict, (ended.looks - 1) * 60) == (FAIL, minutes * 60)
    assert ended.decision.regions[0].reason == f"not done within {minutes:g} minutes: as seen"


@EITHER
def test_a_soak_may_outlast_the_deadline(limits_from: LimitsFrom) -> None:
    ended = end(limits_from(Parameters(deadline_minutes=1, soak_minutes=5)), PENDING, PASS)
    assert (ended.decision.step, ended.looks) == (NextStep.PASS, 7)


@EITHER
def test_nothing_is_tolerated_at_the_deadline(limits_from: LimitsFrom) -> None:
    assert end(limits_from(Parameters(deadline_minutes=0, failure_limit=9)), FAIL).looks == 1


@EITHER
def test_f04_a_later_deployment_makes_a_region_unknown_at_once(limits_from: LimitsFrom) -> None:
    finding = Finding("ecs-service", "web", FAIL, "as seen", moved_on=True)
    looked = [CheckResult("0" * 6, "eu-west-1", finding)]
    decision = decide(looked, begin(NOW), limits_from(Parameters()), NOW)
    assert (decision.step, decision.regions[0].verdict) == (NextStep.FAIL, UNKNOWN)
    assert decision.regions[0].reason == "gave way to a later deployment: as seen"
