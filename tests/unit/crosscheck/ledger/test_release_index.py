"""The indexes in moto, written by the facts of events and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from crosscheck.ledger.execution_facts import ExecutionState, ReportedRun, StageState
from crosscheck.ledger.image_facts import PushedImage
from crosscheck.ledger.release_index import ListedRelease, ReleaseIndex
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.ledger.table import Fact, Ledger
from tests.builders import tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY, NEXT_DAY = "2026-03-04", "2026-03-05"
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp()
FIRST, SECOND, OTHER = (
    Subject("us-east-1", pipeline, f"3f1c2b9a-0000-4000-8000-00000000000{number}")
    for number, pipeline in enumerate(("shop", "shop", "fleet"))
)


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)


@pytest.fixture
def index(ledger_table: DynamoDBClient) -> ReleaseIndex:
    return ReleaseIndex(ledger_table, tables.NAME, 90)


def told(state: State, at: float, started: float | None = None, attempt: int = 1) -> Fact:
    """What an event says of an execution; ``started`` None where it has no start-time."""
    starts = {} if started is None else {attempt: started}
    return ExecutionState(ReportedRun(state, attempt, at, started, starts)).to_fact("event")


def revision(ledger: Ledger, release: Subject) -> int:
    return ledger.read(release)[ExecutionState.name].revision


def close(ledger: Ledger, index: ReleaseIndex, release: Subject) -> bool:
    [listed] = [each for each in index.open_subjects() if each.subject == release]
    return index.close(listed, revision(ledger, release))


def test_an_execution_is_open_from_its_first_event_on(ledger: Ledger, index: ReleaseIndex) -> None:
    ledger.merge(SECOND, told(State.STARTED, NOON + 60, NOON + 60))
    ledger.merge(FIRST, told(State.STARTED, NOON, NOON))
    assert [*index.open_subjects()] == [ListedRelease(FIRST, NOON), ListedRelease(SECOND, NOON + 60)]


def test_the_event_that_it_ended_does_not_close_it_since_another_may_have_been_lost(
    ledger: Ledger, index: ReleaseIndex
) -> None:
    ledger.merge(FIRST, told(State.SUCCEEDED, NOON + 9, NOON))
    assert [*index.open_subjects()] == [ListedRelease(FIRST, NOON)]


def test_a_closed_execution_is_no_longer_open_and_still_of_its_day(ledger: Ledger, index: ReleaseIndex) -> None:
    ledger.merge(FIRST, told(State.SUCCEEDED, NOON + 9, NOON))
    assert close(ledger, index, FIRST)
    assert not [*index.open_subjects()]
    assert index.of_day(DAY) == (ListedRelease(FIRST, NOON),)


def test_a_retry_opens_it_again(ledger: Ledger, index: ReleaseIndex) -> None:
    ledger.merge(FIRST, told(State.FAILED, NOON + 9, NOON))
    close(ledger, index, FIRST)
    ledger.merge(FIRST, told(State.RESUMED, NOON + 90, attempt=2))
    assert [*index.open_subjects()] == [ListedRelease(FIRST, NOON)]


def test_f01_a_repeated_event_does_not_open_it_again(ledger: Ledger, index: ReleaseIndex) -> None:
    ended = told(State.SUCCEEDED, NOON + 9, NOON)
    ledger.merge(FIRST, ended)
    close(ledger, index, FIRST)
    assert not ledger.merge(FIRST, ended)
    assert not [*index.open_subjects()]


def test_it_is_not_closed_where_something_new_is_known_since(ledger: Ledger, index: ReleaseIndex) -> None:
    ledger.merge(FIRST, told(State.FAILED, NOON + 9, NOON))
    seen = revision(ledger, FIRST)
    ledger.merge(FIRST, told(State.RESUMED, NOON + 90, attempt=2))
    assert not index.close(ListedRelease(FIRST, NOON), seen)
    assert [each.subject for each in index.open_subjects()] == [FIRST]


@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_f02_the_earliest_start_counts_in_whatever_order_events_arrive(order: tuple[int, ...]) -> None:
    midnight = datetime(2026, 3, 5, tzinfo=UTC).timestamp()
    facts = (
        told(State.STARTED, midnight - 5, midnight - 5),
        told(State.FAILED, midnight + 5, midnight - 5),
        told(State.RESUMED, midnight + 60, attempt=2),
        told(State.SUCCEEDED, midnight + 90, midnight + 60, attempt=2),
    )
    with mock_aws():
        client = tables.create_ledger_table()
        ledger, index = Ledger(client, tables.NAME, 90), ReleaseIndex(client, tables.NAME, 90)
        for each in order:
            ledger.merge(FIRST, facts[each])
        assert index.of_day(DAY) == (ListedRelease(FIRST, midnight - 5),)
        assert not index.of_day(NEXT_DAY)


def test_f03_a_late_start_moves_a_closed_execution_to_the_day_on_which_it_began(
    ledger: Ledger, index: ReleaseIndex
) -> None:
    midnight = datetime(2026, 3, 5, tzinfo=UTC).timestamp()
    ledger.merge(FIRST, told(State.SUCCEEDED, midnight + 9))
    close(ledger, index, FIRST)
    assert index.of_day(NEXT_DAY) == (ListedRelease(FIRST, midnight + 9),)
    ledger.merge(FIRST, told(State.STARTED, midnight - 5, midnight - 5))
    close(ledger, index, FIRST)
    assert not index.of_day(NEXT_DAY)
    assert index.of_day(DAY) == (ListedRelease(FIRST, midnight - 5),)


def test_a_day_has_open_and_closed_executions_of_all_pipelines_the_newest_first(
    ledger: Ledger, index: ReleaseIndex
) -> None:
    ledger.merge(FIRST, told(State.SUCCEEDED, NOON + 9, NOON))
    ledger.merge(OTHER, told(State.STARTED, NOON + 30, NOON + 30))
    ledger.merge(SECOND, told(State.STARTED, NOON + 86_400, NOON + 86_400))
    close(ledger, index, FIRST)
    assert index.of_day(DAY) == (ListedRelease(OTHER, NOON + 30), ListedRelease(FIRST, NOON))
    assert index.of_day(NEXT_DAY) == (ListedRelease(SECOND, NOON + 86_400),)
    assert index.of_day("2026-03-03") == ()


def test_a_pipelines_executions_are_its_own_the_newest_first(ledger: Ledger, index: ReleaseIndex) -> None:
    ledger.merge(FIRST, told(State.SUCCEEDED, NOON + 9, NOON))
    ledger.merge(SECOND, told(State.STARTED, NOON + 60, NOON + 60))
    ledger.merge(OTHER, told(State.STARTED, NOON, NOON))
    close(ledger, index, FIRST)
    assert [*index.executions("us-east-1", "shop")] == [ListedRelease(SECOND, NOON + 60), ListedRelease(FIRST, NOON)]
    assert not [*index.executions("eu-west-1", "shop")]


def test_other_facts_and_other_subjects_are_not_listed(ledger: Ledger, index: ReleaseIndex) -> None:
    ledger.merge(FIRST, StageState("Deploy", ReportedRun(State.STARTED, 1, NOON, NOON, {1: NOON})).to_fact("event"))
    image = ImageSubject("us-east-1", "shop", f"sha256:{'a' * 64}")
    ledger.merge(image, PushedImage(NOON, {"1": NOON}).to_fact("event"))
    assert not [*index.open_subjects()]
    assert index.of_day(DAY) == ()


def test_every_page_is_read(ledger: Ledger, index: ReleaseIndex) -> None:
    """DynamoDB's pages have 1 MB: ten thousand releases of a day are several."""
    pipeline = "p" * 100
    releases = [Subject("us-east-1", pipeline, f"{number:036d}") for number in range(30)]
    for release in releases:
        ledger.merge(release, told(State.STARTED, NOON, NOON))
    asked: list[str] = []

    def in_small_pages(params: dict[str, object], **_: object) -> None:
        params["Limit"] = 7
        asked.append(str(params["IndexName"]))

    index.client.meta.events.register("provide-client-params.dynamodb.Query", in_small_pages)
    assert {each.subject for each in index.of_day(DAY)} == {*releases}
    assert len(asked) > 30 / 7
