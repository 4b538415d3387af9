from __future__ import annotations

import pytest
from gate_stage.decision import CheckResult, Decision, GateStep, Limits, decide, preview
from hypothesis import example, given
from hypothesis import strategies as st

from crosscheck.contracts.verdicts import Finding, Verdict
from gate_stage.answers import failure_message, outputs, preview_outputs
from gate_stage.continuation import Progress

PASS, PENDING, UNKNOWN, FAIL = Verdict.PASS, Verdict.PENDING, Verdict.INCONCLUSIVE, Verdict.FAIL
SINCE = 1_000.0
MINUTE = 60.0


def looks(**verdicts: Verdict) -> list[CheckResult]:
    """One check per region; ``eu_west_1=PASS``."""
    return [
        CheckResult(
            f"{number:06x}", region.replace("_", "-"), Finding("ecs-service", "s", verdict, f"{verdict.lower()} seen")
        )
        for number, (region, verdict) in enumerate(verdicts.items())
    ]


class Series:
    """Looks in a row, a minute apart."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.progress = Progress(SINCE)
        self.now = SINCE

    def then(self, minutes: float = 1.0, **verdicts: Verdict) -> Decision:
        decision = decide(looks(**verdicts), self.progress, self.limits, self.now)
        self.progress, self.now = decision.progress, self.now + minutes * MINUTE
        return decision


def test_all_pass() -> None:
    decision = Series().then(eu=PASS, ap=PASS)
    assert decision.step is GateStep.PASS
    assert outputs(decision) == {"verdict": "PASS", "regions_passed": "ap,eu", "regions_failed": ""}


def test_a_failure_ends_it_at_once_and_the_others_are_still_reported() -> None:
    decision = Series().then(eu=FAIL, ap=PENDING, us=PASS)
    assert decision.step is GateStep.FAIL
    assert failure_message(decision) == (
        "FAIL regions=eu: eu: fail seen; unknown ap: not judged to the end; last seen: pending seen; passed: us"
    )


def test_failing_looks_are_tolerated_up_to_the_limit_in_a_row() -> None:
    series = Series(Limits(failures=2))
    steps = [series.then(eu=verdict).step for verdict in (FAIL, FAIL, PENDING, FAIL, FAIL, FAIL)]
    assert steps == [GateStep.CONTINUE] * 5 + [GateStep.FAIL]


def test_a_tolerated_failure_reads_as_pending() -> None:
    decision = Series(Limits(failures=1)).then(eu=FAIL)
    assert decision.regions[0].verdict is PENDING
    assert decision.reason == "eu: failing look 1, 1 tolerated: fail seen"


def test_failing_looks_are_counted_per_check() -> None:
    series = Series(Limits(failures=1))
    assert series.then(eu=FAIL, ap=PASS).step is GateStep.CONTINUE
    assert series.then(eu=PASS, ap=FAIL).step is GateStep.CONTINUE
    assert series.then(eu=PASS, ap=FAIL).named(FAIL) == ("ap",)


def test_pending_is_waited_for_until_the_deadline_and_then_fails() -> None:
    series = Series(Limits(deadline=2 * MINUTE))
    assert [series.then(eu=PENDING).step for _ in range(2)] == [GateStep.CONTINUE, GateStep.CONTINUE]
    decision = series.then(eu=PENDING)
    assert decision.step is GateStep.FAIL
    assert failure_message(decision) == "FAIL regions=eu: eu: not done within 2 minutes: pending seen"


def test_a_tolerated_failure_is_final_at_the_deadline() -> None:
    assert Series(Limits(deadline=0, failures=9)).then(eu=FAIL).step is GateStep.FAIL


def test_f17_unknown_is_asked_three_times_and_then_fails_without_a_failed_region() -> None:
    series = Series()
    assert [series.then(eu=UNKNOWN, us=PASS).step for _ in range(2)] == [GateStep.CONTINUE, GateStep.CONTINUE]
    decision = series.then(eu=UNKNOWN, us=PASS)
    assert decision.step is GateStep.FAIL
    assert failure_message(decision) == "FAIL regions=: unknown eu: inconclusive seen; passed: us"


def test_f17_unknown_may_be_let_through_but_is_not_passed() -> None:
    series = Series(Limits(unknown_passes=True))
    decisions = [series.then(eu=UNKNOWN, us=PASS) for _ in range(3)]
    assert [decision.step for decision in decisions] == [GateStep.CONTINUE, GateStep.CONTINUE, GateStep.PASS]
    assert outputs(decisions[2]) == {"verdict": "PASS", "regions_passed": "us", "regions_failed": ""}


def test_f17_where_nothing_is_known_the_verdict_is_no_pass() -> None:
    decision = Series(Limits(unknown_passes=True, deadline=0)).then(eu=UNKNOWN)
    assert decision.step is GateStep.PASS
    assert outputs(decision)["verdict"] == "INCONCLUSIVE"


def test_f17_a_failure_beside_the_unknown_fails_even_where_unknown_passes() -> None:
    decision = Series(Limits(unknown_passes=True)).then(eu=UNKNOWN, us=FAIL)
    assert (decision.step, decision.named(FAIL), decision.named(UNKNOWN)) == (GateStep.FAIL, ("us",), ("eu",))


def test_an_answer_between_begins_the_count_of_unknown_looks_anew() -> None:
    series = Series()
    steps = [series.then(eu=verdict).step for verdict in (UNKNOWN, UNKNOWN, PENDING, UNKNOWN, UNKNOWN, UNKNOWN)]
    assert steps == [GateStep.CONTINUE] * 5 + [GateStep.FAIL]


def test_a_soak_lasts_from_the_first_look_in_which_all_pass() -> None:
    series = Series(Limits(soak=2 * MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PENDING, PASS, PASS, PASS)]
    assert steps == [GateStep.CONTINUE] * 3 + [GateStep.PASS]


def test_a_soak_may_outlast_the_deadline() -> None:
    series = Series(Limits(soak=3 * MINUTE, deadline=MINUTE))
    assert [series.then(eu=PASS).step for _ in range(4)] == [GateStep.CONTINUE] * 3 + [GateStep.PASS]


def test_a_failure_in_the_soak_fails() -> None:
    series = Series(Limits(soak=9 * MINUTE))
    series.then(eu=PASS)
    assert series.then(eu=FAIL).step is GateStep.FAIL


def test_pending_in_the_soak_begins_it_anew() -> None:
    series = Series(Limits(soak=2 * MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PASS, PENDING, PASS, PASS, PASS)]
    assert steps == [GateStep.CONTINUE] * 4 + [GateStep.PASS]


def test_a_throttled_look_in_the_soak_does_not_begin_it_anew_nor_end_it() -> None:
    series = Series(Limits(soak=2 * MINUTE, deadline=MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PASS, PASS, UNKNOWN, PASS)]
    assert steps == [GateStep.CONTINUE] * 3 + [GateStep.PASS]


def closed(region: str) -> CheckResult:
    return CheckResult(
        "f" * 6, region, Finding("window", "w", PENDING, "opens Mon 02:00 Europe/Berlin (01:00 UTC)", waits=True)
    )


class Waiting:
    """Looks in a row, a minute apart, at one service and one window."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.progress, self.now = limits, Progress(SINCE), SINCE

    def then(self, verdict: Verdict, *, is_open: bool) -> Decision:
        window = CheckResult("f" * 6, "eu", Finding("window", "w", PASS, "open")) if is_open else closed("eu")
        decision = decide([*looks(eu=verdict), window], self.progress, self.limits, self.now)
        self.progress, self.now = decision.progress, self.now + MINUTE
        return decision


