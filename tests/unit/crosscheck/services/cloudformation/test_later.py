"""Whose doing a stack's state is: the action's own operation is told from later ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.cloudformation import events as cloudformation_events
from crosscheck.services.cloudformation.check import CloudFormationStack
from tests.fakes.cloudformation import FakeCloudFormation
from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledClients

if TYPE_CHECKING:
    from crosscheck.contracts.verdicts import Finding

REGION, NAME = "eu-west-1", "shop"
STARTED = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)
BEFORE, DURING, ENDED = STARTED - timedelta(days=1), STARTED + timedelta(seconds=20), STARTED + timedelta(minutes=2)
LATER = STARTED + timedelta(minutes=3)
SECOND = timedelta(seconds=1)
RUN = ActionRun("Deploy", "Stack", "Succeeded", STARTED.timestamp(), {"ActionMode": "CREATE_UPDATE"})
TIMED = replace(RUN, ended=ENDED.timestamp())
RUNS = pytest.mark.parametrize("run", [TIMED, RUN], ids=["timed", "of no known end"])
PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


@pytest.fixture
def fake() -> FakeCloudFormation:
    return FakeCloudFormation(REGION)


def looked(fake: FakeCloudFormation, run: ActionRun | None) -> Finding:
    check = PlannedCheck("cloudformation-stack", REGION, {"stack": NAME}, run)
    return CloudFormationStack().run(check, ModelledClients({("cloudformation", REGION): fake}))


def operations(fake: FakeCloudFormation, *each: tuple[datetime, str, str], status: str = "") -> dict[str, object]:
    """A stack that was made before, and operations on it: when each began, what began, and how it ended."""
    stack = fake.stack(NAME, status or each[-1][2], BEFORE, each[-1][0])
    fake.happened(stack, BEFORE, "CREATE_IN_PROGRESS")
    fake.happened(stack, BEFORE, "CREATE_COMPLETE")
    for at, begun, ended in each:
        fake.happened(stack, at, begun)
        if "ROLLBACK" in ended:
            fake.happened(stack, at + 2 * SECOND, "UPDATE_FAILED", "Queue", "of the operation that began then")
            fake.happened(stack, at + 3 * SECOND, "UPDATE_ROLLBACK_IN_PROGRESS")
        if not ended.endswith("IN_PROGRESS"):
            fake.happened(stack, at + 5 * SECOND, ended)
    return stack


GOOD = (DURING, "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")


@RUNS
@pytest.mark.parametrize(
    "ended", ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_FAILED"]
)
def test_f04_however_a_later_operation_ends_the_stack_gave_way(
    fake: FakeCloudFormation, run: ActionRun, ended: str
) -> None:
    operations(fake, GOOD, (LATER, "UPDATE_IN_PROGRESS", ended))
    finding = looked(fake, run)
    assert (finding.verdict, finding.moved_on) == (UNKNOWN, True)
    assert finding.reason == f"shop: changed again at 2026-03-04T10:03:00Z (update), now {ended}"
    assert finding.baselines == {}


def test_f04_a_later_operation_on_a_stack_that_needed_no_change(fake: FakeCloudFormation) -> None:
    operations(fake, (LATER, "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"))
    assert looked(fake, TIMED).moved_on


def test_the_actions_own_operation_is_no_later_one_and_costs_no_call(fake: FakeCloudFormation) -> None:
    operations(fake, GOOD)
    assert (looked(fake, TIMED).verdict, looked(fake, TIMED).moved_on) == (PASS, False)
    assert fake.called("DescribeStackEvents") == []
    assert (looked(fake, RUN).verdict, looked(fake, RUN).moved_on) == (PASS, False)


@RUNS
def test_what_the_actions_own_operation_did_is_failed_with_its_cause(fake: FakeCloudFormation, run: ActionRun) -> None:
    operations(fake, (DURING, "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"))
    finding = looked(fake, run)
    assert (finding.verdict, finding.moved_on) == (FAIL, False)
    assert "first failure: Queue" in finding.reason


@RUNS
def test_what_failed_by_itself_stays_failed_whatever_came_later(fake: FakeCloudFormation, run: ActionRun) -> None:
    operations(fake, (DURING, "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"), (LATER, *GOOD[1:]))
    finding = looked(fake, run)
    assert (finding.verdict, finding.moved_on) == (FAIL, False)
    assert finding.reason == (
        "shop: UPDATE_ROLLBACK_COMPLETE: the stack went back; "
        "then changed again at 2026-03-04T10:03:00Z (update), now UPDATE_COMPLETE"
    )


def test_a_stack_that_somebody_deletes_leaves_nothing_that_came_later(fake: FakeCloudFormation) -> None:
    operations(fake, GOOD, (LATER, "DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS"))
    assert (looked(fake, TIMED).verdict, looked(fake, TIMED).moved_on) == (Verdict.PENDING, False)


def test_f17_without_events_the_time_of_the_last_update_tells(fake: FakeCloudFormation) -> None:
    operations(fake, GOOD, (LATER, "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"))
    fake.refuse("DescribeStackEvents", RefusedError("AccessDenied", status=403))
    finding = looked(fake, TIMED)
    assert (finding.verdict, finding.moved_on) == (UNKNOWN, True)
    assert finding.reason == "shop: changed again at 2026-03-04T10:03:00Z, now UPDATE_ROLLBACK_COMPLETE"


def test_more_events_than_are_read_say_as_much_as_they_hold(
    fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudformation_events, "PAGES", 1)
    operations(fake, GOOD, (LATER, "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"))
    fake.page = 5
    assert looked(fake, TIMED).moved_on
    fake.page = 2
    assert looked(fake, TIMED).moved_on


def test_a_check_that_was_asked_for_proves_whatever_is_there(fake: FakeCloudFormation) -> None:
    operations(fake, GOOD, (LATER, *GOOD[1:]))
    assert (looked(fake, None).verdict, looked(fake, None).moved_on) == (PASS, False)
