from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, RefusedClick, SkippedCheck, TakenDecision
from crosscheck.ledger.execution_facts import StuckAction
from crosscheck.ledger.image_facts import REPLICATION, ImageDestinations, PushedImage
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.ledger.verdict_facts import PlanProblem, RegionJudge
from crosscheck_cli.story.story import story_of
from tests.builders import boards, events
from tests.builders.releases import Facts, deploys

if TYPE_CHECKING:
    from crosscheck_cli.story.entry import StoryEntry

BEGAN = events.BEGAN.timestamp()
EU = "Deploy · eu-west-1"


def entries(facts: Facts) -> list[StoryEntry]:
    return list(story_of(facts.release, facts.known, {}).entries)


def lines(facts: Facts) -> list[tuple[float, str, str]]:
    """Seconds since the release began, who says so, and what; without what is minor."""
    return [
        (entry.at - BEGAN, entry.source.value, f"{entry.where} {entry.text}")
        for entry in entries(facts)
        if not entry.minor
    ]


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        (
            {"trigger-type": "StartPipelineExecution", "trigger-detail": "arn:aws:iam::111122223333:root"},
            ("started by the account's root user",),
        ),
        (
            {"trigger-type": "StartPipelineExecution", "trigger-detail": "arn:aws:sts::1:assumed-role/Deployer/ci"},
            ("started by role Deployer, session ci",),
        ),
        ({"trigger-type": "PollForSourceChanges"}, ("started by a change of the source",)),
        ({"trigger-type": "AutomatedRollback", "trigger-detail": "{}"}, ("automatic rollback",)),
        (
            {"commit-id": "0123456789abcdef", "author-display-name": "jo", "branch-name": "main"},
            ("a change in Git by jo, commit 0123456789ab, on main",),
        ),
        ({"trigger-type": ""}, ()),
    ],
)
def test_a_story_says_who_or_what_began_the_release(trigger: dict[str, str], told: tuple[str, ...]) -> None:
    triggered: dict[str, Any] = {"execution-trigger": trigger}
    began = events.pipeline("STARTED", **triggered)
    assert entries(Facts().event(began))[0].why == told


def judged(
    verdict: Verdict, *findings: Finding, region: str = "eu-west-1", reason: str = "0 of 2 run"
) -> RegionVerdict:
    return RegionVerdict(region, verdict, reason, findings)


def test_a_release_is_told_in_the_order_in_which_it_happened_causes_first() -> None:
    told = lines(boards.silently_broken())
    assert told[0] == (0, "event", "release began")
    assert told[1:4] == [
        (3, "event", "DeployPrimary / Deploy-US-East · us-east-1 began (ECS)"),
        (60, "event", "DeployPrimary / Deploy-US-East · us-east-1 succeeded · 57 s"),
        (80, "look", "DeployPrimary · us-east-1 looked at, passed: 2 of 2 tasks run my-service:2"),
    ]
    assert told[-3:] == [
        (190, "look", "DeploySecondary · ap-southeast-1 looked at, passed: 2 of 2 tasks run"),
        (200, "look", "DeploySecondary · eu-west-1 looked at, failed: 0 of 2 tasks run"),
        (260, "rollback", "DeploySecondary · eu-west-1 rolled back: 2 of 2 tasks run my-service:1"),
    ]


def test_any_order_of_the_facts_gives_the_same_story() -> None:
    records = list(boards.silently_broken().records.items())
    release = boards.silently_broken().release
    told = {
        story_of(release, KnownFacts(dict(order)), {}).entries
        for order in itertools.islice(itertools.permutations(records), 50)
    }
    assert len(told) == 1


