"""The buttons of a card: what makes sense now, within Slack's limits, and what people decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosscheck.cards.buttons import MOST_BUTTONS, action_id, button_blocks
from crosscheck.cards.release import render
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.decisions.request import DecisionRequest, Offer
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, TakenDecision
from crosscheck.ledger.states import RollbackState
from crosscheck.releases.offers import offers_of, open_checks
from local.slack.block_rules import problems
from tests.builders import events
from tests.builders.releases import SUBJECT, Facts, deploys

PERSON = "U0123456789"
AT = events.BEGAN.timestamp()


def offered(facts: Facts, *, may_roll_back: bool = True) -> list[str]:
    return [action_id(each) for each in offers_of(facts.release, facts.known, may_roll_back=may_roll_back)]


def running() -> Facts:
    return Facts().event(events.pipeline("STARTED")).event(events.stage("Deploy", "STARTED", 1))


def waiting() -> Facts:
    asked = events.action("Release", "Go", "STARTED", 9, category="Approval", provider="Manual")
    return running().event(events.stage("Release", "STARTED", 8)).event(asked)


def failed() -> Facts:
    facts = running().outline(("Deploy", [deploys("EU", "eu-west-1"), deploys("AP", "ap-southeast-1")]))
    facts.event(events.action("Deploy", "EU", "SUCCEEDED", 5, region="eu-west-1"))
    facts.event(events.action("Deploy", "AP", "SUCCEEDED", 5, region="ap-southeast-1"))
    facts.verdict("Deploy", judge("eu-west-1", [Finding("ecs-service", "web", Verdict.FAIL, "0 of 2 tasks")]), 90)
    facts.verdict("Deploy", judge("ap-southeast-1", [Finding("ecs-service", "web", Verdict.PASS, "2 of 2 tasks")]), 90)
    return facts.event(events.stage("Deploy", "SUCCEEDED", 6)).event(events.pipeline("SUCCEEDED", 7))


def decided(facts: Facts, request: DecisionRequest, state: DecisionState, **more: Any) -> Facts:
    fact = TakenDecision(request.question, request.kind, state, PERSON, AT + 60, **more)
    return facts.add(fact.to_fact())


def test_a_release_that_runs_can_be_stopped_and_nothing_else() -> None:
    assert offered(running()) == ["stop"]


def test_an_approval_can_be_given_and_refused() -> None:
    assert offered(waiting()) == ["approve:Release/Go", "reject:Release/Go", "stop"]


def test_a_stage_that_failed_can_be_retried_and_the_release_not_stopped() -> None:
    facts = running().event(events.stage("Deploy", "FAILED", 5)).event(events.pipeline("FAILED", 6))
    assert offered(facts) == ["retry:Deploy"]


def test_a_release_that_ended_well_has_no_buttons() -> None:
    assert offered(running().event(events.stage("Deploy", "SUCCEEDED", 5)).event(events.pipeline("SUCCEEDED", 6))) == []


@pytest.mark.parametrize("state", ["SUPERSEDED", "CANCELED", "STOPPING"])
def test_a_release_that_is_over_has_none_either(state: str) -> None:
    assert offered(running().event(events.pipeline(state, 6))) == []


def test_a_region_that_failed_and_was_left_can_be_taken_back_where_the_stack_lets_anybody() -> None:
    facts = failed()
    assert offered(facts) == ["roll_back:Deploy/eu-west-1"]
    assert offered(facts, may_roll_back=False) == []
    facts.rollback("Deploy", "eu-west-1", RollbackState.SUGGESTED, "a way back", 95, target="web:6")
    (offer,) = offers_of(facts.release, facts.known, may_roll_back=True)
    assert offer.consequence == "eu-west-1 goes back to web:6."


@pytest.mark.parametrize("state", [each for each in RollbackState if each is not RollbackState.SUGGESTED])
def test_a_region_whose_rollback_has_come_to_something_cannot(state: RollbackState) -> None:
    assert offered(failed().rollback("Deploy", "eu-west-1", state, "so", 95)) == []


def test_what_was_decided_is_offered_no_more_and_what_came_to_nothing_in_a_new_round() -> None:
    (offer,) = offers_of(failed().release, failed().known, may_roll_back=True)
    assert offered(decided(failed(), offer.request, DecisionState.DONE)) == []
    facts = decided(failed(), offer.request, DecisionState.REFUSED)
    (again,) = offers_of(facts.release, facts.known, may_roll_back=True)
    assert (again.request.round, again.request.matter) == (1, offer.request.matter)


def test_what_is_begun_is_offered_no_more_and_where_to_look_stands_on_the_card() -> None:
    request = DecisionRequest(DecisionKind.APPROVE, SUBJECT, "Release", "Go", 1)
    facts = decided(waiting(), request, DecisionState.BEGUN, where="Release / Go")
    assert offered(facts) == ["stop"]
    text = str(render(facts.release).blocks)
    assert "approve: begun, and whether it was done, CodePipeline shows *Release / Go* by" in text


def test_a_check_can_be_skipped_while_its_judge_will_look_again() -> None:
    seen = judge(
        "eu-west-1", [Finding("http", "page", Verdict.PENDING, "503"), Finding("alarms", "a", Verdict.PASS, "")]
    )
    facts = running().verdict("Deploy", seen, 5, final=False)
    assert offered(facts) == ["stop", "skip"]
    assert [(each.kind, each.target, each.region) for each in open_checks(facts.known)] == [
        ("http", "page", "eu-west-1")
    ]
    assert offered(facts.verdict("Deploy", seen, 9)) == ["stop"]


def test_without_offers_and_decisions_there_are_no_blocks() -> None:
    assert button_blocks(waiting().release) == []


def test_many_offers_stay_within_slacks_limits_and_destructive_ones_ask_again() -> None:
    facts = waiting()
    regions = [f"xx-region-{number}" for number in range(30)]
    offers = [
        *offers_of(facts.release, facts.known, may_roll_back=True),
        *(
            Offer(DecisionRequest(DecisionKind.ROLL_BACK, SUBJECT, "D" * 100, region, 1), region * 9, "x" * 400)
            for region in regions
        ),
    ]

    (block,) = button_blocks(replace(facts.release, offers=tuple(offers)))
    assert list(problems([block])) == []
    assert len(block["elements"]) == MOST_BUTTONS
    (stop,) = [each for each in block["elements"] if each["action_id"] == "stop"]
    assert (stop["text"]["text"], stop["confirm"]["title"]["text"]) == ("Stop this release", "Stop this release?")
    asks = {each["action_id"].partition(":")[0] for each in block["elements"] if "confirm" in each}
    assert asks == {"roll_back", "stop"}
    ids = [each["action_id"] for each in block["elements"]]
    assert len(set(ids)) == len(ids)


def test_who_decided_what_when_and_why_stands_on_the_card() -> None:
    request = DecisionRequest(DecisionKind.REJECT, SUBJECT, "Release", "Go", 1)
    facts = decided(waiting(), request, DecisionState.DONE, where="Release / Go", reason="<!channel> the *numbers*")
    text = str(render(facts.release).blocks)
    assert f":no_entry: rejected *Release / Go* by <@{PERSON}> 2026-03-04 10:01:00 UTC · “&lt;!channel&gt; the" in text


def test_a_decision_that_came_to_nothing_says_why() -> None:
    request = DecisionRequest(DecisionKind.RETRY, SUBJECT, "Deploy", attempt=1)
    facts = decided(running(), request, DecisionState.REFUSED, where="Deploy", outcome="a later execution is there")
    text = str(render(facts.release).blocks)
    assert f":warning: retry: nothing was done *Deploy* by <@{PERSON}>" in text
    assert "a later execution is there" in text
