from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.verification.attribution import CheckResult
from crosscheck.verification.engine import (
    CONFIRM_SECONDS,
    Decision,
    Limits,
    NextStep,
    decide,
    preview,
    seconds_to_next_look,
)
from crosscheck.verification.progress import Progress, begin
from gate_stage.answers import failure_message, outputs, preview_outputs, summary

PASS, PENDING, UNKNOWN, FAIL = Verdict.PASS, Verdict.PENDING, Verdict.INCONCLUSIVE, Verdict.FAIL
SINCE = 1_000.0
MINUTE = 60.0
# Those of a gate whose plan says nothing.
GATE = Limits(deadline=30 * MINUTE, unknown_looks=3)


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

    def __init__(self, limits: Limits = GATE) -> None:
        self.limits = limits
        self.progress = Progress(SINCE)
        self.now = SINCE

    def then(self, minutes: float = 1.0, **verdicts: Verdict) -> Decision:
        decision = decide(looks(**verdicts), self.progress, self.limits, self.now)
        self.progress, self.now = decision.progress, self.now + minutes * MINUTE
        return decision


def test_all_pass() -> None:
    decision = Series().then(eu=PASS, ap=PASS)
    assert decision.step is NextStep.PASS
    assert outputs(decision) == {"verdict": "PASS", "regions_passed": "ap,eu", "regions_failed": "none"}


def test_a_failure_ends_it_at_once_and_the_others_are_still_reported() -> None:
    decision = Series().then(eu=FAIL, ap=PENDING, us=PASS)
    assert decision.step is NextStep.FAIL
    assert failure_message(decision) == (
        "FAIL regions=eu: eu: fail seen; unknown ap: not judged to the end; last seen: pending seen; passed: us"
    )


def test_a_region_that_was_not_judged_to_the_end_is_left_open_for_somebody_else() -> None:
    """Its verdict is not final: the fan-out judges it."""
    decision = Series().then(eu=FAIL, ap=PENDING, us=PASS)
    assert decision.open == frozenset({"ap"})
    assert Series().then(eu=PASS, ap=PASS).open == frozenset()


@pytest.mark.parametrize("verdict", [FAIL, UNKNOWN])
def test_what_passed_so_far_is_left_open_where_its_observation_is_cut_short(verdict: Verdict) -> None:
    """A build that dies after some minutes would be proven otherwise, and rollbacks went back to it."""
    series = Series(replace(GATE, soak=10 * MINUTE, unknown_looks=1))
    series.then(minutes=9.9, eu=PASS, ap=PASS)
    decision = series.then(eu=verdict, ap=PASS)
    assert (decision.step, decision.open) == (NextStep.FAIL, frozenset({"ap"}))
    assert decision.named(PASS) == ()
    assert "ap: not judged to the end; last seen: pass seen" in failure_message(decision)


def test_what_was_observed_to_the_end_passes_beside_what_fails_then() -> None:
    series = Series(replace(GATE, soak=10 * MINUTE))
    series.then(minutes=10, eu=PASS, ap=PASS)
    decision = series.then(eu=FAIL, ap=PASS)
    assert (decision.step, decision.open, decision.named(PASS)) == (NextStep.FAIL, frozenset(), ("ap",))


def test_what_passed_so_far_of_a_region_that_fails_says_so() -> None:
    series = Series(replace(GATE, soak=10 * MINUTE))
    seen = [replace(look, region="eu") for look in looks(one=PASS, two=FAIL)]
    decision = decide(seen, series.progress, series.limits, series.now)
    assert [finding.verdict for region in decision.regions for finding in region.findings] == [PASS, FAIL]


def test_a_judge_that_asks_once_is_content_with_one_unknown_look() -> None:
    assert Series(replace(GATE, unknown_looks=1)).then(eu=UNKNOWN).step is NextStep.FAIL
    assert Series(replace(GATE, unknown_looks=0)).then(eu=UNKNOWN).step is NextStep.CONTINUE


