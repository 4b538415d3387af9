from __future__ import annotations

from dataclasses import replace

import pytest
from check_region.decision import CONFIRM_SECONDS, OBSERVE_SECONDS, decide

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.verification.item import Purpose, VerificationItem

NOW = 1_800_000_000.0
RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
STAGE = VerificationItem(Purpose.STAGE, RELEASE, "eu-west-1", since=NOW, stage="Deploy")
IMAGE = VerificationItem(Purpose.IMAGE, ImageSubject("us-east-1", "r", "sha256:" + "0" * 64), "eu-west-1", since=NOW)
PREFLIGHT = VerificationItem(Purpose.PREFLIGHT, RELEASE, "eu-west-1", since=NOW)
ROLLBACK = VerificationItem(Purpose.ROLLBACK, RELEASE, "eu-west-1", since=NOW, stage="Deploy")


def failing(*moved_on: bool) -> RegionVerdict:
    findings = [
        Finding("ecs-service", f"s{number}", Verdict.FAIL, "as seen", moved_on=moved)
        for number, moved in enumerate(moved_on)
    ]
    return RegionVerdict("eu-west-1", Verdict.FAIL, "as seen", (Finding("http", "p", Verdict.PASS, ""), *findings))


def test_f04_a_region_that_passed_and_gave_way_to_a_later_release_is_not_failed() -> None:
    step = decide(replace(STAGE, passed=True, confirm="PASS"), failing(True), NOW)
    assert (step.final, step.judged.verdict) == (True, Verdict.INCONCLUSIVE)
    assert step.judged.reason == "it passed, and gave way before it was proven: as seen"


@pytest.mark.parametrize("confirm", ["", "PENDING"])
def test_f04_a_region_that_gave_way_before_the_first_look_is_not_failed(confirm: str) -> None:
    step = decide(replace(STAGE, confirm=confirm), failing(True), NOW)
    assert (step.final, step.judged.verdict) == (True, Verdict.INCONCLUSIVE)
    assert step.judged.reason == "it was deployed, and gave way before it was looked at: as seen"


def test_a_way_back_that_something_later_replaced_did_not_work() -> None:
    item = replace(STAGE, purpose=Purpose.ROLLBACK, confirm="FAIL")
    assert decide(item, failing(True), NOW).judged.verdict is Verdict.FAIL


@pytest.mark.parametrize(("passed", "moved_on"), [(False, (True,)), (True, (False,)), (True, (True, False))])
def test_what_was_seen_to_fail_or_fails_by_itself_is_failed(passed: bool, moved_on: tuple[bool, ...]) -> None:
    item = replace(STAGE, passed=passed, confirm="FAIL")
    assert decide(item, failing(*moved_on), NOW).judged.verdict is Verdict.FAIL


def seen(verdict: Verdict) -> RegionVerdict:
    return RegionVerdict("eu-west-1", verdict, "as seen", ())


@pytest.mark.parametrize(
    ("item", "verdict", "final", "wait"),
    [
        (STAGE, Verdict.PASS, False, OBSERVE_SECONDS),
        (STAGE, Verdict.FAIL, False, CONFIRM_SECONDS),
        (STAGE, Verdict.PENDING, False, 0),
        (STAGE, Verdict.INCONCLUSIVE, False, 0),
        (replace(STAGE, soak=600.0), Verdict.PASS, False, 600),
        (replace(STAGE, soak=600.0), Verdict.FAIL, False, CONFIRM_SECONDS),
        (replace(STAGE, confirm="PASS"), Verdict.PASS, True, 0),
        (replace(STAGE, confirm="FAIL"), Verdict.FAIL, True, 0),
        (replace(STAGE, confirm="PASS"), Verdict.FAIL, False, CONFIRM_SECONDS),
        (replace(STAGE, confirm="FAIL"), Verdict.PASS, False, OBSERVE_SECONDS),
        (replace(STAGE, last=True), Verdict.PASS, True, 0),
        (replace(STAGE, last=True), Verdict.INCONCLUSIVE, True, 0),
        (IMAGE, Verdict.PASS, True, 0),
        (IMAGE, Verdict.FAIL, True, 0),
        (IMAGE, Verdict.PENDING, False, 0),
        (PREFLIGHT, Verdict.FAIL, True, 0),
        (PREFLIGHT, Verdict.INCONCLUSIVE, True, 0),
        (ROLLBACK, Verdict.PASS, True, 0),
        (ROLLBACK, Verdict.FAIL, False, CONFIRM_SECONDS),
        (ROLLBACK, Verdict.PENDING, False, 0),
    ],
)
def test_a_verdict_on_a_stage_is_final_once_a_second_look_says_the_same(
    item: VerificationItem, verdict: Verdict, final: bool, wait: int
) -> None:
    step = decide(item, seen(verdict), NOW)
    assert (step.final, step.wait, step.judged) == (final, wait, seen(verdict))


@pytest.mark.parametrize("item", [replace(STAGE, last=True), replace(STAGE, deadline=NOW)])
def test_what_is_not_done_at_the_deadline_has_failed(item: VerificationItem) -> None:
    step = decide(item, seen(Verdict.PENDING), NOW)
    assert step.final
    assert (step.judged.verdict, step.judged.reason) == (Verdict.FAIL, "not done at the deadline: as seen")


def test_f13_a_deadline_beyond_the_state_machines_patience_is_kept() -> None:
    patient = replace(STAGE, last=True, deadline=NOW + 3_600)
    step = decide(patient, seen(Verdict.PENDING), NOW)
    assert (step.final, step.wait) == (False, 360)
    assert decide(patient, seen(Verdict.PASS), NOW).wait == OBSERVE_SECONDS
    assert decide(patient, seen(Verdict.PENDING), NOW + 3_590).wait == OBSERVE_SECONDS
    assert decide(patient, seen(Verdict.PENDING), NOW + 3_600).final


def test_the_deadline_is_still_to_come() -> None:
    assert not decide(replace(STAGE, deadline=NOW + 1), seen(Verdict.PENDING), NOW).final
