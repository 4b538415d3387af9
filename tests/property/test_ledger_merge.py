"""Any order and any repetition of a release's events gives the same ledger and the same card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from crosscheck.cards.release import render
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.execution_facts import Outline, OutlineAction, OutlineStage
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.verdict_facts import JudgeVerdict, PreflightSeen
from crosscheck.releases.fold import fold
from tests.builders import events, tables
from tests.builders.changes import parse
from tests.builders.histories import histories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from crosscheck.ledger.table import Fact
    from crosscheck.releases.model import Release

EVENTS = events.release_with_retry()
SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)


def _fact(event: events.Event) -> Fact:
    return parse(event).fact


def _verified() -> list[Fact]:
    """A release without a gate whose second region fails after the pipeline has ended, and is rolled back."""
    began = events.BEGAN.timestamp()
    actions = {"One": "us-east-1", "Two": "eu-west-1"}
    listed = tuple(OutlineAction(name, "Deploy", "ECS", region) for name, region in actions.items())
    verdicts = [
        JudgeVerdict(
            "Deploy",
            judge(region, [Finding("ecs-service", "app", verdict, f"look {look}")]),
            began + 10 + look,
            final=look == 3,
            look=look,
        ).to_fact(began + 10)
        for look in (1, 2, 3)
        for region, verdict in (("us-east-1", Verdict.PASS), ("eu-west-1", Verdict.FAIL))
    ]
    missing = judge("eu-west-1", [Finding("store", "bucket", Verdict.FAIL, "no key")])
    return [
        _fact(events.pipeline("STARTED", 0)),
        Outline(1, (OutlineStage("Deploy", listed),)).to_fact(began),
        *(_fact(events.action("Deploy", name, "SUCCEEDED", 9, region=region)) for name, region in actions.items()),
        _fact(events.stage("Deploy", "SUCCEEDED", 9)),
        _fact(events.pipeline("SUCCEEDED", 9)),
        *verdicts,
        PreflightSeen(missing, began).to_fact(),
        *(
            RollbackProgress("Deploy", "eu-west-1", 1, state, state.value, began + second, "app:6").to_fact()
            for second, state in ((14, RollbackState.RUNNING), (20, RollbackState.DONE))
        ),
    ]


def _merged(client: DynamoDBClient, delivered: list[Fact]) -> Release:
    ledger = tables.new_ledger(client)
    for fact in delivered:
        ledger.merge(SUBJECT, fact)
    return fold(SUBJECT, KnownFacts(ledger.read(SUBJECT)))


def _release(client: DynamoDBClient, delivered: list[events.Event]) -> Release:
    return _merged(client, [_fact(event) for event in delivered])


@pytest.fixture(scope="module")
def client() -> Iterator[DynamoDBClient]:
    with mock_aws():
        yield boto3.client("dynamodb", region_name="us-east-1")


@pytest.fixture(scope="module")
def in_order(client: DynamoDBClient) -> Release:
    return _release(client, EVENTS)


def _content(release: Release) -> Any:
    return render(release).digest


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(EVENTS), repeated=st.lists(st.sampled_from(EVENTS), max_size=8))
def test_f01_f02_any_order_and_repetition_gives_the_same_card(
    client: DynamoDBClient, in_order: Release, order: list[events.Event], repeated: list[events.Event]
) -> None:
    shuffled = _release(client, [*order, *repeated])
    assert shuffled.stages == in_order.stages
    assert shuffled.regions == in_order.regions
    assert shuffled.failures == in_order.failures
    assert _content(shuffled) == _content(in_order)


def _known(client: DynamoDBClient, delivered: list[events.Event]) -> tuple[Any, Any]:
    """What is known, and what the card shows of it."""
    ledger = tables.new_ledger(client)
    for event in delivered:
        ledger.merge(SUBJECT, _fact(event))
    records = ledger.read(SUBJECT)
    shown = _content(fold(SUBJECT, KnownFacts(records)))
    return {name: (record.latest, record.once) for name, record in records.items()}, shown


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(history=histories(), data=st.data())
def test_f01_f02_f03_whatever_comes_of_any_history_gives_the_same_ledger_and_card_in_any_order(
    client: DynamoDBClient, history: list[events.Event], data: st.DataObject
) -> None:
    """Retries, RESUMED, SUPERSEDED, STOPPING and rollback executions among them."""
    lost = data.draw(st.sets(st.integers(1, len(history) - 1), max_size=len(history) // 2))
    came = [event for number, event in enumerate(history) if number not in lost]
    repeated = data.draw(st.lists(st.sampled_from(came), max_size=8))
    order = data.draw(st.permutations([*came, *repeated]))
    assert _known(client, order) == _known(client, came)


def test_the_release_of_the_example(in_order: Release) -> None:
    assert in_order.state == "SUCCEEDED"
    assert in_order.attempt == 2
    assert in_order.seconds == 25
    assert not in_order.failures
    assert [(stage.name, stage.state) for stage in in_order.stages] == [
        ("Source", "SUCCEEDED"),
        ("Deploy", "SUCCEEDED"),
    ]


VERIFIED = _verified()


@pytest.fixture(scope="module")
def verified(client: DynamoDBClient) -> Release:
    return _merged(client, VERIFIED)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(VERIFIED), repeated=st.lists(st.sampled_from(VERIFIED), max_size=8))
def test_f01_f02_any_order_of_verdicts_and_rollbacks_gives_the_same_card(
    client: DynamoDBClient, verified: Release, order: list[Fact], repeated: list[Fact]
) -> None:
    shuffled = _merged(client, [*order, *repeated])
    assert shuffled.regions == verified.regions
    assert shuffled.preflight == verified.preflight
    assert _content(shuffled) == _content(verified)


def test_the_release_that_was_rolled_back(verified: Release) -> None:
    assert [(part.region, part.state, part.reason, part.follow_up) for part in verified.regions] == [
        ("us-east-1", "passed", "look 3", ""),
        ("eu-west-1", "rolled_back", "done", "was: look 3"),
    ]
    assert [concern.text for concern in verified.preflight] == ["no key"]