def test_an_observation_does_not_begin_while_a_region_is_unknown() -> None:
    series = Series(replace(GATE, soak=10 * MINUTE))
    assert series.then(eu=UNKNOWN, ap=PASS).progress.pass_since is None
    assert series.then(eu=PASS, ap=PASS).progress.pass_since == SINCE + MINUTE


def test_from_the_deadline_on_what_moves_does_not_begin_an_observation_anew() -> None:
    series = Series(replace(GATE, soak=10 * MINUTE))
    began = series.then(minutes=30, eu=PASS).progress.pass_since
    assert series.then(eu=PENDING).progress.pass_since == began


def test_failing_looks_are_tolerated_up_to_the_limit_in_a_row() -> None:
    series = Series(replace(GATE, failures=2))
    steps = [series.then(eu=verdict).step for verdict in (FAIL, FAIL, PENDING, FAIL, FAIL, FAIL)]
    assert steps == [NextStep.CONTINUE] * 5 + [NextStep.FAIL]


def test_a_tolerated_failure_reads_as_pending() -> None:
    decision = Series(replace(GATE, failures=1)).then(eu=FAIL)
    assert decision.regions[0].verdict is PENDING
    assert decision.reason == "eu: failing look 1, 1 tolerated: fail seen"


def test_failing_looks_are_counted_per_check() -> None:
    series = Series(replace(GATE, failures=1))
    assert series.then(eu=FAIL, ap=PASS).step is NextStep.CONTINUE
    assert series.then(eu=PASS, ap=FAIL).step is NextStep.CONTINUE
    assert series.then(eu=PASS, ap=FAIL).named(FAIL) == ("ap",)


def test_pending_is_waited_for_until_the_deadline_and_then_fails() -> None:
    series = Series(replace(GATE, deadline=2 * MINUTE))
    assert [series.then(eu=PENDING).step for _ in range(2)] == [NextStep.CONTINUE, NextStep.CONTINUE]
    decision = series.then(eu=PENDING)
    assert decision.step is NextStep.FAIL
    assert failure_message(decision) == "FAIL regions=eu: eu: not done within 2 minutes: pending seen"


def test_a_tolerated_failure_is_final_at_the_deadline() -> None:
    assert Series(replace(GATE, deadline=0, failures=9)).then(eu=FAIL).step is NextStep.FAIL


def test_f17_unknown_is_asked_three_times_and_then_fails_without_a_failed_region() -> None:
    series = Series()
    assert [series.then(eu=UNKNOWN, us=PASS).step for _ in range(2)] == [NextStep.CONTINUE, NextStep.CONTINUE]
    decision = series.then(eu=UNKNOWN, us=PASS)
    assert decision.step is NextStep.FAIL
    assert failure_message(decision) == "FAIL regions=: unknown eu: inconclusive seen; passed: us"


def test_f17_unknown_may_be_let_through_but_is_not_passed() -> None:
    series = Series(replace(GATE, unknown_passes=True))
    decisions = [series.then(eu=UNKNOWN, us=PASS) for _ in range(3)]
    assert [decision.step for decision in decisions] == [NextStep.CONTINUE, NextStep.CONTINUE, NextStep.PASS]
    assert outputs(decisions[2]) == {"verdict": "PASS", "regions_passed": "us", "regions_failed": "none"}


def test_f17_where_nothing_is_known_the_verdict_is_no_pass() -> None:
    decision = Series(replace(GATE, unknown_passes=True, deadline=0)).then(eu=UNKNOWN)
    assert decision.step is NextStep.PASS
    assert outputs(decision)["verdict"] == "INCONCLUSIVE"


def test_f17_a_failure_beside_the_unknown_fails_even_where_unknown_passes() -> None:
    decision = Series(replace(GATE, unknown_passes=True)).then(eu=UNKNOWN, us=FAIL)
    assert (decision.step, decision.named(FAIL), decision.named(UNKNOWN)) == (NextStep.FAIL, ("us",), ("eu",))


