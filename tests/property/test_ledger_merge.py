"""Any order and any repetition of a release's events gives the same ledger and the same card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from crosscheck.cards import render
from crosscheck.ledger import Ledger
from crosscheck.releases import fold
from crosscheck.subjects import Subject
from tests.builders import events, tables
from tests.builders.changes import parse

if TYPE_CHECKING:
    from crosscheck.releases.model import Release

EVENTS = events.release_with_retry()
SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)


def _release(delivered: list[events.Event]) -> Release:
    with mock_aws():
        ledger = Ledger(tables.create_ledger_table(), tables.NAME, retention_days=90)
        for event in delivered:
            change = parse(event)
            ledger.merge(change.subject, change.fact)
        return fold(SUBJECT, ledger.read(SUBJECT))


@pytest.fixture(scope="module")
def in_order() -> Release:
    return _release(EVENTS)


def _content(release: Release) -> Any:
    return render(release).digest


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(EVENTS), repeated=st.lists(st.sampled_from(EVENTS), max_size=8))
def test_f01_f02_any_order_and_repetition_gives_the_same_card(
    in_order: Release, order: list[events.Event], repeated: list[events.Event]
) -> None:
    shuffled = _release([*order, *repeated])
    assert shuffled.stages == in_order.stages
    assert shuffled.regions == in_order.regions
    assert shuffled.failures == in_order.failures
    assert _content(shuffled) == _content(in_order)


def test_the_release_of_the_example(in_order: Release) -> None:
    assert in_order.state == "SUCCEEDED"
    assert in_order.attempt == 2
    assert in_order.seconds == 25
    assert not in_order.failures
    assert [(stage.name, stage.state) for stage in in_order.stages] == [
        ("Source", "SUCCEEDED"),
        ("Deploy", "SUCCEEDED"),
    ]
