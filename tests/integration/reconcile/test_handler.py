"""A run of the function: CodePipeline, the ledger and the queues together, on moto and a strict CodePipeline."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.execution_facts import ExecutionState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.release_index import ReleaseIndex
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import RegionJudge
from reconcile import handler as module
from reconcile import reconciler
from tests.builders import events, lambdas, tables
from tests.builders.changes import parse
from tests.fakes.codepipeline_history import FakeHistory, with_ids
from tests.fakes.json_protocol import FakeClients, RefusedError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

HAPPENED = with_ids(events.release_with_retry())
SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)
BEGAN = events.BEGAN.timestamp()
LATER = BEGAN + 25 + reconciler.GRACE


class Function:
    """The function, its queues and its CodePipeline; ``now`` is its clock."""

    def __init__(self, table: DynamoDBClient) -> None:
        self.client: SQSClient = boto3.client("sqs", region_name="us-east-1")
        self.events = self.client.create_queue(QueueName="events")["QueueUrl"]
        self.cards = self.client.create_queue(QueueName="cards.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.ledger = Ledger(table, tables.NAME, 90)
        self.index = ReleaseIndex(table, tables.NAME, 90)
        self.codepipeline = FakeHistory()
        self.now = LATER

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The handler finds all of it."""
        monkeypatch.setenv("EVENTS_QUEUE_URL", self.events)
        monkeypatch.setenv("CARD_QUEUE_URL", self.cards)
        monkeypatch.setattr(module, "_clients", lambda: FakeClients({("codepipeline", None): self.codepipeline}))
        monkeypatch.setattr(module, "_reconciler", partial(module._reconciler, lambda: self.now))

    def happen(self, happened: list[events.Event], *, lost: bool = False) -> None:
        """CodePipeline goes through it, and its events come or are lost."""
        self.codepipeline.happen(*happened)
        for event in [] if lost else happened:
            self.ledger.merge(SUBJECT, parse(event).fact)

    def run(self, *, remaining: int = 120_000) -> dict[str, int]:
        """One run."""
        context = lambdas.Context(remaining_milliseconds=remaining)
        return module.handler(events.load("reconcile_schedule"), cast("LambdaContext", context))

    def told(self) -> list[dict[str, Any]]:
        """What was put into the events queue since."""
        found: list[dict[str, Any]] = []
        while records := lambdas.receive(self.client, self.events)["Records"]:
            for record in records:
                found.append(json.loads(record["body"]))
                self.client.delete_message(QueueUrl=self.events, ReceiptHandle=record["receiptHandle"])
        return found

    def record(self) -> int:
        """What record_events does with them; how many they were."""
        told = self.told()
        for event in told:
            change = parse(event)
            self.ledger.merge(change.subject, change.fact)
        return len(told)

    def changed_cards(self) -> list[str]:
        """The subjects whose cards were told since."""
        return [record["body"] for record in lambdas.receive(self.client, self.cards)["Records"]]

    @property
    def opened(self) -> list[Subject]:
        """The open releases."""
        return [each.subject for each in self.index.open_subjects()]