def test_within_a_second_the_stages_follow_each_other_and_the_release_ends_last() -> None:
    facts = Facts().outline(("Deploy", [deploys("One", "eu-west-1")]), ("Gate", []), ("Next", []))
    facts.judge("Deploy", "eu-west-1", "Gate/EU")
    facts.event(events.action("Next", "Two", "STARTED", 9)).event(events.pipeline("FAILED", 9))
    facts.event(events.action("Deploy", "One", "SUCCEEDED", 9, region="eu-west-1"))
    facts.event(events.action("Gate", "EU", "SUCCEEDED", 9, category="Invoke", provider="Lambda"))
    facts.verdict("Deploy", judged(Verdict.PASS), 9, judge="Gate/EU")
    assert [text for _, _, text in lines(facts)] == [
        "Deploy / One · eu-west-1 succeeded",
        "Deploy · eu-west-1 looked at, passed: 0 of 2 run",
        "Gate / EU succeeded",
        "Next / Two · us-east-1 began (ECS)",
        "release failed",
    ]


def test_every_attempt_has_its_beginning_and_the_latest_its_end() -> None:
    facts = Facts()
    for event in events.release_with_retry():
        facts.event(event)
    two = [(at, text) for at, _, text in lines(facts) if "Two" in text]
    assert two == [
        (3, "Deploy / Two · eu-west-1 began (ECS)"),
        (20, "Deploy / Two · eu-west-1 began (attempt 2) (ECS)"),
        (25, "Deploy / Two · eu-west-1 succeeded · 5 s (attempt 2)"),
    ]
    assert lines(facts)[-1] == (25, "event", "release succeeded (attempt 2)")


def test_a_failed_action_says_why_and_where_to_read_more() -> None:
    more = {
        "execution-result": {
            "external-execution-summary": "no capacity",
            "error-code": "JobFailed",
            "external-execution-url": "https://example.com/1",
        }
    }
    facts = Facts().event(events.action("Deploy", "One", "FAILED", 9, more=more))
    [failed] = [entry for entry in entries(facts) if "failed" in entry.text]
    assert failed.why == ("no capacity", "error code JobFailed", "https://example.com/1")


def test_what_a_gate_failed_for_is_told_once_by_its_look() -> None:
    more = {"execution-result": {"external-execution-summary": "FAIL regions=eu-west-1: eu-west-1: 0 of 2 run"}}
    failed = events.action("Validate", "EU", "FAILED", 31, category="Invoke", provider="Lambda", more=more)
    facts = Facts().judge("Deploy", "eu-west-1", "Validate/EU").event(failed)
    assert entries(facts)[-1].why == ("FAIL regions=eu-west-1: eu-west-1: 0 of 2 run",)
    facts.verdict("Deploy", judged(Verdict.PASS), 29, judge="Validate/EU")
    assert entries(facts)[-1].why == ("FAIL regions=eu-west-1: eu-west-1: 0 of 2 run",)
    facts.verdict("Deploy", judged(Verdict.FAIL), 30, judge="Validate/EU")
    assert entries(facts)[-1].why == ()


def test_a_look_says_who_judged_what_each_check_saw_and_its_values() -> None:
    bad = Finding("ecs-service", "my-service", Verdict.FAIL, "0 of 2 run", {"running": "0"}, warning="no alarm")
    good = Finding("http", "https://example.com", Verdict.PASS, "answers 200", {"status": "200"})
    facts = Facts().judge("Deploy", "eu-west-1", "Validate/EU")
    facts.verdict("Deploy", judged(Verdict.FAIL, bad, good), 30, judge="Validate/EU")
    [look] = entries(facts)
    assert look.text == "looked at, failed: 0 of 2 run"
    assert look.why == (
        "judged by the gate Validate/EU, look 1",
        "ecs-service my-service failed",
        "  saw running: 0",
        "  but no alarm",
        "http https://example.com passed: answers 200",
    )


def test_a_judge_that_the_definition_does_not_hold_is_told_as_one_that_does_not_count() -> None:
    facts = Facts().judge("Deploy", "eu-west-1", "Validate/EU")
    facts.verdict("Deploy", judged(Verdict.PASS), 30, judge="Other/Gate")
    [look] = entries(facts)
    assert look.minor
    assert look.why[1] == "does not count: the pipeline's definition names another judge for this region"


def test_where_gates_did_not_get_their_turn_it_says_in_whose_place_it_judged() -> None:
    facts = Facts().add(RegionJudge("Deploy", "eu-west-1", (), ("Validate/EU",)).to_fact(BEGAN))
    facts.verdict("Deploy", judged(Verdict.PASS), 30)
    assert entries(facts)[0].why == ("judged by Crosscheck itself, in place of Validate/EU",)


