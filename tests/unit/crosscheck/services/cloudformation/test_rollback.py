from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import NOTHING_PROVEN, Feasibility, RollbackStarted, SupersededError
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.cloudformation.check import CloudFormationStack
from crosscheck.services.cloudformation.rollback import NO_WAY, CloudFormationRollback
from crosscheck.services.cloudformation.rules import STILL_REMOVED
from tests.fakes.cloudformation import ACCOUNT, FakeCloudFormation
from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledClients

if TYPE_CHECKING:
    from crosscheck.contracts.rollback import RollbackProposal

REGION = "eu-west-1"
NAME = "my-service-infra"
STARTED = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)
BEFORE, DURING = STARTED - timedelta(days=1), STARTED + timedelta(seconds=20)
LATER = STARTED + timedelta(hours=1)
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{NAME}/00000001-0000"
RUN = ActionRun(
    "DeploySecondary", "DeployInfra-EU", "Failed", STARTED.timestamp(), {"ActionMode": "CREATE_UPDATE"}, external=STACK
)
CHECK = PlannedCheck("cloudformation-stack", REGION, {"stack": NAME}, RUN)
STATUSES: list[str] = (
    botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus").metadata["enum"]
)

READY, STUCK, BACK, MOVED_ON = Feasibility.READY, Feasibility.MANUAL, Feasibility.ALREADY_BACK, Feasibility.SUPERSEDED
STANDINGS = {
    "CREATE_IN_PROGRESS": STUCK,
    "CREATE_FAILED": READY,
    "CREATE_COMPLETE": STUCK,
    "ROLLBACK_IN_PROGRESS": BACK,
    "ROLLBACK_FAILED": STUCK,
    "ROLLBACK_COMPLETE": BACK,
    "DELETE_IN_PROGRESS": MOVED_ON,
    "DELETE_FAILED": STUCK,
    "DELETE_COMPLETE": MOVED_ON,
    "UPDATE_IN_PROGRESS": STUCK,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": STUCK,
    "UPDATE_COMPLETE": STUCK,
    "UPDATE_FAILED": READY,
    "UPDATE_ROLLBACK_IN_PROGRESS": BACK,
    "UPDATE_ROLLBACK_FAILED": STUCK,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": BACK,
    "UPDATE_ROLLBACK_COMPLETE": BACK,
    "REVIEW_IN_PROGRESS": STUCK,
    "IMPORT_IN_PROGRESS": STUCK,
    "IMPORT_COMPLETE": STUCK,
    "IMPORT_ROLLBACK_IN_PROGRESS": BACK,
    "IMPORT_ROLLBACK_FAILED": STUCK,
    "IMPORT_ROLLBACK_COMPLETE": BACK,
}
UNTOUCHED = {
    "CREATE_COMPLETE": BACK,
    "UPDATE_COMPLETE": BACK,
    "IMPORT_COMPLETE": BACK,
    "UPDATE_ROLLBACK_COMPLETE": BACK,
    "IMPORT_ROLLBACK_COMPLETE": BACK,
}


@pytest.fixture
def fake() -> FakeCloudFormation:
    return FakeCloudFormation(REGION)


def clients(fake: FakeCloudFormation) -> ModelledClients:
    return ModelledClients({("cloudformation", REGION): fake})


def proven(fake: FakeCloudFormation, at: datetime = BEFORE + timedelta(hours=1)) -> str:
    """The baseline of the stack, seen at that time."""
    return f"{at.timestamp():.3f} {next(reversed(fake.stacks), '')}"


def proposed(fake: FakeCloudFormation, check: PlannedCheck = CHECK, baseline: str | None = None) -> RollbackProposal:
    return CloudFormationRollback().propose(check, proven(fake) if baseline is None else baseline, clients(fake))


def updated(fake: FakeCloudFormation, status: str = "UPDATE_FAILED") -> dict[str, Any]:
    """A stack whose one operation since the action started ended so."""
    stack = fake.stack(NAME, status, BEFORE, DURING)
    fake.happened(stack, BEFORE, "CREATE_IN_PROGRESS")
    fake.happened(stack, BEFORE, "CREATE_COMPLETE")
    fake.happened(stack, DURING, "UPDATE_IN_PROGRESS", why="User Initiated")
    fake.happened(stack, DURING, "UPDATE_IN_PROGRESS", why="Transformation succeeded")
    if not status.endswith("_IN_PROGRESS"):
        fake.happened(stack, DURING + timedelta(seconds=5), status)
    return stack


def test_every_status_of_the_api_has_a_standing() -> None:
    assert set(STANDINGS) == set(STATUSES)