def test_an_answer_between_begins_the_count_of_unknown_looks_anew() -> None:
    series = Series()
    steps = [series.then(eu=verdict).step for verdict in (UNKNOWN, UNKNOWN, PENDING, UNKNOWN, UNKNOWN, UNKNOWN)]
    assert steps == [NextStep.CONTINUE] * 5 + [NextStep.FAIL]


def test_a_soak_lasts_from_the_first_look_in_which_all_pass() -> None:
    series = Series(replace(GATE, soak=2 * MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PENDING, PASS, PASS, PASS)]
    assert steps == [NextStep.CONTINUE] * 3 + [NextStep.PASS]


def test_a_soak_may_outlast_the_deadline() -> None:
    series = Series(replace(GATE, soak=3 * MINUTE, deadline=MINUTE))
    assert [series.then(eu=PASS).step for _ in range(4)] == [NextStep.CONTINUE] * 3 + [NextStep.PASS]


def test_a_failure_in_the_soak_fails() -> None:
    series = Series(replace(GATE, soak=9 * MINUTE))
    series.then(eu=PASS)
    assert series.then(eu=FAIL).step is NextStep.FAIL


def test_pending_in_the_soak_begins_it_anew() -> None:
    series = Series(replace(GATE, soak=2 * MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PASS, PENDING, PASS, PASS, PASS)]
    assert steps == [NextStep.CONTINUE] * 4 + [NextStep.PASS]


def test_one_region_that_moves_in_the_soak_begins_it_anew_for_all() -> None:
    series = Series(replace(GATE, soak=2 * MINUTE))
    looked = [series.then(eu=PASS, ap=ap).step for ap in (PASS, PENDING, PASS, PASS, PASS)]
    assert looked == [*[NextStep.CONTINUE] * 4, NextStep.PASS]


def test_a_throttled_look_in_the_soak_does_not_begin_it_anew_nor_end_it() -> None:
    series = Series(replace(GATE, soak=2 * MINUTE, deadline=MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PASS, PASS, UNKNOWN, PASS)]
    assert steps == [NextStep.CONTINUE] * 3 + [NextStep.PASS]


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
    waiting = Waiting(replace(GATE, deadline=2 * MINUTE))
    assert {waiting.then(PASS, is_open=False).step for _ in range(100)} == {NextStep.CONTINUE}
    assert waiting.then(PASS, is_open=True).step is NextStep.PASS


def test_while_a_window_is_closed_nothing_else_is_held_against_the_deadline() -> None:
    waiting = Waiting(replace(GATE, deadline=2 * MINUTE))
    decisions = [waiting.then(PENDING, is_open=False) for _ in range(10)]
    assert {decision.step for decision in decisions} == {NextStep.CONTINUE}
    assert waiting.then(PENDING, is_open=True).step is NextStep.CONTINUE
    assert waiting.then(PENDING, is_open=True).step is NextStep.CONTINUE
    decision = waiting.then(PENDING, is_open=True)
    assert (decision.step, decision.named(FAIL)) == (NextStep.FAIL, ("eu",))


def test_what_went_by_before_the_window_closed_counts() -> None:
    waiting = Waiting(replace(GATE, deadline=2 * MINUTE))
    waiting.then(PENDING, is_open=True)
    waiting.then(PENDING, is_open=False)
    waiting.then(PENDING, is_open=False)
    assert waiting.then(PENDING, is_open=True).step is NextStep.CONTINUE
    assert waiting.then(PENDING, is_open=True).step is NextStep.FAIL


def test_a_closed_window_of_one_region_holds_the_deadline_of_all() -> None:
    progress = Progress(SINCE, waiting_since=SINCE)
    decision = decide([*looks(us=PENDING), closed("eu")], progress, replace(GATE, deadline=MINUTE), SINCE + 9 * MINUTE)
    assert decision.step is NextStep.CONTINUE


