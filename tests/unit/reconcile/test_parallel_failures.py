"""Actions of one run order do not start at the same moment, and one of them may have failed before the next starts."""

from __future__ import annotations

from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Record
from reconcile.lost_events import lost_events
from reconcile.reported import ReportedAction, ReportedExecution, with_attempts
from tests.builders import events
from tests.builders.changes import parse

SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)
BEGAN = events.BEGAN.timestamp()
RUNS = (
    ReportedAction("Deploy", "One", "run-one", State.FAILED, BEGAN + 3.10, BEGAN + 3.45),
    ReportedAction("Deploy", "Two", "run-two", State.STARTED, BEGAN + 3.52, BEGAN + 3.52),
)


def test_what_events_told_prevails_where_it_is_less_as_well() -> None:
    told = {"run-one": 1, "run-two": 1}
    assert [(action.id, attempt) for action, attempt in with_attempts(RUNS, told)] == [("run-one", 1), ("run-two", 1)]


def test_nobody_is_told_of_a_retry_that_no_event_told() -> None:
    happened = (
        events.pipeline("STARTED"),
        events.stage("Deploy", "STARTED", 2),
        events.action("Deploy", "One", "STARTED", 3, more={"action-execution-id": "run-one"}),
        events.action("Deploy", "One", "FAILED", 3, more={"action-execution-id": "run-one"}),
        events.action("Deploy", "Two", "STARTED", 3, more={"action-execution-id": "run-two"}),
    )
    records: dict[str, Record] = {}
    for event in happened:
        fact = parse(event).fact
        records[fact.name] = Record(fact.name, 1, fact.latest, fact.once)
    execution = ReportedExecution(events.EXECUTION, State.STARTED, BEGAN, BEGAN + 4)
    lost = lost_events(SUBJECT, execution, RUNS, {"Deploy": State.STARTED}, KnownFacts(records))
    assert [each.body["detail"] for each in lost] == []