def test_waiting_for_a_window_does_not_count_towards_the_deadline() -> None:
    waiting = Waiting(Limits(deadline=2 * MINUTE))
    assert {waiting.then(PASS, is_open=False).step for _ in range(100)} == {GateStep.CONTINUE}
    assert waiting.then(PASS, is_open=True).step is GateStep.PASS


def test_while_a_window_is_closed_nothing_else_is_held_against_the_deadline() -> None:
    waiting = Waiting(Limits(deadline=2 * MINUTE))
    decisions = [waiting.then(PENDING, is_open=False) for _ in range(10)]
    assert {decision.step for decision in decisions} == {GateStep.CONTINUE}
    assert waiting.then(PENDING, is_open=True).step is GateStep.CONTINUE
    assert waiting.then(PENDING, is_open=True).step is GateStep.CONTINUE
    decision = waiting.then(PENDING, is_open=True)
    assert (decision.step, decision.named(FAIL)) == (GateStep.FAIL, ("eu",))


def test_what_went_by_before_the_window_closed_counts() -> None:
    waiting = Waiting(Limits(deadline=2 * MINUTE))
    waiting.then(PENDING, is_open=True)
    waiting.then(PENDING, is_open=False)
    waiting.then(PENDING, is_open=False)
    assert waiting.then(PENDING, is_open=True).step is GateStep.CONTINUE
    assert waiting.then(PENDING, is_open=True).step is GateStep.FAIL


def test_a_closed_window_of_one_region_holds_the_deadline_of_all() -> None:
    progress = Progress(SINCE, waiting_since=SINCE)
    decision = decide([*looks(us=PENDING), closed("eu")], progress, Limits(deadline=MINUTE), SINCE + 9 * MINUTE)
    assert decision.step is GateStep.CONTINUE


