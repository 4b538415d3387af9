"""Clicks that come again, and clicks that come late: of a person who was told to try again, from the queue, and from a
dialog that stood open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from apply_decision.decide import INTERRUPTED, LATEST_SECONDS, TOO_LATE
from apply_decision.people import SlackSilentError
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.decisions.click import DOUBLE_CLICK_SECONDS, parse_click
from crosscheck.decisions.queue import DecisionQueue
from crosscheck.ledger.decision_facts import DecisionClaim, DecisionKind, DecisionState, TakenDecision
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.offers import open_checks
from tests.builders import events
from tests.builders.interactions import USER
from tests.builders.releases import SUBJECT
from tests.fakes.fifo_queue import FakeFifoQueue, SimulatedClock
from tests.unit.apply_decision.conftest import MEMBER, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.decisions.request import DecisionRequest
    from crosscheck.ledger.table import Fact


class Clicks:
    """The decisions queue, and who reads it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.fifo = FakeFifoQueue(SimulatedClock(world.now), delay=0, visibility=360, most_receives=5)

    def click(self, request: DecisionRequest, user: str, after: float) -> None:
        self.world.now += after
        DecisionQueue(cast("Any", self.fifo), "url").send(self.world.click(request, user))

    def deliver(self) -> int:
        def handler(event: Mapping[str, Any]) -> Mapping[str, Any]:
            for record in event["Records"]:
                self.world.maker.decide(parse_click(record["body"]))
            return {"batchItemFailures": []}

        before = self.fifo.received
        self.fifo.deliver(handler)
        return self.fifo.received - before


def test_who_is_told_to_try_again_and_does_is_heard(
    world: World, asked: DecisionRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_people: object, _user: str) -> bool:
        raise SlackSilentError("Slack did not answer usergroups.users.list (TimeoutError)")

    clicks = Clicks(world)
    with monkeypatch.context() as patched:
        patched.setattr("apply_decision.people.People.may_decide", silent)
        clicks.click(asked, MEMBER, after=0)
        clicks.deliver()
    assert [text.endswith("try again") for text in world.told] == [True]
    clicks.click(asked, MEMBER, after=DOUBLE_CLICK_SECONDS)
    clicks.deliver()
    assert world.outcomes() == [("approve", "done", MEMBER)]


def test_f44_of_a_double_click_one_is_delivered(world: World, asked: DecisionRequest) -> None:
    world.now -= world.now % DOUBLE_CLICK_SECONDS
    clicks = Clicks(world)
    clicks.click(asked, USER, after=0)
    clicks.click(asked, USER, after=0)
    assert clicks.deliver() == 1


def test_f44_a_double_click_that_falls_into_two_slots_acts_once(world: World, asked: DecisionRequest) -> None:
    world.now -= world.now % DOUBLE_CLICK_SECONDS + 1
    clicks = Clicks(world)
    clicks.click(asked, USER, after=-1)
    clicks.click(asked, USER, after=0)
    assert clicks.deliver() == 2
    assert len(world.codepipeline.called("PutApprovalResult")) == 1
    assert world.outcomes() == [("approve", "done", USER)]


def _waits_for_a_page(world: World, second: int, **more: Any) -> None:
    """The stage deployed, and its judge looks at a page that does not answer yet."""
    world.happen(
        events.stage("Deploy", "STARTED", second, **more),
        events.action("Deploy", "web", "STARTED", second + 1, region="eu-west-1", more=more),
        events.action("Deploy", "web", "SUCCEEDED", second + 2, region="eu-west-1", more=more),
        events.stage("Deploy", "SUCCEEDED", second + 3, **more),
    )
    world.now += 60
    said = judge("eu-west-1", [Finding("http", "page", Verdict.PENDING, "503")])
    world.know(JudgeVerdict("Deploy", said, world.now, final=False).to_fact(world.now - 60))