@pytest.mark.parametrize(("seconds", "standing"), [(10, STUCK), (23, STUCK), (25, READY), (60, READY)])
def test_what_failed_once_the_action_had_ended_is_not_surely_its_doing(
    fake: FakeCloudFormation, seconds: int, standing: Feasibility
) -> None:
    """An action that was refused ends at once, and may name the stack of somebody whose own update fails just then."""
    updated(fake)
    ended = replace(RUN, ended=(STARTED + timedelta(seconds=seconds)).timestamp())
    assert proposed(fake, replace(CHECK, run=ended)).feasibility is standing


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_after_an_update_of_this_execution(fake: FakeCloudFormation, status: str) -> None:
    stack = updated(fake, status)
    way = proposed(fake, replace(CHECK, parameters={"stack": stack["StackId"]}))
    assert way.feasibility is STANDINGS[status]
    assert way.reason.startswith(f"{NAME}: {status}: ")
    assert (way.verification is not None) == (way.feasibility in {READY, BACK})


def test_a_stack_that_only_removes_what_it_replaced_takes_no_way_back_yet_and_says_which(
    fake: FakeCloudFormation,
) -> None:
    updated(fake, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    assert proposed(fake).reason == f"{NAME}: UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: {STILL_REMOVED}. {NO_WAY}"


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_of_a_stack_that_this_execution_did_not_change(fake: FakeCloudFormation, status: str) -> None:
    stack = fake.stack(NAME, status, BEFORE)
    way = proposed(fake, replace(CHECK, parameters={"stack": stack["StackId"]}))
    assert way.feasibility is UNTOUCHED.get(status, STUCK)
    assert "not changed by this execution" in way.reason
    if way.verification:
        assert CloudFormationStack().run(way.verification, clients(fake)).verdict is Verdict.PASS


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"])
def test_the_proof_of_a_stack_that_went_back_by_itself_passes(fake: FakeCloudFormation, status: str) -> None:
    updated(fake, status)
    proof = proposed(fake).verification
    assert proof
    assert CloudFormationStack().run(proof, clients(fake)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "end"), [("UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE"), ("CREATE_FAILED", "ROLLBACK_COMPLETE")]
)
def test_a_failed_stack_is_rolled_back_once(fake: FakeCloudFormation, status: str, end: str) -> None:
    stack = updated(fake, status)
    undo, aws = CloudFormationRollback(), clients(fake)
    way = undo.propose(CHECK, proven(fake), aws)
    begun = undo.execute(CHECK, way, proven(fake), aws)
    assert begun.reason == "asked CloudFormation to roll back my-service-infra"
    assert CloudFormationStack().run(begun.verification, aws).verdict is Verdict.PENDING
    assert undo.execute(CHECK, way, proven(fake), aws).reason.endswith("CloudFormation took it back by itself")
    [request] = fake.called("RollbackStack")
    assert request["StackName"] == stack["StackId"]
    stack["StackStatus"] = end
    assert CloudFormationStack().run(begun.verification, aws).verdict is Verdict.PASS


def test_a_stack_that_never_was_stable_is_deleted_and_the_proof_passes(fake: FakeCloudFormation) -> None:
    stack = updated(fake, "CREATE_FAILED")
    begun = CloudFormationRollback().execute(CHECK, proposed(fake), proven(fake), clients(fake))
    stack["StackStatus"] = "DELETE_COMPLETE"
    assert CloudFormationStack().run(begun.verification, clients(fake)).verdict is Verdict.PASS


@pytest.mark.parametrize("baseline", ["", "0.000 arn:aws:cloudformation:eu-west-1:111122223333:stack/other/1"])
def test_a_state_that_was_not_proven_is_only_suggested(fake: FakeCloudFormation, baseline: str) -> None:
    updated(fake)
    way = proposed(fake, baseline=baseline)
    assert way.feasibility is STUCK
    assert way.reason.endswith(NOTHING_PROVEN if not baseline else "this one was made since")


@pytest.mark.parametrize(
    ("between", "ready"), [("UPDATE_COMPLETE", False), ("UPDATE_FAILED", True), ("UPDATE_ROLLBACK_COMPLETE", True)]
)
def test_cloudformation_goes_back_to_what_was_proven_or_not_at_all(
    fake: FakeCloudFormation, between: str, ready: bool
) -> None:
    """An earlier release was left: it was found broken in service, or its update had failed."""
    stack = fake.stack(NAME, "UPDATE_FAILED", BEFORE, DURING)
    for at, status in ((BEFORE, "CREATE_IN_PROGRESS"), (BEFORE, "CREATE_COMPLETE")):
        fake.happened(stack, at, status)
    for minutes, status in ((-60, "UPDATE_IN_PROGRESS"), (-50, between)):
        fake.happened(stack, STARTED + timedelta(minutes=minutes), status)
    fake.happened(stack, DURING, "UPDATE_IN_PROGRESS")
    fake.happened(stack, DURING + timedelta(seconds=5), "UPDATE_FAILED")
    way = proposed(fake)
    assert way.feasibility is (READY if ready else STUCK)
    assert way.reason.endswith("and has not passed") is not ready