def test_a_failure_while_a_window_is_closed_fails_at_once() -> None:
    waiting = Waiting(GATE)
    waiting.then(PASS, is_open=False)
    decision = waiting.then(FAIL, is_open=False)
    assert failure_message(decision) == "FAIL regions=eu: eu: fail seen"


def test_failing_looks_are_tolerated_while_a_window_is_closed_even_after_the_deadline() -> None:
    waiting = Waiting(replace(GATE, deadline=0, failures=2))
    steps = [waiting.then(FAIL, is_open=False).step for _ in range(3)]
    assert steps == [NextStep.CONTINUE, NextStep.CONTINUE, NextStep.FAIL]


def test_f17_unknown_behind_a_closed_window_is_decided_once_it_opens() -> None:
    waiting = Waiting(GATE)
    assert {waiting.then(UNKNOWN, is_open=False).step for _ in range(9)} == {NextStep.CONTINUE}
    assert waiting.then(UNKNOWN, is_open=True).step is NextStep.FAIL


def test_regions_are_observed_while_a_window_is_closed() -> None:
    waiting = Waiting(replace(GATE, soak=3 * MINUTE))
    assert [waiting.then(PASS, is_open=False).step for _ in range(4)] == [NextStep.CONTINUE] * 4
    assert waiting.then(PASS, is_open=True).step is NextStep.PASS


def test_a_window_that_closes_in_the_soak_holds_it_but_does_not_begin_it_anew() -> None:
    waiting = Waiting(replace(GATE, soak=2 * MINUTE))
    steps = [waiting.then(PASS, is_open=is_open).step for is_open in (True, False, False, True)]
    assert steps == [NextStep.CONTINUE] * 3 + [NextStep.PASS]


def test_nothing_but_a_closed_window_is_no_observation() -> None:
    decision = decide([closed("eu")], Progress(SINCE), GATE, SINCE)
    assert (decision.step, decision.progress.pass_since) == (NextStep.CONTINUE, None)
    assert decision.reason == "eu: opens Mon 02:00 Europe/Berlin (01:00 UTC)"


def test_a_dry_run_says_what_it_saw_and_nothing_follows() -> None:
    decision = preview(looks(eu=FAIL, us=PASS), Progress(SINCE))
    assert decision.step is NextStep.PASS
    assert preview_outputs(decision) == {"verdict": "FAIL", "regions_passed": "us", "regions_failed": "eu"}
    assert summary(decision) == "look 1: dry run (eu FAIL, us PASS)"


def test_a_message_of_33_long_reasons_fits_and_names_every_region() -> None:
    many = [
        CheckResult(f"{n:06x}", f"ap-southeast-{n:02d}", Finding("ecs-service", "s", FAIL, f"{n} " + "x" * 3_000))
        for n in range(33)
    ]
    message = failure_message(decide(many, Progress(SINCE), GATE, SINCE))
    assert len(message) <= 5_000
    assert all(message.count(look.region) == 2 for look in many)


verdict_rows = st.lists(st.lists(st.sampled_from(list(Verdict)), min_size=3, max_size=3), min_size=1, max_size=40)
limits = st.builds(
    Limits,
    soak=st.sampled_from([0.0, 90.0]),
    deadline=st.sampled_from([0.0, 300.0]),
    failures=st.integers(0, 3),
    unknown_looks=st.sampled_from([0, 3, 5]),
    unknown_passes=st.booleans(),
)


