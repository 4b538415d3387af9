"""Who judges a region: its gates, and the fan-out where there is none or where one ended without a word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict, judge
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.region_verdicts import progress_of
from tests.builders import events
from tests.builders.releases import Facts, deploys

if TYPE_CHECKING:
    from crosscheck.releases.model import RegionProgress

REGION = "us-east-1"
GATE = "Validate/Gate"


def _deployed(gates: dict[str, list[str]] | None = None) -> Facts:
    """A stage that has deployed to its only region."""
    facts = Facts().outline(("Primary", [deploys("One", REGION)]), gates=gates or {}).event(events.pipeline("STARTED"))
    return facts.event(events.action("Primary", "One", "SUCCEEDED", 5))


def _gated() -> Facts:
    return _deployed({"Primary": [GATE]})


def _judged(verdict: Verdict, reason: str = "as seen") -> RegionVerdict:
    return judge(REGION, [Finding("ecs-service", "my-service", verdict, reason)])


def _region(facts: Facts) -> RegionProgress:
    (region,) = facts.release.regions
    return region


def _is(facts: Facts) -> tuple[str | None, str]:
    region = _region(facts)
    return region.state, region.reason


@pytest.mark.parametrize("ended", [False, True])
def test_without_a_gate_the_fan_out_verifies_also_after_the_end(ended: bool) -> None:
    facts = _deployed().event(events.stage("Primary", "SUCCEEDED", 6))
    if ended:
        facts.event(events.pipeline("SUCCEEDED", 7))
    assert _is(facts) == ("verifying", "deployed, being verified")
    facts.verdict("Primary", _judged(Verdict.PENDING, "1 of 2 tasks run"), 9, final=False)
    assert _is(facts) == ("verifying", "1 of 2 tasks run")
    facts.verdict("Primary", _judged(Verdict.PASS, "2 of 2 tasks run"), 12)
    assert _is(facts) == ("passed", "2 of 2 tasks run")


@pytest.mark.parametrize("judge", ["", GATE])
def test_looks_at_a_region_that_is_well_so_far_change_nothing(judge: str) -> None:
    facts = _deployed({"Primary": [GATE]} if judge else {}).event(events.stage("Primary", "SUCCEEDED", 6))
    for look, seconds in enumerate((15, 21, 24)):
        observed = replace(_judged(Verdict.PASS), reason=f"2 of 2 tasks run; looked at again in {seconds} s")
        facts.verdict("Primary", observed, 9 + look, final=False, judge=judge)
        assert _is(facts) == ("verifying", "deployed, being verified")


@pytest.mark.parametrize(("state", "word"), [("STOPPED", "stopped"), ("CANCELED", "canceled")])
def test_a_stage_that_did_not_finish_is_left_alone(state: str, word: str) -> None:
    facts = _deployed().event(events.stage("Primary", state, 6)).event(events.pipeline("STOPPED", 7))
    assert _is(facts) == ("unknown", f"deployed, but the stage was {word}")


def test_a_deployment_seen_without_a_definition_is_being_verified() -> None:
    facts = Facts().event(events.action("Primary", "One", "SUCCEEDED", 5))
    assert _is(facts) == ("verifying", "deployed, being verified")


def test_while_the_pipeline_runs_the_gate_is_waited_for() -> None:
    facts = _gated().event(events.stage("Primary", "SUCCEEDED", 6))
    assert _is(facts) == ("verifying", "deployed, waiting for the gate")


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED"])
def test_a_gate_that_ended_without_a_word_leaves_it_to_the_fan_out(state: str) -> None:
    facts = _gated().event(events.stage("Validate", state, 8)).event(events.pipeline(state, 9))
    assert _is(facts) == ("verifying", "deployed, being verified")
    facts.verdict("Primary", _judged(Verdict.FAIL, "0 of 2 tasks run"), 20)
    assert _is(facts) == ("failed", "0 of 2 tasks run")


def test_a_failed_deploy_stage_never_gets_to_its_gate() -> None:
    facts = _gated().event(events.stage("Primary", "FAILED", 6)).event(events.pipeline("FAILED", 7))
    assert _is(facts) == ("verifying", "deployed, being verified")


@pytest.mark.parametrize("state", [None, "STOPPED"])
def test_a_gate_whose_stage_never_finished_gave_no_verdict(state: str | None) -> None:
    facts = _gated().event(events.stage("Primary", "SUCCEEDED", 6))
    if state:
        facts.event(events.stage("Validate", state, 8))
    facts.event(events.pipeline("STOPPED", 9))
    assert _is(facts) == ("unknown", "deployed, but the gate gave no verdict")


@pytest.mark.parametrize("ended", [False, True])
def test_a_gate_whose_stage_was_skipped_judges_nothing_and_that_is_said(ended: bool) -> None:
    facts = _gated().event(events.stage("Primary", "SUCCEEDED", 6)).event(events.stage("Validate", "SKIPPED", 7))
    if ended:
        facts.event(events.pipeline("SUCCEEDED", 9))
    assert _is(facts) == ("unknown", "not judged: a condition skipped Validate, with its gate")


def test_a_skipped_gate_leaves_the_word_to_another_one() -> None:
    facts = _deployed({"Primary": [GATE, "Prove/Gate"]}).event(events.stage("Primary", "SUCCEEDED", 6))
    facts.event(events.stage("Validate", "SKIPPED", 7))
    assert _is(facts) == ("verifying", "deployed, waiting for the gate")
    facts.verdict("Primary", _judged(Verdict.PASS, "2 of 2"), 9, judge="Prove/Gate")
    assert _is(facts) == ("passed", "2 of 2")


def test_a_region_that_the_fan_out_has_taken_over_waits_for_no_gate() -> None:
    facts = _gated().event(events.stage("Primary", "SUCCEEDED", 6)).judge("Primary", REGION)
    assert _is(facts) == ("verifying", "deployed, being verified")
    facts.event(events.pipeline("SUCCEEDED", 7))
    assert _is(facts) == ("verifying", "deployed, being verified")


def test_a_gate_that_ended_half_way_leaves_it_to_the_fan_out() -> None:
    facts = _gated().verdict("Primary", _judged(Verdict.PENDING, "1 of 2"), 8, final=False, judge=GATE)
    assert _is(facts) == ("verifying", "1 of 2")
    facts.event(events.stage("Validate", "FAILED", 9)).event(events.pipeline("FAILED", 10))
    assert _is(facts) == ("verifying", "deployed, being verified")
    facts.verdict("Primary", _judged(Verdict.PENDING, "still 1 of 2"), 11, final=False)
    assert _is(facts) == ("verifying", "still 1 of 2")
    facts.verdict("Primary", _judged(Verdict.PASS, "2 of 2"), 12)
    assert _is(facts) == ("passed", "2 of 2")


def test_a_gate_that_was_stopped_half_way_leaves_it_unknown() -> None:
    facts = _gated().verdict("Primary", _judged(Verdict.PENDING, "1 of 2"), 8, final=False, judge=GATE)
    facts.event(events.stage("Validate", "STOPPED", 9)).event(events.pipeline("STOPPED", 10))
    assert _is(facts) == ("unknown", "1 of 2")


def test_the_fan_outs_newer_word_ends_the_wait_for_a_gate_while_the_pipeline_runs() -> None:
    facts = _gated().verdict("Primary", _judged(Verdict.PENDING, "1 of 2"), 8, final=False, judge=GATE)
    facts.verdict("Primary", _judged(Verdict.PASS, "2 of 2"), 12)
    assert _is(facts) == ("passed", "2 of 2")


def test_a_gate_that_looks_again_is_waited_for() -> None:
    """Its stage was retried after the fan-out had looked in its place."""
    facts = _gated().verdict("Primary", _judged(Verdict.PASS, "2 of 2"), 12)
    facts.verdict("Primary", _judged(Verdict.PENDING, "1 of 2"), 20, final=False, judge=GATE)
    assert _is(facts) == ("verifying", "1 of 2")


def test_a_gate_that_speaks_after_all_is_the_judge() -> None:
    facts = _gated().verdict("Primary", _judged(Verdict.INCONCLUSIVE, "access denied"), 12)
    facts.verdict("Primary", _judged(Verdict.PASS, "2 of 2"), 20, judge=GATE)
    assert _is(facts) == ("passed", "2 of 2")


@pytest.mark.parametrize(("gate", "fan_out"), [(Verdict.PASS, Verdict.FAIL), (Verdict.FAIL, Verdict.PASS)])
def test_of_final_verdicts_the_worst_counts(gate: Verdict, fan_out: Verdict) -> None:
    facts = _gated().verdict("Primary", _judged(gate), 8, judge=GATE).verdict("Primary", _judged(fan_out), 12)
    assert _region(facts).state == "failed"


def test_one_gates_late_pass_does_not_hide_what_the_fan_out_saw_in_anothers_place() -> None:
    facts = _gated().verdict("Primary", _judged(Verdict.PASS), 8, judge="Validate/A")
    facts.verdict("Primary", _judged(Verdict.FAIL, "0 of 2"), 12)
    facts.verdict("Primary", _judged(Verdict.PASS), 20, judge="Validate/B")
    assert _is(facts) == ("failed", "0 of 2")


@pytest.mark.parametrize("ended", [False, True])
def test_one_gates_late_pass_is_not_the_word_of_another_that_is_not_done(ended: bool) -> None:
    facts = _deployed({"Primary": ["Validate/A", "Validate/B"]}).verdict("Primary", _judged(Verdict.FAIL, "0 of 2"), 12)
    facts.verdict("Primary", _judged(Verdict.PASS), 20, judge="Validate/A")
    facts.verdict("Primary", _judged(Verdict.PENDING), 21, final=False, judge="Validate/B")
    if ended:
        facts.event(events.pipeline("STOPPED", 22))
    assert _is(facts) == ("failed", "0 of 2")


def test_what_the_fan_out_saw_in_the_same_second_counts_beside_the_gates_word() -> None:
    facts = _gated().verdict("Primary", _judged(Verdict.FAIL, "0 of 2"), 12)
    facts.verdict("Primary", _judged(Verdict.PASS), 12, judge=GATE)
    assert _is(facts) == ("failed", "0 of 2")


def test_the_fan_out_looks_once_one_of_several_gates_is_over() -> None:
    facts = _deployed({"Primary": [GATE, "Prove/Gate"]}).event(events.stage("Primary", "SUCCEEDED", 6))
    facts.event(events.stage("Validate", "FAILED", 8)).event(events.pipeline("FAILED", 9))
    assert _is(facts) == ("verifying", "deployed, being verified")


def test_the_fan_outs_word_on_an_earlier_run_counts_no_more() -> None:
    facts = _deployed().verdict("Primary", _judged(Verdict.FAIL), 9)
    facts.event(events.action("Primary", "One", "STARTED", 20, more=events.SECOND_ATTEMPT))
    start = {"start-time": events.action("Primary", "One", "STARTED", 20)["time"]}
    facts.event(events.action("Primary", "One", "SUCCEEDED", 25, more=events.SECOND_ATTEMPT | start))
    assert _is(facts) == ("verifying", "deployed, being verified")


@pytest.mark.parametrize(
    ("summary", "reason"),
    [("no capacity", "no capacity"), ("", "the service does not exist")],
)
def test_a_failed_action_is_told_in_its_own_words_first(summary: str, reason: str) -> None:
    result = {"execution-result": {"external-execution-summary": summary}}
    facts = _deployed().event(events.action("Primary", "One", "FAILED", 6, more=result))
    facts.verdict("Primary", _judged(Verdict.FAIL, "the service does not exist"), 9)
    assert _is(facts) == ("failed", reason)


@pytest.mark.parametrize("final", [True, False])
def test_a_failed_action_without_words_takes_only_a_final_failure(final: bool) -> None:
    facts = _deployed().event(events.action("Primary", "One", "FAILED", 6))
    assert _is(facts) == ("failed", "the deploy action failed")
    facts.verdict("Primary", _judged(Verdict.FAIL if not final else Verdict.INCONCLUSIVE, "who knows"), 9, final=final)
    assert _is(facts) == ("failed", "the deploy action failed")


def test_f56_a_release_that_began_before_the_judges_were_facts_takes_the_gates_word() -> None:
    facts = _gated()
    del facts.records[f"judge/Primary/{REGION}"]
    facts.verdict("Primary", _judged(Verdict.PENDING, "1 of 2"), 8, final=False, judge=GATE)
    facts.event(events.stage("Validate", "FAILED", 9)).event(events.pipeline("FAILED", 10))
    assert _is(facts) == ("verifying", "deployed, being verified")
    facts.verdict("Primary", _judged(Verdict.PASS, "2 of 2"), 12)
    assert _is(facts) == ("passed", "2 of 2")


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        (["2 tasks run app:7", "x" * 200, "https://a.example/ answers 200"], "2 tasks run app:7; and 2 more checks"),
        (["x" * 50, "y" * 66, "z"], f"{'x' * 50}; {'y' * 66}; and 1 more check"),
        (["x" * 50, "y" * 67, "z"], f"{'x' * 50}; and 2 more checks"),
        (["x" * 200, "y" * 200], f"{'x' * 200}; and 1 more check"),
    ],
)
def test_a_region_that_passed_says_what_fits_and_how_much_more_passed(reasons: list[str], said: str) -> None:
    judged = judge(REGION, [Finding("kind", reason, Verdict.PASS, reason) for reason in reasons])
    assert progress_of(JudgeVerdict("Deploy", judged, 0.0, final=True), running=False).reason == said


def test_the_reason_of_a_verdict_that_says_more_than_its_checks_do_stands_as_it_is() -> None:
    judged = judge(REGION, [Finding("kind", reason, Verdict.PASS, reason) for reason in ("2 of 2", "x" * 200)])
    said = JudgeVerdict("Deploy", judged, 0.0, final=True)
    other = replace(judged, reason="a person let it pass")
    assert progress_of(replace(said, judged=other), running=False).reason == "a person let it pass"


def test_a_region_that_failed_says_all_that_failed() -> None:
    judged = judge(REGION, [Finding("kind", letter, Verdict.FAIL, letter * 200) for letter in "xy"])
    said = progress_of(JudgeVerdict("Deploy", judged, 0.0, final=True), running=False)
    assert said.reason == f"{'x' * 200}; {'y' * 200}"


def test_what_is_not_well_yet_is_told_beside_what_is() -> None:
    judged = judge(
        REGION,
        [Finding("http", "page", Verdict.PASS, "answers"), Finding("ecs-service", "s", Verdict.PENDING, "1 of 2")],
    )
    assert _is(_deployed().verdict("Primary", judged, 9, final=False)) == ("verifying", "1 of 2")


def test_a_gate_that_looks_in_the_second_of_the_fan_outs_word_is_waited_for() -> None:
    facts = _gated().verdict("Primary", _judged(Verdict.PASS, "2 of 2"), 12)
    facts.verdict("Primary", _judged(Verdict.PENDING, "1 of 2"), 12, final=False, judge=GATE)
    assert _is(facts) == ("verifying", "1 of 2")


def test_many_gates_that_were_skipped_are_counted() -> None:
    stages = [f"Validate{number}" for number in range(6)]
    facts = _deployed({"Primary": [f"{stage}/Gate" for stage in stages]})
    for stage in stages:
        facts.event(events.stage(stage, "SKIPPED", 7))
    assert _is(facts) == ("unknown", "not judged: a condition skipped 6 stages, with its gate")


def _failed_and_taken_back(state: RollbackState) -> Facts:
    """The gate had no turn, so that the fan-out spoke; then a retry gave the gate its turn."""
    facts = _gated().event(events.stage("Primary", "FAILED", 6))
    facts.verdict("Primary", _judged(Verdict.FAIL, "0 of 2 tasks run"), 10)
    return facts.rollback("Primary", REGION, state, "runs app:6 again", 20)


@pytest.mark.parametrize("verdict", [Verdict.INCONCLUSIVE, Verdict.FAIL, Verdict.PENDING])
@pytest.mark.parametrize("final", [True, False])
def test_what_a_gate_says_of_a_rollback_does_not_unsay_it(verdict: Verdict, final: bool) -> None:
    facts = _failed_and_taken_back(RollbackState.DONE)
    facts.verdict("Primary", _judged(verdict, "it is gone"), 30, final=final, judge=GATE)
    region = _region(facts)
    assert (region.state, region.follow_up) == ("rolled_back", "was: 0 of 2 tasks run")
    assert region.rollback is RollbackState.DONE


@pytest.mark.parametrize("state", [RollbackState.RUNNING, RollbackState.FAILED])
def test_a_region_that_a_rollback_has_changed_stays_failed_whatever_a_gate_sees_of_that(state: RollbackState) -> None:
    facts = _failed_and_taken_back(state)
    facts.verdict("Primary", _judged(Verdict.INCONCLUSIVE, "it is gone"), 30, judge=GATE)
    assert _is(facts) == ("failed", "0 of 2 tasks run")
    assert _region(facts).rollback is state


@pytest.mark.parametrize("state", [RollbackState.SUGGESTED, RollbackState.MOVED_ON, RollbackState.LEFT])
def test_where_nothing_was_taken_back_the_gates_newer_word_counts(state: RollbackState) -> None:
    facts = _failed_and_taken_back(state)
    facts.verdict("Primary", _judged(Verdict.INCONCLUSIVE, "it is gone"), 30, judge=GATE)
    assert _is(facts) == ("unknown", "it is gone")


@pytest.mark.parametrize(("second", "state"), [(15, "rolled_back"), (30, "passed")])
def test_a_gate_that_passes_after_a_rollback_has_seen_the_release_there(second: int, state: str) -> None:
    facts = _failed_and_taken_back(RollbackState.DONE)
    facts.verdict("Primary", _judged(Verdict.PASS), second, judge=GATE)
    assert _region(facts).state == state


@pytest.mark.parametrize("second", [20, 30])
def test_a_gate_that_passes_in_the_second_of_the_rollback_may_have_seen_what_was_there_before(second: int) -> None:
    facts = _failed_and_taken_back(RollbackState.DONE)
    facts.verdict("Primary", _judged(Verdict.PASS), second, judge=GATE)
    assert _region(facts).state == ("rolled_back" if second == 20 else "passed")


def test_one_gates_pass_after_a_rollback_is_not_the_word_of_another_that_only_sees_it() -> None:
    facts = _deployed({"Primary": [GATE, "Validate/Second"]}).event(events.stage("Primary", "FAILED", 6))
    facts.verdict("Primary", _judged(Verdict.FAIL, "0 of 2 tasks run"), 10)
    facts.rollback("Primary", REGION, RollbackState.DONE, "runs app:6 again", 20)
    facts.verdict("Primary", _judged(Verdict.PASS), 30, judge=GATE)
    facts.verdict("Primary", _judged(Verdict.FAIL, "it is gone"), 31, judge="Validate/Second")
    region = _region(facts)
    assert (region.state, region.follow_up) == ("rolled_back", "was: 0 of 2 tasks run")
