"""Whichever events of a release are lost: what is delivered in their place gives the same ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from reconcile.lost_events import lost_events
from reconcile.pipeline_reader import PipelineReader
from tests.builders import events, tables
from tests.builders.changes import parse
from tests.fakes.codepipeline_history import FakeHistory, with_ids
from tests.fakes.json_protocol import FakeClients

if TYPE_CHECKING:
    from crosscheck.ledger.execution_facts import ReportedRun

HAPPENED = with_ids(events.release_with_retry())
SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)

type Known = dict[str, tuple[str, int]]


def heard(ledger: Ledger) -> Known:
    """State and attempt of everything that is known of the release."""
    known = KnownFacts(ledger.read(SUBJECT))

    def said(run: ReportedRun) -> tuple[str, int]:
        return ("going on" if not run.state.terminal else run.state.value, run.attempt)

    return {
        **({"pipeline": said(known.execution.run)} if known.execution else {}),
        **{stage: said(each.run) for stage, each in known.stages.items()},
        **{f"{each.stage}/{each.action}": said(each.run) for each in known.actions},
    }


def verifications(happened: list[events.Event]) -> set[str]:
    """The stages of which it is verified how they ended, each with its attempt."""
    return {found.name for event in happened if (found := parse(event).verification)}


def delivered(happened: list[events.Event]) -> tuple[Known, set[str]]:
    with mock_aws():
        ledger = Ledger(tables.create_ledger_table(), tables.NAME, 90)
        for event in happened:
            ledger.merge(SUBJECT, parse(event).fact)
        return heard(ledger), verifications(happened)


def reconciled(
    happened: list[events.Event], lost: set[int], *, parallel: bool
) -> tuple[Known, set[str], list[events.Event]]:
    """What is known after one run, what is verified, and what a second run would tell."""
    with mock_aws():
        ledger = Ledger(tables.create_ledger_table(), tables.NAME, 90)
        came = [event for number, event in enumerate(happened) if number not in lost]
        for event in came:
            ledger.merge(SUBJECT, parse(event).fact)
        fake = FakeHistory(happened)
        fake.parallel = parallel
        reader = PipelineReader(FakeClients({("codepipeline", "us-east-1"): fake}))

        def missing() -> list[events.Event]:
            execution = reader.newest(SUBJECT.region, SUBJECT.pipeline)[SUBJECT.execution]
            actions = reader.actions(SUBJECT)
            known = KnownFacts(ledger.read(SUBJECT))
            found = lost_events(SUBJECT, execution, actions, reader.stages(SUBJECT), known)
            return [dict(each.body) for each in found]

        told = missing()
        for event in told:
            ledger.merge(SUBJECT, parse(event).fact)
        return heard(ledger), verifications([*came, *told]), missing()


FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@FEW
@given(
    moment=st.integers(1, len(HAPPENED)),
    lost=st.sets(st.integers(0, len(HAPPENED) - 1)),
    parallel=st.booleans(),
)
def test_f03_whatever_was_lost_is_known_after_one_run(moment: int, lost: set[int], parallel: bool) -> None:
    """Halfway, a start of which the API knows nothing yet (a stage, before its first action) may stay unknown."""
    happened = HAPPENED[:moment]
    known, _, more = reconciled(happened, lost, parallel=parallel)
    whole, _ = delivered(happened)
    unseen = {place for place in whole.keys() - known.keys() if whole[place][0] == "going on"}
    behind = {place for place in known if whole[place] != known[place]}
    assert unseen <= {"Source", "Deploy"} | ({"pipeline"} if moment == 1 else set())
    assert all(whole[place][0] == "going on" or (parallel and place in {"Source", "Deploy"}) for place in behind)
    assert not more


@FEW
@given(lost=st.sets(st.integers(0, len(HAPPENED) - 1)), parallel=st.booleans())
def test_f03_an_ended_release_is_known_and_its_stages_are_verified(lost: set[int], parallel: bool) -> None:
    known, verified, more = reconciled(HAPPENED, lost, parallel=parallel)
    whole, all_of_them = delivered(HAPPENED)
    assert known == whole
    # What an attempt came to that was retried since, and whether anything would break it, nobody has to know any more.
    first, preflight = {name for name in all_of_them if name.endswith("-1")}, {n for n in all_of_them if "pre" in n}
    source = {name for name in first if name == parse(HAPPENED[4]).verification.name}  # type: ignore[union-attr]
    assert all_of_them - (first - source) - preflight <= verified <= all_of_them
    assert not more


@pytest.mark.parametrize("moment", [1, 5, 12, 15, len(HAPPENED)])
def test_f03_nothing_is_told_where_no_event_was_lost(moment: int) -> None:
    whole, _ = delivered(HAPPENED[:moment])
    known, _, more = reconciled(HAPPENED[:moment], set(), parallel=False)
    assert known == whole
    assert not more
