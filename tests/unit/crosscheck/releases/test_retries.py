"""A retry is offered, and told of as the next step, only where it can end otherwise."""

from __future__ import annotations

import pytest

from crosscheck.cards.buttons import action_id
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.releases.next_step import next_step
from crosscheck.releases.offers import offers_of
from tests.builders import events
from tests.builders.canary import SECONDARIES, ended, gate, taken_back
from tests.builders.releases import Facts

EU, _, SA = SECONDARIES
STAGE = "ValidateSecondary"


def offered(facts: Facts) -> list[str]:
    """The retries among the buttons, which are those that the next step names."""
    offers = [action_id(each) for each in offers_of(facts.release, facts.known, may_roll_back=False)]
    retries = [each.removeprefix("retry:") for each in offers if each.startswith("retry:")]
    assert list(facts.release.retryable) == retries
    step = next_step(facts.release).replace("retries", "retry")
    assert all(f"retry {stage}" in step for stage in retries)
    assert bool(retries) == ("retry" in step)
    return retries


@pytest.mark.parametrize("state", [each for each in RollbackState if each is not RollbackState.SUGGESTED])
def test_a_gate_whose_region_was_taken_back_is_not_retried(state: RollbackState) -> None:
    assert offered(taken_back(EU, state)) == []


def test_a_gate_whose_region_was_left_as_it_is_may_be() -> None:
    assert offered(ended(EU)) == [STAGE]
    assert offered(taken_back(EU, RollbackState.SUGGESTED)) == [STAGE]
    now = events.BEGAN.timestamp() + 320
    refused = RollbackProgress("DeploySecondary", EU, 1, RollbackState.FAILED, "denied", now, untouched=True)
    assert offered(ended(EU).add(refused.to_fact())) == [STAGE]


def test_a_gate_that_can_pass_does_not_help_one_that_cannot() -> None:
    assert offered(ended(EU, SA).rollback("DeploySecondary", EU, RollbackState.DONE, "it is back", 320)) == []


def test_a_gate_that_was_not_able_to_see_its_region_may_be_retried() -> None:
    unknown = judge(EU, [Finding("ecs-service", "my-service", Verdict.INCONCLUSIVE, "the cluster cannot be read")])
    facts = ended(EU).verdict("DeploySecondary", unknown, 301, judge=gate(EU))
    assert offered(facts) == [STAGE]


def test_a_deploy_action_that_failed_may_be_retried_though_its_region_is_back() -> None:
    facts = Facts().event(events.pipeline("STARTED")).event(events.stage("World", "STARTED", 1))
    facts.event(events.action("World", "One", "FAILED", 9, region=EU)).event(events.stage("World", "FAILED", 10))
    facts.event(events.pipeline("FAILED", 11)).rollback("World", EU, RollbackState.DONE, "3 of 3 tasks run", 30)
    assert offered(facts) == ["World"]
    assert next_step(facts.release) == (
        f"nothing to do now: {EU} runs an earlier version again; "
        "whoever released this fixes the cause, then retries World or releases again"
    )


def test_a_gate_that_is_retried_with_its_deployment_gets_its_turn_again() -> None:
    """What was taken back of the first attempt says nothing about the second one."""
    facts = taken_back(EU, RollbackState.DONE)
    more = {**events.SECOND_ATTEMPT, "start-time": events.pipeline("STARTED", 400)["time"]}
    facts.event(events.action("DeploySecondary", f"Deploy-{EU}", "SUCCEEDED", 420, region=EU, more=more))
    assert offered(facts) == [STAGE]


@pytest.mark.parametrize("state", ["SUCCEEDED", "SUPERSEDED", "CANCELED", "STOPPING"])
def test_what_did_not_fail_is_not_retried(state: str) -> None:
    assert offered(ended().event(events.pipeline(state, 400))) == []