@example(
    [[PASS, PASS, PASS], [PASS, PASS, PASS], [PASS, PASS, FAIL]], replace(GATE, soak=90.0, deadline=0.0, failures=1)
)
@given(verdict_rows, limits)
def test_no_series_of_looks_passes_with_a_failing_or_pending_region_or_goes_on_for_ever(
    rows: list[list[Verdict]], chosen: Limits
) -> None:
    series, soaked = Series(chosen), False
    for row in rows:
        soaked = series.progress.pass_since is not None
        decision = series.then(eu=row[0], us=row[1], ap=row[2])
        if decision.step is NextStep.PASS:
            accepted = {PASS, UNKNOWN} if chosen.unknown_passes else {PASS}
            assert set(row) <= accepted
        if decision.step is not NextStep.CONTINUE:
            assert all(region.verdict is not PENDING for region in decision.regions)
            return
    # a soak that pending looks break ends with the deadline, so only a soak may be under way after it
    if series.now - SINCE <= chosen.deadline + MINUTE * 2 or series.progress.pass_since is not None:
        return
    # but for the very look that broke one by a failure that is tolerated; the next such look is the last
    assert soaked
    assert series.then(eu=FAIL, us=FAIL, ap=FAIL).step is NextStep.FAIL


@pytest.mark.parametrize("soak", [0.0, 0.001])
def test_a_soak_of_nothing_ends_in_the_first_look(soak: float) -> None:
    decision = decide(looks(eu=PASS), Progress(SINCE), replace(GATE, soak=0.0 * soak), SINCE + 0.0004999)
    assert decision.step is NextStep.PASS


# Those of a stage without a gate whose plan says nothing, of an image, of preflight, and of a rollback.
STAGE = Limits(soak=MINUTE, deadline=30 * MINUTE, failures=1, unknown_looks=5)
IMAGE = Limits(deadline=30 * MINUTE)
PREFLIGHT = Limits()
ROLLBACK = Limits(deadline=30 * MINUTE, failures=1, unknown_looks=5)


def moved_on(*moved: bool) -> list[CheckResult]:
    """One passing check of a region, and failing ones of which a later deployment took the place, or not."""
    failing = [
        CheckResult(f"{number:06x}", "eu", Finding("ecs-service", f"s{number}", FAIL, "as seen", moved_on=each))
        for number, each in enumerate(moved)
    ]
    return [CheckResult("f" * 6, "eu", Finding("http", "p", PASS, "")), *failing]


def judged(progress: Progress, limits: Limits, *moved: bool) -> Decision:
    """The decision after two such looks at most; the second confirms what fails by itself."""
    decision = decide(moved_on(*moved), progress, limits, SINCE)
    if decision.step is not NextStep.CONTINUE:
        return decision
    return decide(moved_on(*moved), decision.progress, limits, SINCE + CONFIRM_SECONDS)


LIMITS = pytest.mark.parametrize("limits", [GATE, STAGE, ROLLBACK])


@pytest.mark.parametrize("moved", [(True,), (True, False)])
def test_what_was_taken_back_is_failed_at_once_whatever_is_tolerated(moved: tuple[bool, ...]) -> None:
    seen = [replace(each, taken_back="2 of 2 tasks run") for each in moved_on(*moved)]
    decision = decide(seen, begin(SINCE), replace(STAGE, failures=100), SINCE)
    assert (decision.step, decision.named(FAIL), decision.open) == (NextStep.FAIL, ("eu",), frozenset())


@LIMITS
@pytest.mark.parametrize("before", [None, PASS, PENDING, UNKNOWN])
def test_f04_a_region_that_gave_way_to_a_later_deployment_is_unknown(before: Verdict | None, limits: Limits) -> None:
    progress = begin(SINCE)
    if before:
        progress = decide(looks(eu=before), progress, replace(limits, soak=MINUTE), SINCE).progress
    decision = decide(moved_on(True), progress, limits, SINCE + 1)
    assert (decision.step, decision.regions[0].verdict) == (NextStep.FAIL, UNKNOWN)
    assert decision.regions[0].reason == "gave way to a later deployment: as seen"
    assert decision.open == frozenset()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_f04_f63_whatever_is_seen_of_a_later_deployment_proves_nothing(verdict: Verdict) -> None:
    seen = Finding("cloudformation-stack", "shop", verdict, "as seen", moved_on=True)
    looked = [CheckResult("00000a", "eu", seen)]
    decision = decide(looked, begin(SINCE), STAGE, SINCE)
    assert (decision.step, decision.named(UNKNOWN)) == (NextStep.FAIL, ("eu",))
    assert preview(looked, begin(SINCE)).named(UNKNOWN) == ("eu",)


