"""Functions that die between any two of their calls, or after a call of which they never hear: nothing is lost, no card
is doubled but by the crash itself, and nothing is started twice."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.client import BaseClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from slack_sdk import WebClient

from crosscheck.ledger.subjects import Subject
from record_events.recorder import EventRecorder
from record_events.verifications import Verifications
from tests.builders import events, lambdas, tables
from tests.builders.changes import parse
from tests.builders.histories import histories
from tests.fakes.killed import KilledError
from tests.fakes.rollback import FakeRollback
from tests.integration.update_card.test_delivery import CHANNEL, Delivery
from tests.unit.roll_back.test_region_rollback import ITEM, World
from update_card import handler as module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)
EVENTS_VISIBILITY = 180  # until a message comes again whose handler died


class Fate:
    """Ends the process at some of its calls, counted from 0: before the call has its effect (False), or after it."""

    def __init__(self, kills: Mapping[int, bool]) -> None:
        self.kills = kills
        self.calls = 0
        self.crashes = 0

    def meet[T](self, call: Callable[[], T]) -> T:
        """Make a call, unless the process ends before it."""
        number, self.calls = self.calls, self.calls + 1
        if number not in self.kills:
            return call()
        self.crashes += 1
        if self.kills[number]:
            call()
        raise KilledError


class StateMachines:
    """Step Functions, which takes a name once. ``asked`` counts the calls."""

    class exceptions:  # noqa: N801 - boto3's name
        """Those of the client."""

        class ExecutionAlreadyExists(Exception):  # noqa: N818 - boto3's name
            """The name was used."""

    def __init__(self, fate: Fate) -> None:
        self.fate = fate
        self.started: dict[str, str] = {}

    def start_execution(self, *, name: str, input: str, **_: Any) -> None:  # noqa: A002 - boto3's name
        """Start it, once."""
        self.fate.meet(lambda: self._start(name, input))

    def _start(self, name: str, given: str) -> None:
        if name in self.started:
            assert self.started[name] == given, "the same name with another input"
            raise self.exceptions.ExecutionAlreadyExists
        self.started[name] = given


class Stack(Delivery):
    """From EventBridge to Slack, with processes that die."""

    def __init__(self, client: DynamoDBClient, fate: Fate) -> None:
        super().__init__(client, tables.new_ledger(client).table)
        self.fate = fate
        self.machines = StateMachines(fate)
        self.recorder = EventRecorder(self.ledger, self.cards, Verifications(cast("Any", self.machines), "machine"))

    def wire(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every call of AWS and of Slack meets its fate."""
        super().wire(monkeypatch)
        api_call, queue, send = WebClient.api_call, self.queue, self.queue.send_message
        aws_call = BaseClient._make_api_call  # type: ignore[attr-defined]

        def meet_slack(client: WebClient, method: str, **request: Any) -> Any:
            return self.fate.meet(lambda: api_call(client, method, **request))

        def meet_aws(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            return self.fate.meet(lambda: aws_call(client, operation, parameters))

        monkeypatch.setattr(WebClient, "api_call", meet_slack)
        monkeypatch.setattr(BaseClient, "_make_api_call", meet_aws)
        monkeypatch.setattr(queue, "send_message", lambda **message: self.fate.meet(lambda: send(**message)))

    def play(self, happened: list[events.Event]) -> None:
        """Let the events come one a second, and again where their handler died, until nothing is left to be done."""
        coming = [(self.clock.now + second, event) for second, event in enumerate(happened)]
        while coming or self.queue.next_visible < float("inf"):
            if coming and coming[0][0] <= self.queue.next_visible:
                at, event = coming.pop(0)
                self.clock.pass_until(at)
                try:
                    self.recorder.record(event)
                except KilledError:
                    coming = sorted([*coming, (self.clock.now + EVENTS_VISIBILITY, event)], key=lambda due: due[0])
            else:
                self.clock.pass_until(self.queue.next_visible)
                self._deliver()

    def _deliver(self) -> None:
        try:
            self.queue.deliver(lambda batch: module.handler(batch, cast("LambdaContext", lambdas.Context())))
        except KilledError:
            return  # what it had received comes again once it is visible

    def live(self) -> dict[str, Any]:
        """The card that the stack keeps up to date, as Slack shows it; its version counts the writes."""
        posted = self.publisher.messages.find(SUBJECT)
        assert posted
        assert posted.channel == CHANNEL
        shown = self.slack.messages[posted.timestamp]
        payload = {**shown["metadata"]["event_payload"], "version": 0}
        return {"text": shown["text"], "blocks": shown["blocks"], "payload": payload}

    def known(self) -> dict[str, Any]:
        return {name: (each.latest, each.once) for name, each in self.ledger.read(SUBJECT).items()}


@pytest.fixture(scope="module")
def client() -> Iterator[DynamoDBClient]:
    with mock_aws():
        yield boto3.client("dynamodb", region_name="us-east-1")


def played(client: DynamoDBClient, happened: list[events.Event], kills: Mapping[int, bool]) -> Stack:
    with pytest.MonkeyPatch.context() as monkeypatch:
        stack = Stack(client, Fate(kills))
        stack.wire(monkeypatch)
        stack.play(happened)
        stack.fate.kills = {}
        assert stack.queue.dead == []
        return stack


# An example takes a second: what fails is told as it was found.
@settings(
    max_examples=8,
    phases=(Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    history=histories(),
    kills=st.dictionaries(st.integers(0, 120), st.booleans(), min_size=1, max_size=6),
    data=st.data(),
)
def test_f01_f02_f07_crashes_between_any_two_calls_lose_nothing_and_double_no_card(
    client: DynamoDBClient, history: list[events.Event], kills: dict[int, bool], data: st.DataObject
) -> None:
    came = data.draw(st.permutations([*history, *data.draw(st.lists(st.sampled_from(history), max_size=4))]))
    undisturbed, stack = played(client, history, {}), played(client, came, kills)
    assert stack.known() == undisturbed.known()
    assert stack.machines.started == undisturbed.machines.started
    assert stack.live() == undisturbed.live()
    assert len(stack.slack.cards) <= 1 + stack.fate.crashes


@pytest.mark.parametrize("after", [False, True])
def test_f07_a_crash_at_each_call_of_a_release_in_turn(client: DynamoDBClient, *, after: bool) -> None:
    history = [events.pipeline("STARTED"), events.stage("Source", "STARTED"), events.pipeline("FAILED", 9)]
    undisturbed, doubled = played(client, history, {}), defaultdict[int, list[int]](list)
    for number in range(undisturbed.fate.calls):
        stack = played(client, history, {number: after})
        assert stack.live() == undisturbed.live(), number
        assert stack.known() == undisturbed.known(), number
        doubled[len(stack.slack.cards)].append(number)
    assert doubled.keys() == {1, 2}
    # Only one moment doubles it: between Slack's answer and the write of where the card is.
    assert len(doubled[2]) == 1


def test_the_names_of_verifications_are_those_of_the_events(client: DynamoDBClient) -> None:
    history = events.release_with_retry()
    names = {found.name for event in history if (found := parse(event).verification)}
    assert played(client, history, {}).machines.started.keys() == names


def test_a_region_is_taken_back_once_wherever_its_function_dies(
    ledger_table: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same verification asks again, as the state machine does, and so does another one."""
    fate, attempts = Fate({}), itertools.count(1)
    aws_call, act = BaseClient._make_api_call, FakeRollback.act  # type: ignore[attr-defined]
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *given: fate.meet(lambda: aws_call(*given)))
    monkeypatch.setattr(FakeRollback, "act", lambda *given: fate.meet(lambda: act(*given)))

    def crashed(number: int, *, after: bool) -> bool:
        """Whether there was such a call."""
        world, item = World(ledger_table, FakeRollback()), replace(ITEM, attempt=next(attempts))
        monkeypatch.setattr("crosscheck.registry.rollbacks.ROLLBACKS", {"ecs-service": world.service})
        fate.kills, fate.calls, fate.crashes = {number: after}, 0, 0
        with suppress(KilledError):
            world.run(item, "verification-1")
        fate.kills = {}
        answers = [world.run(item, f"verification-{holder}") for holder in (2, 1, 2)]
        assert any("verification" in answer for answer in answers) or not fate.crashes, number
        assert world.service.begun == ["web"], number
        return bool(fate.crashes)

    for after in (False, True):
        assert len(list(itertools.takewhile(lambda number: crashed(number, after=after), itertools.count()))) > 5  # noqa: B023
