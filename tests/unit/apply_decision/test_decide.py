"""Who may decide, once, and only what can still be decided; every refusal is said in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from apply_decision.decide import LATEST_SECONDS, TOO_LATE
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.decisions.approvers import parse_approvers
from crosscheck.ledger.decision_facts import DecisionKind
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.offers import open_checks
from tests.builders import events
from tests.builders.interactions import CHANNEL, TEAM, USER
from tests.builders.releases import SUBJECT
from tests.fakes.json_protocol import RefusedError
from tests.unit.apply_decision.conftest import MEMBER, STRANGER, World, asks

if TYPE_CHECKING:
    from collections.abc import Callable

    from crosscheck.decisions.request import DecisionRequest


def test_an_approval_is_given_with_a_fresh_token_and_stands_in_the_ledger(world: World, asked: DecisionRequest) -> None:
    click = world.decide(asked)
    (given,) = world.codepipeline.called("PutApprovalResult")
    assert given["result"] == {"summary": f"Approved by {USER} in Slack", "status": "Approved"}
    (decision,) = world.known.decisions
    assert (decision.kind, decision.state, decision.by, decision.at) == ("approve", "done", USER, click.at)
    assert decision.where == "Release / Go"
    assert world.cards.told == [SUBJECT.key]
    assert world.told == []


def test_a_rejection_carries_its_reason(world: World, asked: DecisionRequest) -> None:
    world.decide(replace(asked, kind=DecisionKind.REJECT), reason="the numbers are wrong")
    (given,) = world.codepipeline.called("PutApprovalResult")
    assert given["result"] == {"summary": f"Rejected by {USER} in Slack: the numbers are wrong", "status": "Rejected"}
    assert [decision.reason for decision in world.known.decisions] == ["the numbers are wrong"]


def test_in_parallel_mode_the_token_is_the_runs_external_id(world: World, asked: DecisionRequest) -> None:
    world.codepipeline.parallel = True
    world.decide(asked)
    assert world.outcomes() == [("approve", "done", USER)]


def test_f44_a_click_that_is_delivered_twice_acts_once(world: World, asked: DecisionRequest) -> None:
    click = world.decide(asked)
    world.maker.decide(click)
    assert len(world.codepipeline.called("PutApprovalResult")) == 1
    assert len(world.known.decisions) == 1
    assert world.told == []


def test_f44_a_click_whose_handler_died_after_the_claim_is_acted_on(world: World, asked: DecisionRequest) -> None:
    click = world.click(asked)
    world.ledger.claim(SUBJECT, f"claim/decision/{asked.question}", click.holder)
    world.maker.decide(click)
    assert world.outcomes() == [("approve", "done", USER)]


@pytest.mark.parametrize("second", [USER, MEMBER])
@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.REJECT])
def test_f44_of_two_answers_the_first_counts_and_the_second_is_told_who_was_first(
    world: World, asked: DecisionRequest, second: str, kind: DecisionKind
) -> None:
    world.decide(asked)
    world.decide(replace(asked, kind=kind), second)
    assert len(world.codepipeline.called("PutApprovalResult")) == 1
    assert world.outcomes() == [("approve", "done", USER)]
    (said,) = world.told
    assert said.startswith(f"<@{USER}> was first, at 2026-03-04 ")
    assert said.endswith(" UTC: approve")


def test_f44_two_at_the_same_moment_are_told_apart_by_the_claim(world: World, asked: DecisionRequest) -> None:
    world.ledger.claim(SUBJECT, f"claim/decision/{asked.question}", f"{MEMBER} 1.0")
    world.decide(asked)
    assert world.codepipeline.called("PutApprovalResult") == []
    assert world.told == [f"<@{MEMBER}> was first; the card will show what came of it"]


def test_a_member_of_a_user_group_may_decide(world: World, asked: DecisionRequest) -> None:
    world.decide(asked, MEMBER)
    assert world.outcomes() == [("approve", "done", MEMBER)]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"user": STRANGER}, "you are not one of this stack's approvers"),
        ({"team": "T0OTHER"}, "you are not of the workspace that the app belongs to"),
        ({"channel": "C0OTHER"}, "the card of this release stands in another channel"),
    ],
)
def test_f46_who_may_not_decide_is_refused_told_and_audited(
    world: World, asked: DecisionRequest, changed: dict[str, str], why: str
) -> None:
    world.decide(asked, **changed)
    assert world.codepipeline.calls == []
    assert world.known.decisions == ()
    assert world.told == [why]
    (refused,) = world.known.refused_clicks
    expected = {"user": USER, "team": TEAM, "channel": CHANNEL, **changed}
    assert {name: getattr(refused, name) for name in expected} == expected
    assert (refused.why, refused.question, refused.at) == (why, asked.question, world.now)
    world.decide(asked)
    assert world.outcomes() == [("approve", "done", USER)]  # a stranger takes nobody's place


def test_f46_while_slack_does_not_say_who_is_in_a_group_nobody_of_it_decides(
    world: World, asked: DecisionRequest
) -> None:
    world.maker.people.approvers = parse_approvers("S0UNKNOWN")
    world.decide(asked, MEMBER)
    assert world.codepipeline.calls == []
    assert world.told == [
        "Slack did not answer usergroups.users.list (SlackApiError), so nobody knows whether you may: try again"
    ]


def test_f47_an_approval_that_has_expired_is_said_and_can_be_tried_again(world: World, asked: DecisionRequest) -> None:
    world.codepipeline.token = ""
    world.decide(asked)
    assert world.outcomes() == [("approve", "refused", USER)]
    assert world.told == ["the approval does not wait any more: it expired, or was answered in CodePipeline"]
    (again,) = world.offered(DecisionKind.APPROVE)
    assert again.round == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ApprovalAlreadyCompletedException", "it was answered already, in CodePipeline or by somebody else"),
        ("ThrottlingException", "PutApprovalResult in us-east-1 was refused: ThrottlingException"),
    ],
)
def test_f47_what_codepipeline_refuses_is_said_in_words(
    world: World, asked: DecisionRequest, code: str, words: str
) -> None:
    world.codepipeline.refuse("PutApprovalResult", RefusedError(code))
    world.decide(asked)
    assert world.told == [words]
    assert [decision.outcome for decision in world.known.decisions] == [words]


def test_f47_an_approval_of_a_later_execution_is_not_given(world: World, asked: DecisionRequest) -> None:
    world.codepipeline.in_stage = "99999999-89ab-cdef-0123-456789abcdef"
    world.decide(asked)
    assert world.codepipeline.called("PutApprovalResult") == []


def test_f47_a_button_of_an_earlier_attempt_does_nothing(world: World, asked: DecisionRequest) -> None:
    world.happen(asks(60, events.SECOND_ATTEMPT))
    world.decide(asked)
    assert world.codepipeline.calls == []
    assert world.told == ["this approval does not wait any more: it expired, or was answered in CodePipeline"]


def test_a_click_that_took_too_long_does_nothing_and_frees_the_button(world: World, asked: DecisionRequest) -> None:
    click = world.click(asked)
    world.now += LATEST_SECONDS + 1
    world.maker.decide(click)
    assert world.codepipeline.called("PutApprovalResult") == []
    assert world.told == [TOO_LATE]
    (again,) = world.offered(DecisionKind.APPROVE)
    world.decide(again)
    assert [state for _, state, _ in world.outcomes()] == ["refused", "done"]


def test_failed_actions_run_again(failed: World) -> None:
    failed.codepipeline.retryable = {"Deploy"}
    (request,) = failed.offered(DecisionKind.RETRY)
    failed.decide(request)
    (given,) = failed.codepipeline.called("RetryStageExecution")
    assert (given["stageName"], given["retryMode"]) == ("Deploy", "FAILED_ACTIONS")
    assert failed.outcomes() == [("retry", "done", USER)]


def test_f47_a_stage_that_cannot_be_retried_is_said(failed: World) -> None:
    (request,) = failed.offered(DecisionKind.RETRY)
    failed.decide(request)
    assert failed.told == ["the stage has no failed actions to retry, or the pipeline has changed since"]


def test_a_release_is_stopped_with_who_did_it(world: World, asked: DecisionRequest) -> None:
    (request,) = world.offered(DecisionKind.STOP)
    world.decide(request)
    (given,) = world.codepipeline.called("StopPipelineExecution")
    assert (given["reason"], given["abandon"]) == (f"Stopped by {USER} in Slack", False)


def test_a_region_is_taken_back_by_the_state_machine(failed: World) -> None:
    (request,) = failed.offered(DecisionKind.ROLL_BACK)
    assert (request.stage, request.place) == ("Deploy", "eu-west-1")
    click = failed.decide(request)
    failed.maker.decide(click)
    (asked,) = failed.machine.started.values()
    assert asked == {
        "subject": SUBJECT.key,
        "stage": "Deploy",
        "region": "eu-west-1",
        "attempt": str(request.attempt),
        "rolled_back_by": USER,
    }


def test_rollback_mode_off_is_a_ceiling_for_people_too(failed: World) -> None:
    (request,) = failed.offered(DecisionKind.ROLL_BACK)
    replace(failed.maker, rollbacks=None).decide(failed.click(request))
    assert failed.machine.started == {}
    assert failed.told == ["there is nothing to roll back now in eu-west-1"]


def test_f47_what_is_back_already_is_said(failed: World) -> None:
    (request,) = failed.offered(DecisionKind.ROLL_BACK)
    back = RollbackProgress(
        "Deploy", "eu-west-1", request.attempt, RollbackState.BACK, "ECS restored app:6", failed.now
    )
    failed.know(back.to_fact())
    failed.decide(request)
    assert failed.machine.started == {}
    assert failed.told == ["there is nothing to roll back now in eu-west-1: ECS restored app:6"]


@pytest.fixture
def verified(world: World) -> Callable[[bool], None]:
    """A release whose region is looked at; what its judge says of a page."""

    def say(final: bool) -> None:
        finding = Finding("http", "page", Verdict.FAIL if final else Verdict.PENDING, "503")
        said = JudgeVerdict("Deploy", judge("eu-west-1", [finding]), world.now, final=final)
        world.know(said.to_fact(world.now - 60))

    world.happen(events.pipeline("STARTED"), events.stage("Deploy", "SUCCEEDED", 4))
    say(False)
    return say


def test_a_check_is_skipped_with_its_reason(world: World, verified: Any) -> None:
    (offer,) = world.offered(DecisionKind.SKIP)
    (check,) = [each.id for each in _open(world)]
    world.decide(offer.at(check), reason="the page is being moved")
    (skipped,) = world.known.skipped
    assert (skipped.kind, skipped.target, skipped.region, skipped.by) == ("http", "page", "eu-west-1", USER)
    assert skipped.reason == "the page is being moved"
    (decision,) = world.known.decisions
    assert (decision.where, decision.reason) == ("http page in eu-west-1", "the page is being moved")
    assert _open(world) == ()


def test_f47_a_check_that_nobody_waits_for_is_said(world: World, verified: Any) -> None:
    (offer,) = world.offered(DecisionKind.SKIP)
    (check,) = [each.id for each in _open(world)]
    world.now += 60
    verified(final=True)
    world.decide(offer.at(check), reason="too late")
    assert world.known.skipped == ()
    assert world.told == ["this check is not waited for any more: it passed, was skipped, or its region was judged"]


def _open(world: World) -> Any:
    return open_checks(world.known)