def test_f04_a_gate_waits_for_the_other_regions_of_one_that_gave_way() -> None:
    decision = decide([*moved_on(True), *looks(us=PENDING)], begin(SINCE), GATE, SINCE)
    assert decision.step is NextStep.CONTINUE
    decision = decide([*moved_on(True), *looks(us=PASS)], decision.progress, GATE, SINCE + 1)
    assert (decision.step, decision.named(UNKNOWN), decision.named(PASS)) == (NextStep.FAIL, ("eu",), ("us",))


def test_f04_unknown_that_passes_lets_a_region_through_that_gave_way() -> None:
    decision = decide(moved_on(True), begin(SINCE), replace(GATE, unknown_passes=True), SINCE)
    assert (decision.step, decision.regions[0].verdict) == (NextStep.PASS, UNKNOWN)


def test_f04_what_was_seen_to_fail_before_it_gave_way_says_so_and_is_unknown() -> None:
    before = decide(moved_on(False), begin(SINCE), STAGE, SINCE)
    decision = decide(moved_on(True), before.progress, STAGE, SINCE + CONFIRM_SECONDS)
    assert (decision.step, decision.named(UNKNOWN)) == (NextStep.FAIL, ("eu",))
    assert decision.regions[0].reason == "gave way to a later deployment: as seen; it was seen to fail before"


@pytest.mark.parametrize("passed", [False, True])
@pytest.mark.parametrize("moved", [(False,), (True, False)])
def test_what_fails_by_itself_is_failed_beside_what_gave_way(passed: bool, moved: tuple[bool, ...]) -> None:
    decision = judged(Progress(SINCE, passed=passed), STAGE, *moved)
    assert (decision.step, decision.named(FAIL)) == (NextStep.FAIL, ("eu",))


@pytest.mark.parametrize("verdict", [FAIL, PENDING, UNKNOWN])
def test_f04_f63_a_page_or_an_alarm_is_of_the_later_deployment_then(verdict: Verdict) -> None:
    page = Finding("http", "page", verdict, "status 503")
    seen = [CheckResult("00000a", region, page, of_the_region=True) for region in ("eu", "us")]
    decision = decide([*moved_on(True), *seen], begin(SINCE), replace(GATE, deadline=0.0), SINCE)
    shown = {region.region: region for region in decision.regions}
    assert shown["eu"].verdict is UNKNOWN
    assert shown["eu"].reason.count("gave way to a later deployment: ") == 2
    assert shown["us"].verdict is (UNKNOWN if verdict is UNKNOWN else FAIL)


