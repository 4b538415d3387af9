"""What a region may show while it is observed, after it has passed once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.verification.attribution import CheckResult
from crosscheck.verification.engine import Limits, NextStep, decide, seconds_to_next_look
from crosscheck.verification.progress import Progress, begin

PASS, PENDING, UNKNOWN, FAIL = Verdict.PASS, Verdict.PENDING, Verdict.INCONCLUSIVE, Verdict.FAIL
GOES_ON = NextStep.CONTINUE
SINCE, MINUTE = 1_000.0, 60.0
LIMITS = Limits(soak=60 * MINUTE, deadline=30 * MINUTE, failures=1, unknown_looks=5)


def seen(verdict: Verdict, *, moved_on: bool = False) -> list[CheckResult]:
    return [CheckResult("00000a", "eu", Finding("ecs-service", "s", verdict, "as seen", moved_on=moved_on))]


def steps(limits: Limits, *looks: tuple[float, Verdict]) -> tuple[list[NextStep], Progress]:
    """The steps after looks at these minutes."""
    progress, taken = begin(SINCE), list[NextStep]()
    for minute, verdict in looks:
        decision = decide(seen(verdict), progress, limits, SINCE + minute * MINUTE)
        progress = decision.progress
        taken.append(decision.step)
    return taken, progress


def test_a_service_that_scales_after_the_deadline_only_has_to_be_done_by_the_end() -> None:
    looks = [(0.0, PASS), (31.0, PENDING), (35.0, PENDING), (40.0, PASS), (60.0, PASS)]
    assert steps(LIMITS, *looks)[0] == [GOES_ON] * 4 + [NextStep.PASS]


def test_what_still_moves_when_the_observation_should_have_ended_long_ago_fails() -> None:
    assert steps(LIMITS, (0.0, PASS), (31.0, PENDING), (89.0, PENDING), (90.0, PENDING))[0][-2:] == [
        GOES_ON,
        NextStep.FAIL,
    ]


def test_what_never_passed_is_not_waited_for_after_the_deadline() -> None:
    assert steps(LIMITS, (0.0, PENDING), (30.0, PENDING))[0] == [GOES_ON, NextStep.FAIL]


def test_the_first_observation_tolerates_failing_looks_even_if_it_began_after_the_deadline() -> None:
    taken, progress = steps(replace(LIMITS, unknown_looks=0), (29.5, UNKNOWN), (30.0, PASS), (31.0, FAIL))
    assert taken == [GOES_ON] * 3
    assert progress.broken
    again = decide(seen(PASS), progress, LIMITS, SINCE + 32 * MINUTE)
    assert decide(seen(FAIL), again.progress, LIMITS, SINCE + 33 * MINUTE).step is NextStep.FAIL


def test_an_unanswered_call_between_two_failing_looks_is_no_sign_of_recovery() -> None:
    assert steps(LIMITS, (0.0, FAIL), (0.25, UNKNOWN), (0.5, FAIL))[0] == [GOES_ON, GOES_ON, NextStep.FAIL]


def test_an_outage_at_the_end_of_an_observation_is_not_asked_every_second() -> None:
    limits = replace(LIMITS, soak=MINUTE)
    _, progress = steps(limits, (0.0, PASS), (0.5, PASS), (1.0, UNKNOWN))
    waits = []
    for _ in range(3):
        waits.append(seconds_to_next_look(progress, limits, MINUTE, SINCE + MINUTE))
        progress = decide(seen(UNKNOWN), progress, limits, SINCE + MINUTE).progress
    assert waits == [29, 41, 58]


@pytest.mark.parametrize("began", [SINCE + 0.0004999, SINCE + 0.0005001])
def test_one_look_decides_however_the_beginning_is_rounded(began: float) -> None:
    assert decide(seen(UNKNOWN), begin(began), Limits(), began).step is NextStep.FAIL


def test_f04_a_region_that_gave_way_right_after_a_failing_look_is_not_failed() -> None:
    _, progress = steps(LIMITS, (0.0, PASS), (1.0, FAIL))
    decision = decide(seen(FAIL, moved_on=True), progress, LIMITS, SINCE + 2 * MINUTE)
    assert [region.verdict for region in decision.regions] == [UNKNOWN]


def test_an_observation_that_began_anew_at_the_deadline_still_tolerates_a_failing_look() -> None:
    progress = Progress(SINCE, pass_since=SINCE + LIMITS.deadline, broken=True)
    assert decide(seen(FAIL), progress, LIMITS, SINCE + 31 * MINUTE).step is GOES_ON


def test_an_observation_goes_on_unbroken_while_everything_passes() -> None:
    _, progress = steps(LIMITS, (0.0, PASS), (1.0, PASS), (2.0, PASS))
    assert (progress.pass_since, progress.passed, progress.broken) == (SINCE, True, False)
    assert not decide(seen(PENDING), begin(SINCE), LIMITS, SINCE).progress.broken


def test_that_everything_has_passed_once_is_kept() -> None:
    _, progress = steps(LIMITS, (0.0, PASS), (1.0, FAIL))
    assert (progress.pass_since, progress.passed, progress.broken) == (None, True, True)


def test_a_look_ends_the_row_of_times_in_which_the_pipeline_could_not_be_read() -> None:
    assert decide(seen(PASS), Progress(SINCE, unread=2), LIMITS, SINCE).progress.unread == 0


def test_what_gave_way_counts_as_one_unknown_look() -> None:
    allowed = replace(LIMITS, unknown_passes=True)
    progress = decide(seen(FAIL, moved_on=True), begin(SINCE), allowed, SINCE).progress
    assert progress.unknown == {"00000a": 1}


@pytest.mark.parametrize("unknown_passes", [False, True])
def test_what_is_unknown_begins_no_observation_before_it_may_pass(unknown_passes: bool) -> None:
    """Beside a closed window, which keeps a judge waiting who would have ended otherwise."""
    window = CheckResult("00000b", "eu", Finding("window", "night", PENDING, "closed", waits=True))
    limits = replace(LIMITS, unknown_looks=2, unknown_passes=unknown_passes)
    first = decide([*seen(UNKNOWN), window], begin(SINCE), limits, SINCE)
    second = decide([*seen(UNKNOWN), window], first.progress, limits, SINCE + MINUTE)
    assert (first.step, second.step) == (GOES_ON, GOES_ON)
    assert (first.progress.pass_since, second.progress.pass_since) == (None, SINCE + MINUTE if unknown_passes else None)


def test_a_closed_window_alone_begins_no_observation() -> None:
    window = CheckResult("00000b", "eu", Finding("window", "night", PENDING, "closed", waits=True))
    assert decide([window], begin(SINCE), LIMITS, SINCE).progress.pass_since is None
