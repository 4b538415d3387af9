"""A function that dies between two of its three writes; SQS delivers the event again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from record_events.recorder import EventRecorder
from tests.builders import events, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

    from crosscheck.events.verifications import Verification
    from crosscheck.ledger.card_queue import CardQueue
    from crosscheck.ledger.subjects import LedgerKey
    from record_events.verifications import Verifications

SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)


class KilledError(Exception):
    """The function's end."""


@dataclass
class Outside:
    """The cards' queue and the state machine; ``dies`` names the one that is asked when the function ends."""

    dies: str = ""
    causes: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)

    def changed(self, _subject: LedgerKey, cause: str) -> None:
        if self.dies == "changed":
            raise KilledError
        self.causes.add(cause)

    def start(self, verification: Verification) -> None:
        if self.dies == "start":
            raise KilledError
        self.started.add(verification.name)


@pytest.fixture
def record(ledger_table: DynamoDBClient) -> Callable[[Outside, events.Event], int]:
    ledger = Ledger(ledger_table, tables.NAME, 90)

    def deliver(outside: Outside, event: events.Event) -> int:
        """Deliver an event; the version of its subject."""
        EventRecorder(ledger, cast("CardQueue", outside), cast("Verifications", outside)).record(event)
        return KnownFacts(ledger.read(SUBJECT)).version

    return deliver


@pytest.mark.parametrize("dies", ["changed", "start"])
def test_what_a_dead_function_did_not_get_to_is_done_when_the_event_comes_again(
    record: Callable[[Outside, events.Event], int], dies: str
) -> None:
    outside, event = Outside(dies), events.stage("Deploy", "SUCCEEDED", 30)
    with pytest.raises(KilledError):
        record(outside, event)
    assert not outside.started
    outside.dies = ""
    assert record(outside, event) == 1  # the ledger had it already
    assert outside.causes == {f"event {event['id']}"}
    assert len(outside.started) == 1


def test_f04_a_late_event_is_told_and_verified_although_the_ledger_knows_more(
    record: Callable[[Outside, events.Event], int],
) -> None:
    outside = Outside()
    record(outside, events.pipeline("SUCCEEDED", 60))
    assert record(outside, events.pipeline("STARTED", 0)) == 3  # its start is still news, and that it began earlier
    assert outside.started == {f"{events.EXECUTION}-preflight"}