@pytest.mark.parametrize(
    ("between", "ready"), [("", True), ("UPDATE_ROLLBACK_COMPLETE", True), ("UPDATE_COMPLETE", False)]
)
def test_what_passed_while_it_removed_what_it_had_replaced_is_proven(
    fake: FakeCloudFormation, between: str, ready: bool
) -> None:
    """That operation ends after the look, in the state that passed. Another one may follow."""
    stack = fake.stack(NAME, "UPDATE_FAILED", BEFORE, DURING)
    fake.happened(stack, BEFORE, "UPDATE_IN_PROGRESS")
    fake.happened(stack, BEFORE + timedelta(minutes=30), "UPDATE_COMPLETE")
    if between:
        fake.happened(stack, STARTED - timedelta(hours=1), "UPDATE_IN_PROGRESS")
        fake.happened(stack, STARTED - timedelta(minutes=50), between)
    fake.happened(stack, DURING, "UPDATE_IN_PROGRESS")
    fake.happened(stack, DURING + timedelta(seconds=5), "UPDATE_FAILED")
    way = proposed(fake, baseline=proven(fake, BEFORE + timedelta(minutes=10)))
    assert way.feasibility is (READY if ready else STUCK)
    assert way.reason.endswith("and has not passed") is not ready


def test_a_way_back_of_its_own_to_what_was_not_proven_is_told(fake: FakeCloudFormation) -> None:
    updated(fake, "UPDATE_ROLLBACK_COMPLETE")
    way = proposed(fake, baseline=proven(fake, BEFORE - timedelta(hours=1)))
    assert way.feasibility is STUCK
    assert "took it back by itself; its last stable state is of " in way.reason
    assert proposed(fake, baseline="").feasibility is BACK


def test_a_request_that_cloudformation_has_already_is_enough(fake: FakeCloudFormation) -> None:
    updated(fake)
    way = proposed(fake)
    fake.refuse("RollbackStack", RefusedError("TokenAlreadyExistsException"))
    assert (
        CloudFormationRollback().execute(CHECK, way, proven(fake), clients(fake)).reason
        == "CloudFormation has this request already"
    )
    CloudFormationRollback().execute(CHECK, way, proven(fake), clients(fake))
    first, second = (call["ClientRequestToken"] for call in fake.called("RollbackStack"))
    assert first == second
    assert first.startswith("crosscheck-")


def test_a_second_operation_has_moved_on_whatever_its_status(fake: FakeCloudFormation) -> None:
    for status in ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED", "UPDATE_COMPLETE"):
        stack = updated(fake, "UPDATE_COMPLETE")
        fake.happened(stack, LATER, "UPDATE_IN_PROGRESS")
        fake.happened(stack, LATER, status)
        stack |= {"StackStatus": status, "LastUpdatedTime": LATER}
        way = proposed(fake, replace(CHECK, run=replace(RUN, external=stack["StackId"])))
        assert way.feasibility is MOVED_ON
        assert way.reason == f"{NAME}: changed again at 2026-03-04T11:00:00Z (update, update), now {status}"


def test_a_stack_that_moved_on_after_the_proposal_is_left_alone(fake: FakeCloudFormation) -> None:
    stack = updated(fake)
    way = proposed(fake)
    fake.happened(stack, LATER, "UPDATE_IN_PROGRESS")
    stack |= {"StackStatus": "UPDATE_IN_PROGRESS", "LastUpdatedTime": LATER}
    with pytest.raises(SupersededError, match="changed again"):
        CloudFormationRollback().execute(CHECK, way, proven(fake), clients(fake))
    assert fake.called("RollbackStack") == []


def test_a_proposal_of_another_moment_is_not_begun(fake: FakeCloudFormation) -> None:
    stack = updated(fake)
    way = proposed(fake)
    stack["LastUpdatedTime"] = DURING + timedelta(seconds=30)
    with pytest.raises(SupersededError):
        CloudFormationRollback().execute(CHECK, way, proven(fake), clients(fake))
    assert fake.called("RollbackStack") == []