def test_a_failure_while_a_window_is_closed_fails_at_once() -> None:
    waiting = Waiting(Limits())
    waiting.then(PASS, is_open=False)
    decision = waiting.then(FAIL, is_open=False)
    assert failure_message(decision) == "FAIL regions=eu: eu: fail seen"


def test_failing_looks_are_tolerated_while_a_window_is_closed_even_after_the_deadline() -> None:
    waiting = Waiting(Limits(deadline=0, failures=2))
    steps = [waiting.then(FAIL, is_open=False).step for _ in range(3)]
    assert steps == [GateStep.CONTINUE, GateStep.CONTINUE, GateStep.FAIL]


def test_f17_unknown_behind_a_closed_window_is_decided_once_it_opens() -> None:
    waiting = Waiting(Limits())
    assert {waiting.then(UNKNOWN, is_open=False).step for _ in range(9)} == {GateStep.CONTINUE}
    assert waiting.then(UNKNOWN, is_open=True).step is GateStep.FAIL


def test_regions_are_observed_while_a_window_is_closed() -> None:
    waiting = Waiting(Limits(soak=3 * MINUTE))
    assert [waiting.then(PASS, is_open=False).step for _ in range(4)] == [GateStep.CONTINUE] * 4
    assert waiting.then(PASS, is_open=True).step is GateStep.PASS


def test_a_window_that_closes_in_the_soak_holds_it_but_does_not_begin_it_anew() -> None:
    waiting = Waiting(Limits(soak=2 * MINUTE))
    steps = [waiting.then(PASS, is_open=is_open).step for is_open in (True, False, False, True)]
    assert steps == [GateStep.CONTINUE] * 3 + [GateStep.PASS]


def test_nothing_but_a_closed_window_is_no_observation() -> None:
    decision = decide([closed("eu")], Progress(SINCE), Limits(), SINCE)
    assert (decision.step, decision.progress.pass_since) == (GateStep.CONTINUE, None)
    assert decision.reason == "eu: opens Mon 02:00 Europe/Berlin (01:00 UTC)"


def test_a_dry_run_says_what_it_saw_and_nothing_follows() -> None:
    decision = preview(looks(eu=FAIL, us=PASS), Progress(SINCE))
    assert decision.step is GateStep.PASS
    assert preview_outputs(decision) == {"verdict": "FAIL", "regions_passed": "us", "regions_failed": "eu"}


def test_a_message_of_33_long_reasons_fits_and_names_every_region() -> None:
    many = [
        CheckResult(f"{n:06x}", f"ap-southeast-{n:02d}", Finding("ecs-service", "s", FAIL, f"{n} " + "x" * 3_000))
        for n in range(33)
    ]
    message = failure_message(decide(many, Progress(SINCE), Limits(), SINCE))
    assert len(message) <= 5_000
    assert all(message.count(look.region) == 2 for look in many)


verdict_rows = st.lists(st.lists(st.sampled_from(list(Verdict)), min_size=3, max_size=3), min_size=1, max_size=40)
limits = st.builds(
    Limits,
    soak=st.sampled_from([0.0, 90.0]),
    deadline=st.sampled_from([0.0, 300.0]),
    failures=st.integers(0, 3),
    unknown_passes=st.booleans(),
)


@example([[PASS, PASS, PASS], [PASS, PASS, PASS], [PASS, PASS, FAIL]], Limits(soak=90.0, deadline=0.0, failures=1))
@given(verdict_rows, limits)
def test_no_series_of_looks_passes_with_a_failing_or_pending_region_or_goes_on_for_ever(
    rows: list[list[Verdict]], chosen: Limits
) -> None:
    series, soaked = Series(chosen), False
    for row in rows:
        soaked = series.progress.pass_since is not None
        decision = series.then(eu=row[0], us=row[1], ap=row[2])
        if decision.step is GateStep.PASS:
            accepted = {PASS, UNKNOWN} if chosen.unknown_passes else {PASS}
            assert set(row) <= accepted
        if decision.step is not GateStep.CONTINUE:
            assert all(region.verdict is not PENDING for region in decision.regions)
            return
    # a soak that pending looks break ends with the deadline, so only a soak may be under way after it
    if series.now - SINCE <= chosen.deadline + MINUTE * 2 or series.progress.pass_since is not None:
        return
    # but for the very look that broke one by a failure that is tolerated; the next such look is the last
    assert soaked
    assert series.then(eu=FAIL, us=FAIL, ap=FAIL).step is GateStep.FAIL


@pytest.mark.parametrize("soak", [0.0, 0.001])
def test_a_soak_of_nothing_ends_in_the_first_look(soak: float) -> None:
    decision = decide(looks(eu=PASS), Progress(SINCE), Limits(soak=0.0 * soak), SINCE + 0.0004999)
    assert decision.step is GateStep.PASS