@pytest.mark.parametrize(
    ("limits", "seen", "steps"),
    [
        (STAGE, (PASS, PASS), (NextStep.CONTINUE, NextStep.PASS)),
        (STAGE, (FAIL, FAIL), (NextStep.CONTINUE, NextStep.FAIL)),
        (STAGE, (PASS, FAIL, FAIL), (NextStep.CONTINUE, NextStep.CONTINUE, NextStep.FAIL)),
        (STAGE, (FAIL, PASS, PASS), (NextStep.CONTINUE, NextStep.CONTINUE, NextStep.PASS)),
        (STAGE, (PENDING, UNKNOWN), (NextStep.CONTINUE, NextStep.CONTINUE)),
        (STAGE, (UNKNOWN,) * 5, (*[NextStep.CONTINUE] * 4, NextStep.FAIL)),
        (replace(STAGE, soak=2 * MINUTE), (PASS, PASS, PASS), (NextStep.CONTINUE, NextStep.CONTINUE, NextStep.PASS)),
        (replace(STAGE, deadline=0), (FAIL,), (NextStep.FAIL,)),
        (replace(STAGE, deadline=0), (UNKNOWN,), (NextStep.FAIL,)),
        (IMAGE, (PASS,), (NextStep.PASS,)),
        (IMAGE, (FAIL,), (NextStep.FAIL,)),
        (IMAGE, (PENDING, PASS), (NextStep.CONTINUE, NextStep.PASS)),
        (PREFLIGHT, (PASS,), (NextStep.PASS,)),
        (PREFLIGHT, (FAIL,), (NextStep.FAIL,)),
        (PREFLIGHT, (UNKNOWN,), (NextStep.FAIL,)),
        (ROLLBACK, (PASS,), (NextStep.PASS,)),
        (ROLLBACK, (FAIL, FAIL), (NextStep.CONTINUE, NextStep.FAIL)),
        (ROLLBACK, (PENDING, PASS), (NextStep.CONTINUE, NextStep.PASS)),
        (ROLLBACK, (UNKNOWN,) * 5, (*[NextStep.CONTINUE] * 4, NextStep.FAIL)),
    ],
)
def test_how_many_looks_a_verdict_takes(limits: Limits, seen: tuple[Verdict, ...], steps: tuple[NextStep, ...]) -> None:
    series = Series(limits)
    decisions = [series.then(eu=verdict) for verdict in seen]
    assert tuple(decision.step for decision in decisions) == steps
    if steps[-1] is not NextStep.CONTINUE:
        assert decisions[-1].regions[0].verdict is seen[-1]


def test_an_image_that_cannot_be_seen_keeps_its_full_deadline() -> None:
    series = Series(IMAGE)
    decisions = [series.then(eu=UNKNOWN) for _ in range(31)]
    assert [decision.step for decision in decisions] == [NextStep.CONTINUE] * 30 + [NextStep.FAIL]
    assert decisions[-1].regions[0].verdict is UNKNOWN


def test_f13_a_deadline_of_hours_is_kept() -> None:
    series = Series(replace(STAGE, deadline=120 * MINUTE))
    decisions = [series.then(eu=PENDING) for _ in range(121)]
    assert [decision.step for decision in decisions] == [NextStep.CONTINUE] * 120 + [NextStep.FAIL]
    assert decisions[-1].regions[0].reason == "not done within 120 minutes: pending seen"


def test_what_passes_at_the_deadline_is_still_observed() -> None:
    series = Series(replace(STAGE, deadline=MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PENDING, PASS, PASS)]
    assert steps == [NextStep.CONTINUE, NextStep.CONTINUE, NextStep.PASS]


def test_a_region_that_passes_and_fails_by_turns_comes_to_an_end_after_the_deadline() -> None:
    series = Series(replace(STAGE, deadline=3 * MINUTE, soak=2 * MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PASS, FAIL, PASS, FAIL, PASS, FAIL)]
    assert steps == [NextStep.CONTINUE] * 5 + [NextStep.FAIL]


def test_a_failing_look_is_tolerated_in_a_soak_that_outlasts_the_deadline() -> None:
    series = Series(replace(STAGE, deadline=MINUTE, soak=5 * MINUTE))
    steps = [series.then(eu=verdict).step for verdict in (PASS, PASS, PASS, FAIL, PASS, FAIL)]
    assert steps == [NextStep.CONTINUE] * 5 + [NextStep.FAIL]


@example([PASS, FAIL] * 20, replace(STAGE, deadline=300.0, soak=90.0))
@given(st.lists(st.sampled_from(list(Verdict)), min_size=40, max_size=40), limits)
def test_whatever_one_check_sees_there_is_an_end(seen: list[Verdict], chosen: Limits) -> None:
    series = Series(replace(chosen, unknown_looks=chosen.unknown_looks or 3))
    longest = chosen.deadline + 2 * chosen.soak + 10 * MINUTE
    assert any(series.then(eu=verdict).step is not NextStep.CONTINUE for verdict in seen[: round(longest / MINUTE)])


