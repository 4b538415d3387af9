"""What happens next, for every state of a release."""

from __future__ import annotations

from typing import Any

import pytest

from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.verdict_facts import RegionJudge
from crosscheck.releases.next_step import next_step
from tests.builders import events
from tests.builders.canary import PRIMARY, SECONDARIES, ended, gate, primary_proven, taken_back, well
from tests.builders.releases import Facts, deploys

EU, AP, SA = SECONDARIES
KEEPS = f"{PRIMARY}, {AP} and {SA} keep this one"
AGAIN = "whoever released this fixes the cause and releases again"
ONCE_WELL = "once all is well, retry ValidateSecondary or release again"


def asking(topic: str = "") -> Facts:
    approval = {"name": "Sign-off", "category": "Approval", "provider": "Manual", "region": "us-east-1", "topic": topic}
    facts = Facts().event(events.pipeline("STARTED")).outline(("Ask", [approval]), ("World", [deploys("One", EU)]))
    facts.event(events.stage("Ask", "STARTED", 4))
    return facts.event(events.action("Ask", "Sign-off", "STARTED", 5, category="Approval", provider="Manual"))


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        (Facts().event(events.pipeline("STARTED")), "waits for CodePipeline"),
        (asking(), "waits for approval of Ask / Sign-off by whoever may approve it"),
        (asking("approvers"), "waits for approval of Ask / Sign-off by a subscriber of the topic approvers"),
        (asking().event(events.pipeline("STOPPING", 9)), "stops once the actions in progress have ended"),
        (primary_proven(), f"deploys to {EU}, {AP} and {SA}, then ValidateSecondary"),
        (ended(), "nothing to do"),
        (ended(EU), f"a person has to look at {EU}; {ONCE_WELL}"),
        (taken_back(EU, RollbackState.RUNNING), f"rolls back {EU}"),
        (
            taken_back(EU, RollbackState.SUGGESTED),
            f"a person has to decide about {EU}: a rollback is suggested; {ONCE_WELL}",
        ),
        (taken_back(EU, RollbackState.FAILED), f"a person has to mend {EU}: the rollback did not work"),
        (taken_back(EU, RollbackState.LEFT), f"CodePipeline takes {EU} back by itself"),
        (taken_back(EU, RollbackState.MOVED_ON), AGAIN),
        (taken_back(EU, RollbackState.BACK), AGAIN),
        (
            taken_back(EU, RollbackState.DONE),
            f"nothing to do now: {EU} runs an earlier version again, {KEEPS}; {AGAIN}",
        ),
        (
            Facts().event(events.pipeline("SUPERSEDED")),
            "nothing to do: a later execution goes on in its place",
        ),
        *(
            (
                Facts().event(events.pipeline(state)),
                "nothing happens until somebody decides to release again",
            )
            for state in ("STOPPED", "CANCELED", "ABANDONED")
        ),
        (
            Facts().event(events.stage("Build", "STOPPED", 5)).event(events.pipeline("STOPPED", 6)),
            "nothing happens until somebody decides to retry Build or release again",
        ),
        (
            Facts()
            .event(events.action("Build", "Build", "FAILED", 5, category="Build", provider="CodeBuild"))
            .event(events.stage("Build", "FAILED", 5))
            .event(events.pipeline("FAILED", 6)),
            "somebody has to see to Build / Build, then retry Build or release again",
        ),
    ],
)
def test_every_release_says_what_happens_next(facts: Facts, step: str) -> None:
    assert next_step(facts.release) == step


def test_a_stage_that_runs_is_named_with_the_one_after_it() -> None:
    facts = Facts().event(events.pipeline("STARTED")).outline(("Build", []), ("World", [deploys("One", EU)]))
    assert next_step(facts.event(events.stage("Build", "STARTED", 1)).release) == "runs Build, then World"
    assert next_step(facts.event(events.stage("Build", "SUCCEEDED", 9)).release) == "goes on with World"


def staged(*between: dict[str, str]) -> Facts:
    """Staging has passed in a region that production is deployed to as well; ``between`` the two stands another stage,
    with these actions."""
    facts = Facts().event(events.pipeline("STARTED"))
    facts.outline(("Staging", [deploys("S", EU)]), ("Ask", list(between)), ("Production", [deploys("P", EU)]))
    facts.event(events.stage("Staging", "STARTED", 1)).event(events.action("Staging", "S", "STARTED", 1, region=EU))
    facts.event(events.action("Staging", "S", "SUCCEEDED", 50, region=EU))
    facts.event(events.stage("Staging", "SUCCEEDED", 50))
    return facts.verdict("Staging", well(EU), 120)


def test_nothing_deploys_to_a_region_that_passed_until_a_later_stage_does() -> None:
    facts = staged()
    assert next_step(facts.release) == "goes on with Ask"
    facts.event(events.stage("Ask", "STARTED", 130))
    assert next_step(facts.release) == "runs Ask, then Production"
    facts.event(events.stage("Ask", "SUCCEEDED", 140)).event(events.stage("Production", "STARTED", 141))
    facts.event(events.action("Production", "P", "STARTED", 142, region=EU))
    assert next_step(facts.release) == f"deploys to {EU}"


def test_nothing_deploys_to_a_region_that_passed_while_the_approval_of_a_later_stage_is_waited_for() -> None:
    facts = staged({"name": "Go", "category": "Approval", "provider": "Manual", "region": "us-east-1"})
    facts.event(events.stage("Ask", "STARTED", 130))
    facts.event(events.action("Ask", "Go", "STARTED", 131, category="Approval", provider="Manual"))
    assert next_step(facts.release) == "waits for approval of Ask / Go by whoever may approve it"