@pytest.mark.parametrize(
    ("verdict", "word"),
    [(Verdict.PENDING, "not proven yet"), (Verdict.INCONCLUSIVE, "unknown"), (Verdict.FAIL, "failed")],
)
def test_a_look_that_is_not_the_last_one_says_so(verdict: Verdict, word: str) -> None:
    facts = Facts().verdict("Deploy", judged(verdict), 30, final=False)
    assert entries(facts)[0].text == f"looked at, {word}, and goes on looking: 0 of 2 run"
    assert entries(facts)[0].why[0] == "judged by Crosscheck itself, as no gate judges here"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (RollbackState.RUNNING, "rolling back to my-service:1"),
        (RollbackState.SUGGESTED, "rollback suggested: because"),
        (RollbackState.LEFT, "because"),
        (RollbackState.MOVED_ON, "not rolled back: because"),
        (RollbackState.BACK, "rolled back: because"),
        (RollbackState.DONE, "rolled back: because"),
        (RollbackState.FAILED, "the rollback did not work: because"),
    ],
)
def test_every_end_of_a_rollback_is_told(state: RollbackState, text: str) -> None:
    facts = Facts().verdict("Deploy", judged(Verdict.FAIL), 30)
    facts.rollback("Deploy", "eu-west-1", state, "because", 60, target="my-service:1")
    facts.put("claim/rollback/Deploy/eu-west-1/1", {}, {"holder": "verify-1"})
    rollback = entries(facts)[-1]
    assert (rollback.at - BEGAN, rollback.where, rollback.text) == (60, EU, text)
    assert rollback.why[-1] == "step by step: the state machine verify_release, execution verify-1"


def test_a_rollback_says_where_to_once_and_whether_somebody_asked_for_it() -> None:
    facts = Facts().verdict("Deploy", judged(Verdict.FAIL), 30)
    facts.rollback("Deploy", "eu-west-1", RollbackState.DONE, "runs app:6", 60, target="app:6 (proven by execution 7)")
    assert entries(facts)[-1].why == (
        "nobody had to ask for it: a gate, the tag crosscheck:rollback or RollbackMode says auto",
    )
    facts.rollback("Deploy", "eu-west-1", RollbackState.DONE, "is well again", 61, target="app:6", by="U1")
    assert entries(facts)[-1].why == ("goes back to app:6", "asked for by U1")


def test_somebody_elses_deployment_that_was_replaced_is_told() -> None:
    facts = Facts().verdict("Deploy", judged(Verdict.FAIL), 30)
    facts.rollback("Deploy", "eu-west-1", RollbackState.DONE, "runs 1", 60).replaced("Deploy", "eu-west-1", "v7", 61)
    assert lines(facts)[-1] == (61, "rollback", f"{EU} the rollback took the place of somebody else's deployment: v7")


def test_people_are_told_with_their_reasons_also_those_who_were_refused() -> None:
    facts = Facts()
    approved = TakenDecision("q/1", DecisionKind.APPROVE, DecisionState.DONE, "U1", BEGAN + 5, "Gate / Ship", "ok")
    late = TakenDecision(
        "q/2", DecisionKind.STOP, DecisionState.REFUSED, "U2", BEGAN + 6, outcome="it had ended already"
    )
    facts.add(approved.to_fact()).add(late.to_fact())
    facts.add(RefusedClick("U3", DecisionKind.ROLL_BACK, "q", "T1", "C1", "no approver", BEGAN + 7).to_fact())
    skipped = SkippedCheck("Deploy", "eu-west-1", "0" * 12, "http", "https://a", 1, "U1", BEGAN + 8, "flaky")
    facts.add(skipped.to_fact())
    assert [(entry.text, entry.why) for entry in entries(facts)] == [
        ("U1 approved Gate / Ship", ("reason: ok",)),
        ("U2 stopped, and nothing was done", ("it had ended already",)),
        ("U3 clicked roll back, which was refused: no approver", ()),
        ("U1 takes http https://a for passed: flaky", ()),
    ]