def waits(limits: Limits, verdict: Verdict, longest: float = MINUTE) -> list[int]:
    """The waits of looks that see nothing else, to the end."""
    progress, now, found = begin(SINCE), SINCE, list[int]()
    while (decision := decide(looks(eu=verdict), progress, limits, now)).step is NextStep.CONTINUE:
        progress = decision.progress
        found.append(seconds_to_next_look(progress, limits, longest, now))
        now += found[-1]
    return found


def test_looks_become_rarer_up_to_the_longest_wait_and_the_last_one_is_at_the_deadline() -> None:
    found = waits(replace(STAGE, deadline=5 * MINUTE), PENDING)
    assert found == [15, 21, 29, 41, 58, 60, 60, 16]
    assert sum(found) == 300


def test_the_longest_wait_is_the_callers() -> None:
    found = waits(replace(STAGE, deadline=120 * MINUTE), PENDING, longest=300.0)
    assert (max(found), sum(found)) == (300, 7_200)


def test_a_soak_ends_with_a_look_of_its_own() -> None:
    assert waits(STAGE, PASS) == [15, 21, 24]
    assert sum(waits(replace(STAGE, soak=10 * MINUTE), PASS)) == 600


def test_a_failing_look_is_confirmed_soon() -> None:
    assert waits(STAGE, FAIL, longest=2_000.0) == [CONFIRM_SECONDS]
    progress = Progress(SINCE, look=10, fails={"0" * 6: 1})
    assert seconds_to_next_look(progress, STAGE, 2_000.0, SINCE + 1) == CONFIRM_SECONDS
    beside_another = replace(progress, fails={"0" * 6: 1, "1" * 6: 2})
    assert seconds_to_next_look(beside_another, STAGE, 2_000.0, SINCE + 1) > CONFIRM_SECONDS


def test_the_last_of_the_frequent_looks_is_the_twentieth() -> None:
    failing = Progress(SINCE, fails={"0" * 6: 1})
    waited = [seconds_to_next_look(replace(failing, look=look), STAGE, 2_000.0, SINCE) for look in (19, 20)]
    assert waited == [CONFIRM_SECONDS, STAGE.deadline]


def test_further_failing_looks_that_are_tolerated_become_rarer_as_all_others() -> None:
    assert waits(replace(STAGE, failures=5), FAIL) == [CONFIRM_SECONDS, 21, 29, 41, 58]


def test_frequent_looks_are_used_up_by_a_region_that_passes_and_fails_by_turns() -> None:
    progress, now, found = begin(SINCE), SINCE, list[int]()
    limits = replace(STAGE, deadline=86_400.0)
    for look in range(60):
        decision = decide(looks(eu=FAIL if look % 2 else PASS), progress, limits, now)
        assert decision.step is NextStep.CONTINUE
        progress = decision.progress
        found.append(seconds_to_next_look(progress, limits, 2_000.0, now))
        now += found[-1]
    assert found[:6] == [15, CONFIRM_SECONDS, 29, CONFIRM_SECONDS, 58, CONFIRM_SECONDS]
    assert set(found[-30:]) == {2_000}


def test_waiting_for_a_window_is_not_cut_by_the_deadline() -> None:
    progress = Progress(SINCE, look=20, waiting_since=SINCE + 10)
    assert seconds_to_next_look(progress, STAGE, MINUTE, SINCE + 9_000) == 60


def test_a_look_that_comes_too_early_is_followed_at_once() -> None:
    progress = Progress(SINCE, look=20, pass_since=SINCE)
    assert seconds_to_next_look(progress, STAGE, MINUTE, SINCE + 59.9) == 1
    assert seconds_to_next_look(progress, STAGE, MINUTE, SINCE + 99) == 1


def test_any_number_of_looks_may_lie_behind() -> None:
    assert seconds_to_next_look(Progress(SINCE, look=1_000_000), STAGE, MINUTE, SINCE) == 60