@pytest.mark.parametrize("trigger", ["ManualRollback", "AutomatedRollback"])
def test_a_rollback_goes_on_with_no_other_stage_than_the_one_that_it_takes_back(trigger: str) -> None:
    told: Any = {"execution-trigger": {"trigger-type": trigger, "trigger-detail": ""}}
    facts = Facts().event(events.pipeline("STARTED", **told))
    facts.outline(("Source", []), ("World", [deploys("One", EU)]), ("Later", [deploys("Two", AP)]))
    assert next_step(facts.release) == "waits for CodePipeline"
    facts.event(events.stage("World", "STARTED", 1)).event(events.action("World", "One", "STARTED", 1, region=EU))
    assert next_step(facts.release) == f"deploys to {EU}"
    facts.event(events.action("World", "One", "SUCCEEDED", 50, region=EU))
    facts.event(events.stage("World", "SUCCEEDED", 50)).verdict("World", well(EU), 120)
    assert next_step(facts.release) == "waits for CodePipeline"


def test_after_a_failed_stage_nothing_follows() -> None:
    facts = Facts().event(events.pipeline("STARTED")).outline(("Build", []), ("World", [deploys("One", EU)]))
    assert next_step(facts.event(events.stage("Build", "FAILED", 1)).release) == "waits for CodePipeline"


def test_a_region_of_which_nobody_knows_is_for_a_person() -> None:
    facts = primary_proven().event(events.pipeline("STOPPED", 300))
    assert next_step(facts.release) == f"a person has to look at {EU}, {AP} and {SA}: whether it is well is unknown"


@pytest.mark.parametrize(
    ("attempt", "step"),
    [(0, f"a person has to look at {EU}"), (1, f"Crosscheck looks whether it can take {EU} back")],
)
def test_a_region_is_for_a_person_unless_crosscheck_is_about_to_take_it_back(attempt: int, step: str) -> None:
    judge = RegionJudge("DeploySecondary", EU, (gate(EU),), takes_back_attempt=attempt)
    facts = ended(EU).add(judge.to_fact(events.BEGAN.timestamp() + 302))
    assert next_step(facts.release) == f"{step}; {ONCE_WELL}"


def test_what_became_of_a_rollback_prevails_over_that_it_was_due() -> None:
    judge = RegionJudge("DeploySecondary", EU, (gate(EU),), takes_back_attempt=1)
    facts = taken_back(EU, RollbackState.SUGGESTED).add(judge.to_fact(events.BEGAN.timestamp() + 302))
    assert next_step(facts.release).startswith(f"a person has to decide about {EU}: a rollback is suggested")


def test_a_region_that_a_later_look_found_well_is_none_that_crosscheck_takes_back() -> None:
    """The deploy action failed, and what it left behind is proven: nothing is taken back."""
    facts = primary_proven().event(events.action("DeploySecondary", f"Deploy-{EU}", "FAILED", 200, region=EU))
    judge = RegionJudge("DeploySecondary", EU, takes_back_attempt=1)
    facts.add(judge.to_fact(events.BEGAN.timestamp() + 202))
    assert next_step(facts.release).startswith(f"Crosscheck looks whether it can take {EU} back")
    assert next_step(facts.verdict("DeploySecondary", well(EU), 210).release).startswith(
        f"a person has to look at {EU}"
    )


def test_a_look_that_goes_on_leaves_the_rollback_due() -> None:
    facts = primary_proven().event(events.action("DeploySecondary", f"Deploy-{EU}", "FAILED", 200, region=EU))
    judge = RegionJudge("DeploySecondary", EU, takes_back_attempt=1)
    facts.add(judge.to_fact(events.BEGAN.timestamp() + 202))
    facts.verdict("DeploySecondary", RegionVerdict(EU, Verdict.PENDING, "0 of 2 tasks run", ()), 210, final=False)
    assert next_step(facts.release).startswith(f"Crosscheck looks whether it can take {EU} back")


def test_a_region_that_is_well_is_none_that_crosscheck_takes_back() -> None:
    """Of a stage that ended well every region may have to be taken back, and only those that failed are."""
    facts = ended(EU)
    for region in (EU, AP):
        judge = RegionJudge("DeploySecondary", region, (gate(region),), takes_back_attempt=1)
        facts.add(judge.to_fact(events.BEGAN.timestamp() + 302))
    assert next_step(facts.release).startswith(f"Crosscheck looks whether it can take {EU} back;")


def test_a_rollback_that_was_due_for_an_earlier_attempt_is_none_that_comes() -> None:
    facts = ended(EU).event(
        events.action("DeploySecondary", f"Deploy-{EU}", "FAILED", 400, region=EU, more=events.SECOND_ATTEMPT)
    )
    judge = RegionJudge("DeploySecondary", EU, (gate(EU),), takes_back_attempt=1)
    facts.add(judge.to_fact(events.BEGAN.timestamp() + 302))
    assert next_step(facts.release).startswith(f"a person has to look at {EU}")


def test_a_region_that_failed_is_for_a_person_while_the_pipeline_goes_on() -> None:
    facts = primary_proven().event(events.action("DeploySecondary", f"Deploy-{EU}", "FAILED", 200, region=EU))
    assert next_step(facts.release) == (
        f"a person has to look at {EU}; deploys to {AP} and {SA}, then ValidateSecondary"
    )


def test_a_release_goes_on_after_a_region_failed() -> None:
    """Without a gate the pipeline does not wait for the verdict."""
    facts = taken_back(EU, RollbackState.SUGGESTED).event(events.pipeline("STARTED", 400, **events.SECOND_ATTEMPT))
    assert next_step(facts.release).startswith(f"a person has to decide about {EU}: a rollback is suggested")