@pytest.fixture
def function(ledger_table: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Function:
    made = Function(ledger_table)
    made.install(monkeypatch)
    return made


def summary(event: dict[str, Any]) -> tuple[str, str, str]:
    """What an event tells, in short."""
    detail = event["detail"]
    return detail.get("stage", ""), detail.get("action", ""), detail["state"]


def test_f03_a_release_of_which_every_event_was_lost_is_found(function: Function) -> None:
    function.happen(HAPPENED, lost=True)
    assert function.run()["lost"] == 6
    assert function.record() == 6
    execution = KnownFacts(function.ledger.read(SUBJECT)).execution
    assert execution is not None
    assert (execution.run.state, execution.run.attempt) == (State.SUCCEEDED, 2)
    assert execution.trigger is not None
    assert execution.trigger.type == "StartPipelineExecution"


def test_f03_a_lost_start_is_told_with_the_time_at_which_it_began(function: Function) -> None:
    function.happen(HAPPENED[:1], lost=True)
    function.happen(HAPPENED[1:7])
    assert function.run()["lost"] == 1
    [event] = function.told()
    assert summary(event) == ("", "", "STARTED")
    assert parse(event).verification is not None  # what would break it is looked at late, but it is
    assert parse(event).fact.started == BEGAN


def test_f03_a_lost_end_of_a_stage_starts_its_verification_under_the_same_name(function: Function) -> None:
    lost = next(event for event in HAPPENED if summary(event) == ("Deploy", "", "SUCCEEDED"))
    function.happen(HAPPENED)
    function.ledger.client.delete_item(
        TableName=tables.NAME, Key={"pk": {"S": SUBJECT.key}, "sk": {"S": "stage/Deploy"}}
    )
    function.run()
    [event] = function.told()
    found, meant = parse(event).verification, parse(lost).verification
    assert found is not None
    assert meant is not None
    assert found.name == meant.name


def test_what_its_event_may_still_tell_is_left_to_it(function: Function) -> None:
    function.happen(HAPPENED, lost=True)
    function.now = BEGAN + 25 + reconciler.GRACE / 2
    function.run()
    assert not any(
        event["detail"]["state"] == "SUCCEEDED" and event["detail"].get("action") == "Two" for event in function.told()
    )
    assert function.opened == []


def test_f04_what_ended_long_ago_and_no_event_told_is_not_from_this_stacks_time(function: Function) -> None:
    function.happen(HAPPENED, lost=True)
    function.now = LATER + reconciler.RECENT
    assert function.run() == {"calls": 2, "lost": 0}


def test_nothing_is_told_and_no_card_changes_where_nothing_was_lost(function: Function) -> None:
    function.happen(HAPPENED)
    assert function.run()["lost"] == 0
    assert function.told() == []
    assert function.changed_cards() == []


def test_a_release_is_closed_once_it_has_ended_and_nothing_is_missing(function: Function) -> None:
    function.happen(HAPPENED[:-1])
    function.happen(HAPPENED[-1:], lost=True)
    function.run()
    assert function.opened == [SUBJECT]
    function.record()
    function.run()
    assert function.opened == []
    calls = function.run()["calls"]
    assert calls == 2  # which pipelines there are, and the newest executions of one


def test_a_retry_of_which_no_event_came_is_noticed_after_the_release_was_closed(function: Function) -> None:
    failed = HAPPENED[:12]
    function.happen(failed)
    function.run()
    assert function.opened == []
    function.happen(HAPPENED[12:], lost=True)
    assert function.run()["lost"] == 3
    function.record()
    assert function.opened == [SUBJECT]


def test_a_pipeline_that_is_to_be_ignored_is_left_alone(function: Function) -> None:
    function.happen(HAPPENED, lost=True)
    function.codepipeline.tags[events.PIPELINE] = {"crosscheck:ignore": "true"}
    assert function.run()["lost"] == 0
    assert not function.codepipeline.called("ListActionExecutions")


def test_a_pipeline_that_was_deleted_leaves_no_open_release(function: Function) -> None:
    function.happen(HAPPENED[:5])
    function.codepipeline.forget(events.PIPELINE)
    function.run()
    assert function.opened == []


def test_one_pipeline_that_cannot_be_read_keeps_no_other_from_being_read(function: Function) -> None:
    function.happen(HAPPENED, lost=True)
    function.codepipeline.pipelines["another"] = {**function.codepipeline.pipelines[events.PIPELINE], "name": "another"}
    function.codepipeline.refuse_once("ListPipelineExecutions", RefusedError("AccessDeniedException"))
    function.run()
    asked = {call["pipelineName"] for call in function.codepipeline.called("ListPipelineExecutions")}
    assert asked == {events.PIPELINE, "another"}


def test_the_budget_ends_a_run_and_another_run_begins_elsewhere(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "BUDGET", 8)
    asked: set[str] = set()
    declared = FakeHistory(HAPPENED).pipelines[events.PIPELINE]
    function.codepipeline.pipelines |= {f"p{number}": {**declared, "name": f"p{number}"} for number in range(9)}
    for _ in range(6):
        assert function.run()["calls"] <= 8 + 2
        asked |= {call["pipelineName"] for call in function.codepipeline.called("ListPipelineExecutions")}
        function.now += reconciler.PERIOD
    assert asked == {f"p{number}" for number in range(9)}


def test_f03_open_releases_keep_no_other_pipeline_from_being_asked_about(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        begun = events.pipeline("STARTED")
        begun["detail"] |= {"pipeline": f"open{number}", "execution-id": f"00000000-0000-0000-0000-{number:012}"}
        function.codepipeline.happen(begun)
        function.ledger.merge(parse(begun).subject, parse(begun).fact)
    function.codepipeline.pipelines["quiet"] = {**function.codepipeline.pipelines["open0"], "name": "quiet"}
    monkeypatch.setattr(reconciler, "BUDGET", 6)  # less than the list of pipelines and two of the open releases need
    function.run()
    asked = [call["pipelineName"] for call in function.codepipeline.called("ListPipelineExecutions")]
    assert len(asked) == 2
    assert "quiet" in asked


def test_a_run_ends_in_time(function: Function) -> None:
    function.happen(HAPPENED, lost=True)
    assert function.run(remaining=module.ENOUGH_MILLISECONDS)["lost"] == 0


def test_while_events_wait_none_is_known_to_be_lost(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "BACKLOG", 1)
    function.happen(HAPPENED, lost=True)
    assert function.run()["lost"] == 6
    assert function.run() == {"calls": 0, "lost": 0}


STUCK = BEGAN + 3 + 3_600


def test_a_release_that_is_stuck_is_told_once(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    function.happen(HAPPENED[:8])
    function.now = STUCK
    function.run()
    function.run()
    assert capsys.readouterr().out.count('"StuckReleases":[1.0]') == 2  # one for each action
    [one, two] = KnownFacts(function.ledger.read(SUBJECT)).stuck
    assert {(one.stage, one.action), (two.stage, two.action)} == {("Deploy", "One"), ("Deploy", "Two")}
    assert function.changed_cards() == [SUBJECT.key, SUBJECT.key]


def test_f54_a_stuck_release_whose_cards_queue_refuses_is_told_by_the_next_run(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessage")

    function.happen(HAPPENED[:8])
    function.now = STUCK
    with monkeypatch.context() as outage:
        outage.setattr(CardQueue, "changed", refuse)
        function.run()
    assert function.changed_cards() == []
    function.now += reconciler.PERIOD
    function.run()
    assert function.changed_cards() == [SUBJECT.key, SUBJECT.key]


def test_what_a_gate_waits_for_is_not_stuck(function: Function) -> None:
    function.happen(HAPPENED[:8])
    gates = ("Deploy/One", "Deploy/Two")
    function.ledger.merge(SUBJECT, RegionJudge("Deploy", "us-east-1", gates).to_fact(BEGAN))
    function.now = STUCK
    function.run()
    assert KnownFacts(function.ledger.read(SUBJECT)).stuck == ()


def test_f11_a_day_old_event_finds_the_state_right_and_closes_again(function: Function) -> None:
    function.happen(HAPPENED)
    function.run()
    function.now = LATER + 86_400
    late = parse(HAPPENED[11])
    assert not function.ledger.merge(SUBJECT, late.fact)
    function.run()
    assert function.told() == []
    record = function.ledger.read(SUBJECT)[ExecutionState.name]
    assert record.latest["run"]["state"] == "SUCCEEDED"