@pytest.mark.parametrize(
    "resumed", [[events.pipeline("RESUMED", 20, **events.SECOND_ATTEMPT)], []], ids=["told", "not told yet"]
)
def test_f47_a_dialog_of_an_earlier_attempt_skips_nothing_in_the_next_one(
    world: World, resumed: list[events.Event]
) -> None:
    world.happen(events.pipeline("STARTED"))
    _waits_for_a_page(world, 1)
    (seen,) = world.offered(DecisionKind.SKIP)
    (check,) = open_checks(world.known)
    world.happen(events.pipeline("FAILED", 10), *resumed)
    _waits_for_a_page(world, 21, **events.SECOND_ATTEMPT)
    world.decide(seen.at(check.id), reason="the page is being moved")
    assert not any(world.known.skipped)
    assert world.told == ["the stage was retried since you were asked: look at the card, and click again"]
    (offer,) = world.offered(DecisionKind.SKIP)
    world.decide(offer.at(check.id), reason="the page is being moved")
    assert [skipped.attempt for skipped in world.known.skipped] == [2]


@pytest.fixture
def deaf_cards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card's queue does not answer the first time."""
    changed, left = type(world.cards).changed, [1]

    def failing(self: Any, subject: object, cause: str) -> None:
        if left:
            left.pop()
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessage")
        changed(self, subject, cause)

    monkeypatch.setattr(type(world.cards), "changed", failing)


def _comes_again(world: World, request: DecisionRequest, **more: Any) -> None:
    click = world.click(request, **more)
    with pytest.raises(ClientError):
        world.maker.decide(click)
    world.now += 360
    world.maker.decide(click)


@pytest.mark.usefixtures("deaf_cards")
def test_f54_a_refusal_that_no_card_was_told_is_told_when_the_click_comes_again(failed: World) -> None:
    (request,) = failed.offered(DecisionKind.RETRY)
    _comes_again(failed, request)
    assert failed.cards.told == [SUBJECT.key]
    assert failed.told == ["the stage has no failed actions to retry, or the pipeline has changed since"]
    assert failed.outcomes() == [("retry", "refused", USER)]


@pytest.mark.usefixtures("deaf_cards")
def test_f54_what_was_done_and_no_card_was_told_is_told_when_the_click_comes_again(
    world: World, asked: DecisionRequest
) -> None:
    _comes_again(world, asked)
    assert world.cards.told == [SUBJECT.key]
    assert world.told == []
    assert world.outcomes() == [("approve", "done", USER)]


@pytest.mark.usefixtures("deaf_cards")
def test_f54_a_skip_that_no_card_was_told_is_not_decided_in_a_second_round(world: World) -> None:
    world.happen(events.pipeline("STARTED"))
    _waits_for_a_page(world, 1)
    (offer,) = world.offered(DecisionKind.SKIP)
    (check,) = open_checks(world.known)
    click = world.click(offer.at(check.id), at=world.now - LATEST_SECONDS - 1)
    with pytest.raises(ClientError):
        world.maker.decide(click)
    world.maker.decide(click)
    assert world.outcomes() == [("skip", "refused", USER)]
    assert world.told == [TOO_LATE]


