"""What a rollback makes of the region that failed."""

from __future__ import annotations

import pytest

from crosscheck.cards.region_line import region_line
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.states import RollbackState
from crosscheck.releases.model import RegionProgress
from tests.builders import events
from tests.builders.releases import Facts, deploys

REGION = "eu-west-1"
WHY = "0 of 2 tasks run"


def _failed() -> Facts:
    facts = Facts().outline(("Primary", [deploys("One", REGION)]), gates={}).event(events.pipeline("STARTED"))
    facts.event(events.action("Primary", "One", "SUCCEEDED", 5, region=REGION))
    return facts.verdict("Primary", judge(REGION, [Finding("ecs-service", "app", Verdict.FAIL, WHY)]), 9)


def _region(facts: Facts) -> RegionProgress:
    (region,) = facts.release.regions
    return region


@pytest.mark.parametrize(
    ("state", "target", "then"),
    [
        (RollbackState.RUNNING, "app:6", "rolling back to app:6"),
        (RollbackState.RUNNING, "", "rolling back"),
        (RollbackState.SUGGESTED, "app:6", "rollback suggested: because"),
        (RollbackState.LEFT, "", "because"),
        (RollbackState.MOVED_ON, "app:6", "not rolled back: because"),
        (RollbackState.BACK, "app:6", "because"),
        (RollbackState.FAILED, "app:6", "the rollback did not work: because"),
    ],
)
def test_until_it_is_proven_the_region_is_failed_and_tells_what_became_of_it(
    state: RollbackState, target: str, then: str
) -> None:
    region = _region(_failed().rollback("Primary", REGION, state, "because", 12, target=target))
    assert (region.state, region.reason, region.follow_up, region.rollback) == ("failed", WHY, then, state)
    assert region.moving == (state is RollbackState.RUNNING)


def test_a_proven_rollback_tells_what_runs_now_and_what_was() -> None:
    facts = _failed().rollback("Primary", REGION, RollbackState.DONE, "runs app:6 again", 12)
    region = _region(facts)
    assert (region.state, region.reason, region.follow_up) == ("rolled_back", "runs app:6 again", f"was: {WHY}")


def test_a_failed_action_may_be_rolled_back_as_well() -> None:
    result = {"execution-result": {"external-execution-summary": "no capacity"}}
    facts = _failed().event(events.action("Primary", "One", "FAILED", 7, region=REGION, more=result))
    facts.rollback("Primary", REGION, RollbackState.DONE, "runs app:6 again", 12)
    assert (_region(facts).state, _region(facts).follow_up) == ("rolled_back", "was: no capacity")


def test_only_a_failed_region_is_told_as_rolled_back() -> None:
    facts = _failed().verdict("Primary", judge(REGION, [Finding("ecs-service", "app", Verdict.PASS, "2 of 2")]), 10)
    facts.rollback("Primary", REGION, RollbackState.DONE, "runs app:6 again", 12)
    assert (_region(facts).state, _region(facts).follow_up) == ("passed", "")


def test_a_rollback_of_another_stage_or_region_is_not_this_ones() -> None:
    facts = _failed().rollback("Primary", "eu-west-10", RollbackState.DONE, "", 12)
    facts.rollback("Other", REGION, RollbackState.DONE, "", 12)
    assert _region(facts).state == "failed"


@pytest.mark.parametrize(("attempt", "second"), [(1, 12), (1, 40), (2, 12)])
def test_a_rollback_of_an_earlier_run_counts_no_more(attempt: int, second: int) -> None:
    """Even where it is proven only after the action was begun anew."""
    start = {"start-time": events.action("Primary", "One", "STARTED", 20)["time"]}
    facts = _failed().rollback("Primary", REGION, RollbackState.DONE, "runs app:6 again", second, attempt=attempt)
    facts.event(events.action("Primary", "One", "FAILED", 30, region=REGION, more=events.SECOND_ATTEMPT | start))
    assert (_region(facts).state, _region(facts).follow_up) == ("failed", "")


def _two(first: Verdict, second: Verdict | None) -> Facts:
    """Two stages deploy to the region; what the first brought is rolled back."""
    stages = (("Infra", [deploys("Infra", REGION)]), ("App", [deploys("App", REGION)]))
    facts = Facts().outline(*stages, gates={}).event(events.pipeline("STARTED"))
    for stage, verdict in (("Infra", first), ("App", second)):
        if verdict:
            facts.event(events.action(stage, stage, "SUCCEEDED", 5, region=REGION))
            facts.verdict(stage, judge(REGION, [Finding("ecs-service", stage, verdict, f"{stage} seen")]), 9)
    return facts.rollback("Infra", REGION, RollbackState.DONE, "runs app:6 again", 12)


@pytest.mark.parametrize(
    ("second", "state"),
    [
        (Verdict.FAIL, "failed"),
        (Verdict.PASS, "rolled_back"),
        (Verdict.PENDING, "rolled_back"),
        (Verdict.INCONCLUSIVE, "rolled_back"),
        (None, "rolled_back"),
    ],
)
def test_a_region_with_a_stage_that_failed_and_is_not_back_stays_failed(second: Verdict | None, state: str) -> None:
    assert _region(_two(Verdict.FAIL, second)).state == state


HOTFIX = "app:9, deployed by somebody else: aws ecs update-service --task-definition app:9"


@pytest.mark.parametrize("state", [RollbackState.RUNNING, RollbackState.DONE, RollbackState.FAILED])
def test_what_a_rollback_replaced_is_told_with_every_state_of_the_region(state: RollbackState) -> None:
    facts = _failed().rollback("Primary", REGION, state, "why " * 400, 12).replaced("Primary", REGION, HOTFIX, 13)
    assert _region(facts).warning == f"the rollback replaced {HOTFIX}"
    assert HOTFIX in region_line(_region(facts))


def test_what_the_rollback_of_an_earlier_attempt_replaced_is_told_no_more() -> None:
    facts = _failed().replaced("Primary", REGION, HOTFIX, 13)
    again = events.action("Primary", "One", "SUCCEEDED", 20, region=REGION, more=events.SECOND_ATTEMPT)
    assert _region(facts.event(again)).warning == ""


def test_what_a_rollback_replaced_is_told_of_the_region_whichever_stage_decides_its_state() -> None:
    facts = Facts().event(events.pipeline("STARTED"))
    facts.outline(("Primary", [deploys("One", REGION)]), ("Second", [deploys("Two", REGION)]), gates={})
    for stage, action in (("Primary", "One"), ("Second", "Two")):
        facts.event(events.action(stage, action, "SUCCEEDED", 5, region=REGION))
        facts.verdict(stage, judge(REGION, [Finding("ecs-service", stage, Verdict.FAIL, f"{stage} died")]), 9)
    facts.rollback("Second", REGION, RollbackState.RUNNING, "", 12).replaced("Second", REGION, HOTFIX, 13)
    region = _region(facts)
    assert (region.reason, region.warning) == ("Primary died", f"the rollback replaced {HOTFIX}")