def test_preflight_is_minor_unless_something_would_break_the_release() -> None:
    facts = Facts().preflight("us-east-1", Finding("artifact-store", "b", Verdict.PASS, "store b is fine"))
    facts.preflight("eu-west-1", Finding("artifact-store", "c", Verdict.FAIL, "there is no such bucket"))
    facts.preflight("eu-central-1", Finding("artifact-store", "d", Verdict.PASS, "fine", warning="no versions"))
    told = {entry.where: (entry.minor, entry.text, entry.why) for entry in entries(facts)}
    good = "nothing here would break the release"
    assert told == {
        "us-east-1": (True, good, ()),
        "eu-west-1": (False, "there is no such bucket", ("artifact-store c failed: there is no such bucket",)),
        "eu-central-1": (True, good, ("no versions",)),
    }


def test_an_approval_an_hour_of_waiting_and_an_unknown_state_are_told() -> None:
    facts = Facts()
    facts.event(events.action("Gate", "Ship", "STARTED", 1, category="Approval", provider="Manual"))
    facts.event(events.pipeline("STOPPING", 9)).event(events.stage("Deploy", "Dancing", 4))
    facts.add(StuckAction("Deploy", "One", "1", BEGAN + 3).to_fact())
    told = [text for _, _, text in lines(facts)]
    assert told == [
        "Gate / Ship asked for an approval",
        "Deploy / One held the release up: in progress for an hour in which nothing else happened",
        "Deploy dancing",
        "release stopping",
    ]


def test_images_are_told_where_they_failed_and_else_only_on_demand() -> None:
    image = ImageSubject("us-east-1", "my-service", f"sha256:{'a' * 64}")
    facts = Facts().add(PushedImage(BEGAN + 1, {"v1": BEGAN + 1}).to_fact("e"))
    facts.add(ImageDestinations(("eu-west-1", "us-west-2")).to_fact(BEGAN + 1))
    facts.verdict(REPLICATION, judged(Verdict.FAIL, reason="no rule"), 9)
    facts.verdict(REPLICATION, judged(Verdict.PASS, region="us-west-2", reason="arrived"), 8)
    told = story_of(Facts().release, Facts().known, {image: facts.known}).entries
    assert [(entry.where, entry.minor, entry.text) for entry in told] == [
        ("us-east-1", True, "my-service@sha256:aaaaaaaaaaaa was pushed as v1"),
        ("us-west-2", True, "my-service@sha256:aaaaaaaaaaaa passed: arrived"),
        ("eu-west-1", False, "my-service@sha256:aaaaaaaaaaaa failed: no rule"),
    ]


def test_what_has_no_time_is_a_note() -> None:
    facts = Facts().add(PlanProblem("unknown key soke").to_fact(BEGAN))
    facts.add(RegionJudge("Deploy", "eu-west-1", (), ("Validate/EU",)).to_fact(BEGAN))
    facts.put("ignored", {})
    assert story_of(facts.release, facts.known, {}).notes == (
        "The pipeline was tagged crosscheck:ignore when the release started, so nobody looked at it.",
        "The plan that the pipeline's tags name cannot be used: unknown key soke",
        "Deploy · eu-west-1: Crosscheck judged in place of Validate/EU, which did not get its turn.",
        "No event of the execution itself has arrived; reconcile asks CodePipeline within two minutes.",
    )


def test_the_story_as_json_holds_all_of_it() -> None:
    facts = boards.silently_broken()
    story = story_of(facts.release, facts.known, {})
    document = json.loads(json.dumps(story.as_json()))
    assert (document["state"], document["region"]) == ("SUCCEEDED", "us-east-1")
    assert document["next"].startswith("nothing to do now: eu-west-1 runs an earlier version again")
    assert {part["region"]: part["state"] for part in document["regions"]}["eu-west-1"] == "rolled_back"
    assert len(document["timeline"]) == len(story.entries)
    assert document["timeline"][0]["at"] == "2026-03-04T10:00:00+00:00"


def test_a_region_of_the_outline_that_nobody_judged_has_no_line() -> None:
    facts = Facts().outline(("Deploy", [deploys("One", "us-east-1")]))
    assert entries(facts) == []