@pytest.fixture
def forgetful(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The ledger does not take the first outcome of a decision."""
    merge, left = type(world.ledger).merge, [1]

    def failing(self: Any, subject: Any, fact: Fact) -> bool:
        if fact.latest.get("state") in {"done", "refused"} and fact.name.startswith("decision/") and left:
            left.pop()
            raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "UpdateItem")
        return merge(self, subject, fact)

    monkeypatch.setattr(type(world.ledger), "merge", failing)
    return world


@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.REJECT])
@pytest.mark.parametrize("parallel", [False, True])
def test_f44_an_answer_that_the_ledger_did_not_take_is_given_once_and_not_called_expired(
    asked: DecisionRequest, forgetful: World, kind: DecisionKind, *, parallel: bool
) -> None:
    forgetful.codepipeline.parallel = parallel
    _comes_again(forgetful, replace(asked, kind=kind))
    assert len(forgetful.codepipeline.called("PutApprovalResult")) == 1
    assert forgetful.outcomes() == [(kind.value, "done", USER)]
    assert forgetful.told == []
    assert forgetful.cards.told == [SUBJECT.key]


def test_f44_a_retry_that_the_ledger_did_not_take_is_not_done_again_when_the_stage_failed_again(
    failed: World, forgetful: World
) -> None:
    failed.codepipeline.retryable = {"Deploy"}
    (request,) = failed.offered(DecisionKind.RETRY)
    click = failed.click(request)
    with pytest.raises(ClientError):
        failed.maker.decide(click)
    more = events.SECOND_ATTEMPT
    failed.happen(
        events.pipeline("RESUMED", 10, **more),
        events.stage("Deploy", "STARTED", 11, **more),
        events.action("Deploy", "web", "FAILED", 13, region="eu-west-1", more=more),
        events.stage("Deploy", "FAILED", 14, **more),
        events.pipeline("FAILED", 15, **more),
    )
    failed.codepipeline.retryable = {"Deploy"}
    failed.maker.decide(click)
    assert len(failed.codepipeline.called("RetryStageExecution")) == 1
    assert failed.outcomes() == [("retry", "done", USER)]


def test_f44_a_stop_that_the_ledger_did_not_take_is_asked_for_once(asked: DecisionRequest, forgetful: World) -> None:
    (request,) = forgetful.offered(DecisionKind.STOP)
    click = forgetful.click(request)
    with pytest.raises(ClientError):
        forgetful.maker.decide(click)
    forgetful.happen(events.pipeline("STOPPING", 10))
    forgetful.maker.decide(click)
    assert len(forgetful.codepipeline.called("StopPipelineExecution")) == 1
    assert forgetful.outcomes() == [("stop", "done", USER)]


def test_f44_a_rollback_that_the_ledger_did_not_take_is_started_once(failed: World, forgetful: World) -> None:
    (request,) = failed.offered(DecisionKind.ROLL_BACK)
    _comes_again(failed, request)
    assert len(failed.machine.started) == 1
    assert failed.outcomes() == [("roll_back", "done", USER)]


def test_f44_a_skip_that_the_ledger_did_not_take_is_told_as_done(forgetful: World) -> None:
    forgetful.happen(events.pipeline("STARTED"))
    _waits_for_a_page(forgetful, 1)
    (offer,) = forgetful.offered(DecisionKind.SKIP)
    (check,) = open_checks(forgetful.known)
    _comes_again(forgetful, offer.at(check.id), reason="the page is being moved")
    assert forgetful.outcomes() == [("skip", "done", USER)]
    assert [each.where for each in forgetful.known.decisions] == ["http page in eu-west-1"]


@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.STOP])
def test_f44_what_was_begun_and_not_done_is_said_and_offered_again(
    world: World, asked: DecisionRequest, kind: DecisionKind
) -> None:
    _dies_before_the_deed(world, kind)
    assert world.codepipeline.called("PutApprovalResult") == []
    assert world.codepipeline.called("StopPipelineExecution") == []
    _is_offered_again(world, kind)


def test_f44_a_retry_that_was_begun_and_not_done_is_said_and_offered_again(failed: World) -> None:
    _dies_before_the_deed(failed, DecisionKind.RETRY)
    assert failed.codepipeline.called("RetryStageExecution") == []
    _is_offered_again(failed, DecisionKind.RETRY)


def test_a_rollback_that_was_begun_too_long_ago_is_not_started(failed: World) -> None:
    _dies_before_the_deed(failed, DecisionKind.ROLL_BACK, after=LATEST_SECONDS + 1)
    assert failed.machine.started == {}
    _is_offered_again(failed, DecisionKind.ROLL_BACK)


def _dies_before_the_deed(world: World, kind: DecisionKind, after: float = 360) -> None:
    (request,) = world.offered(kind)
    click = world.click(request)
    world.ledger.claim(SUBJECT, DecisionClaim(request.question).name, click.holder)
    world.know(TakenDecision(request.question, kind, DecisionState.BEGUN, USER, click.at).to_fact())
    assert world.offered(kind) == []
    world.now += after
    world.maker.decide(click)


def _is_offered_again(world: World, kind: DecisionKind) -> None:
    assert world.outcomes() == [(kind.value, "refused", USER)]
    assert world.told == [INTERRUPTED]
    assert [request.round for request in world.offered(kind)] == [1]