def test_a_stack_that_was_made_anew_has_moved_on(fake: FakeCloudFormation) -> None:
    old = updated(fake)
    updated(fake)
    way = proposed(fake, replace(CHECK, run=replace(RUN, external=old["StackId"])))
    assert way.feasibility is MOVED_ON
    assert "made anew" in way.reason


def test_a_stack_that_is_absent_has_moved_on(fake: FakeCloudFormation) -> None:
    assert proposed(fake).feasibility is MOVED_ON


def test_what_an_action_deleted_does_not_come_back(fake: FakeCloudFormation) -> None:
    way = proposed(fake, replace(CHECK, run=replace(RUN, configuration={"ActionMode": "DELETE_ONLY"})))
    assert (way.feasibility, way.reason) == (STUCK, f"{NAME}: a deleted stack does not come back")


@pytest.mark.parametrize("external", ["", "another-service:1"])
def test_a_stack_that_codepipeline_does_not_name_is_left_alone(fake: FakeCloudFormation, external: str) -> None:
    """An action that was refused may name anybody's stack, whose own update fails at the same time."""
    updated(fake)
    way = proposed(fake, replace(CHECK, run=replace(RUN, external=external)))
    assert way.feasibility is STUCK
    assert way.reason.endswith("and CodePipeline does not say that DeployInfra-EU did anything to it")


def test_a_failure_after_the_action_had_succeeded_is_somebody_elses(fake: FakeCloudFormation) -> None:
    updated(fake)
    way = proposed(fake, replace(CHECK, run=replace(RUN, status="Succeeded")))
    assert way.feasibility is MOVED_ON
    assert way.reason == f"{NAME}: UPDATE_FAILED since 2026-03-04T10:00:20Z, and the action had succeeded"


def test_a_failure_long_after_the_start_of_an_action_that_failed_may_be_somebody_elses(
    fake: FakeCloudFormation,
) -> None:
    stack = fake.stack(NAME, "UPDATE_FAILED", BEFORE, LATER)
    fake.happened(stack, LATER, "UPDATE_IN_PROGRESS")
    fake.happened(stack, LATER, "UPDATE_FAILED")
    way = proposed(fake)
    assert way.feasibility is STUCK
    assert "too long after the action's start" in way.reason


def test_a_stack_that_the_action_made_in_place_of_a_failed_one_is_its_own(fake: FakeCloudFormation) -> None:
    stack = fake.stack(NAME, "CREATE_FAILED", LATER)
    fake.happened(stack, LATER, "CREATE_IN_PROGRESS")
    fake.happened(stack, LATER, "CREATE_FAILED")
    run = replace(RUN, configuration={"ActionMode": "REPLACE_ON_FAILURE"}, external=stack["StackId"])
    assert proposed(fake, replace(CHECK, run=run)).feasibility is READY


def test_more_events_than_are_read_prove_nothing(fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosscheck.services.cloudformation.events.PAGES", 1)
    updated(fake)
    fake.page = 2
    way = proposed(fake)
    assert way.feasibility is STUCK
    assert "too many events" in way.reason


def test_a_change_that_the_events_do_not_show_proves_nothing(fake: FakeCloudFormation) -> None:
    fake.stack(NAME, "UPDATE_FAILED", BEFORE, DURING)
    assert proposed(fake).feasibility is STUCK


def test_f17_a_refusal_comes_out(fake: FakeCloudFormation) -> None:
    updated(fake)
    way = proposed(fake)
    fake.refuse("RollbackStack", RefusedError("AccessDenied", status=403))
    with pytest.raises(ClientError, match="AccessDenied"):
        CloudFormationRollback().execute(CHECK, way, proven(fake), clients(fake))


@pytest.mark.parametrize("undone", ["UPDATE_ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS", ""])
@pytest.mark.parametrize("failed_again", [False, True])
def test_operations_that_failed_in_between_are_named_and_nothing_that_the_rollback_does(
    fake: FakeCloudFormation, undone: str, failed_again: bool
) -> None:
    stack = updated(fake)
    way = proposed(fake)
    if failed_again:
        fake.happened(stack, LATER, "UPDATE_IN_PROGRESS")
        fake.happened(stack, LATER, "UPDATE_FAILED")
    if undone:
        fake.happened(stack, LATER + timedelta(minutes=1), undone)
    replaced = CloudFormationRollback().replaced(CHECK, way, RollbackStarted("", way.verified), clients(fake))
    named = f"what somebody else began on {NAME} at 2026-03-04T11:00:00Z: apply that change to {NAME} again"
    assert replaced == (named if failed_again else "")
