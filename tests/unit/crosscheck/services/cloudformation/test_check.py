from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.cloudformation import events as cloudformation_events
from crosscheck.services.cloudformation.check import CloudFormationStack
from crosscheck.services.cloudformation.rules import STILL_REMOVED
from crosscheck.services.cloudformation.stack import PHASES
from tests.fakes.cloudformation import FakeCloudFormation
from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledClients

if TYPE_CHECKING:
    from crosscheck.contracts.verdicts import Finding

REGION = "eu-west-1"
NAME = "my-service-infra"
STARTED = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)
BEFORE, DURING = STARTED - timedelta(days=1), STARTED + timedelta(seconds=20)
CONFIGURATION = {"ActionMode": "CREATE_UPDATE", "StackName": NAME}
RUN = ActionRun("DeploySecondary", "DeployInfra-EU", "Succeeded", STARTED.timestamp(), CONFIGURATION)
CHECK = PlannedCheck("cloudformation-stack", REGION, {"stack": NAME}, RUN)
ASKED = replace(CHECK, run=None)
STATUSES: list[str] = (
    botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus").metadata["enum"]
)

PASS, FAIL, PENDING, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.PENDING, Verdict.INCONCLUSIVE
# After an update of this execution: what is meant to be deployed, and what is meant to be rolled back.
VERDICTS = {
    "CREATE_IN_PROGRESS": (PENDING, PENDING),
    "CREATE_FAILED": (FAIL, PENDING),
    "CREATE_COMPLETE": (PASS, FAIL),
    "ROLLBACK_IN_PROGRESS": (PENDING, PENDING),
    "ROLLBACK_FAILED": (FAIL, FAIL),
    "ROLLBACK_COMPLETE": (FAIL, PASS),
    "DELETE_IN_PROGRESS": (PENDING, PENDING),
    "DELETE_FAILED": (FAIL, FAIL),
    "DELETE_COMPLETE": (FAIL, PASS),
    "UPDATE_IN_PROGRESS": (PENDING, PENDING),
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": (PASS, PENDING),
    "UPDATE_COMPLETE": (PASS, FAIL),
    "UPDATE_FAILED": (FAIL, PENDING),
    "UPDATE_ROLLBACK_IN_PROGRESS": (PENDING, PENDING),
    "UPDATE_ROLLBACK_FAILED": (FAIL, FAIL),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": (PENDING, PENDING),
    "UPDATE_ROLLBACK_COMPLETE": (FAIL, PASS),
    "REVIEW_IN_PROGRESS": (INCONCLUSIVE, INCONCLUSIVE),
    "IMPORT_IN_PROGRESS": (PENDING, PENDING),
    "IMPORT_COMPLETE": (PASS, FAIL),
    "IMPORT_ROLLBACK_IN_PROGRESS": (PENDING, PENDING),
    "IMPORT_ROLLBACK_FAILED": (FAIL, FAIL),
    "IMPORT_ROLLBACK_COMPLETE": (FAIL, PASS),
}


def looked(fake: FakeCloudFormation, check: PlannedCheck = CHECK) -> Finding:
    return CloudFormationStack().run(check, ModelledClients({("cloudformation", REGION): fake}))


@pytest.fixture
def fake() -> FakeCloudFormation:
    return FakeCloudFormation(REGION)


def failed_update(fake: FakeCloudFormation, status: str = "UPDATE_ROLLBACK_COMPLETE") -> dict[str, Any]:
    """An update in which one resource failed, others were cancelled for it, and CloudFormation went back."""
    stack = fake.stack(NAME, status, BEFORE, DURING)
    fake.happened(stack, BEFORE, "CREATE_IN_PROGRESS", why="User Initiated")
    fake.happened(stack, BEFORE, "CREATE_FAILED", "Forgotten", "a failure of another day")
    fake.happened(stack, BEFORE, "CREATE_COMPLETE")
    fake.happened(stack, DURING, "UPDATE_IN_PROGRESS", why="User Initiated")
    fake.happened(stack, DURING, "UPDATE_IN_PROGRESS", why="Transformation succeeded")
    fake.happened(stack, DURING + timedelta(seconds=2), "UPDATE_FAILED", "Images", "Bucket already\nexists")
    for number in range(3):
        at = DURING + timedelta(seconds=3)
        fake.happened(stack, at, "CREATE_FAILED", f"Other{number}", "Resource creation cancelled")
    fake.happened(stack, DURING + timedelta(seconds=4), "UPDATE_ROLLBACK_IN_PROGRESS", why="The following failed")
    fake.happened(stack, DURING + timedelta(seconds=9), status)
    return stack


def test_every_status_of_the_api_is_told_apart() -> None:
    assert set(PHASES) == set(STATUSES) == set(VERDICTS)


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_after_an_update_of_this_execution(fake: FakeCloudFormation, status: str) -> None:
    stack = fake.stack(NAME, status, BEFORE, DURING)
    by_arn = {"stack": stack["StackId"]}
    deployed = looked(fake, replace(CHECK, parameters=by_arn))
    back = looked(fake, replace(ASKED, parameters=by_arn | {"status": "rolled_back"}))
    assert (deployed.verdict, back.verdict) == VERDICTS[status]
    assert looked(fake, replace(ASKED, parameters=by_arn)).verdict is VERDICTS[status][0]
    assert deployed.values["status"] == status
    assert status in deployed.reason or status == "DELETE_COMPLETE"


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_of_a_stack_that_is_meant_to_be_deleted(fake: FakeCloudFormation, status: str) -> None:
    stack = fake.stack(NAME, status, BEFORE, DURING)
    run = replace(RUN, configuration=CONFIGURATION | {"ActionMode": "DELETE_ONLY"}, external=stack["StackId"])
    expected = {"DELETE_COMPLETE": PASS, "DELETE_IN_PROGRESS": PENDING}.get(status, FAIL)
    assert looked(fake, replace(CHECK, run=run)).verdict is expected
    by_arn = {"stack": stack["StackId"]}
    assert looked(fake, replace(CHECK, run=run, parameters=by_arn)).verdict is expected


def test_a_stack_that_only_removes_what_it_replaced_is_deployed_and_says_so(fake: FakeCloudFormation) -> None:
    """A database takes longer to delete than a deadline, and what cannot be deleted is left after three tries:
    https://repost.aws/knowledge-center/cloudformation-stack-cleanup-stuck"""
    stack = fake.stack(NAME, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", BEFORE, DURING)
    finding = looked(fake)
    assert (finding.verdict, finding.reason) == (PASS, f"{NAME}: UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    assert finding.warning == f"{NAME}: {STILL_REMOVED}"
    stack["StackStatus"] = "UPDATE_COMPLETE"
    assert looked(fake).warning == ""


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"])
def test_a_stack_that_does_not_go_back_any_more_is_a_state_to_go_back_to(fake: FakeCloudFormation, status: str) -> None:
    """The state is of the moment before the stack is read: what begins meanwhile comes later."""
    stack = fake.stack(NAME, status, BEFORE, DURING)
    clock = itertools.count(1000)
    finding = CloudFormationStack(lambda: float(next(clock))).run(
        CHECK, ModelledClients({("cloudformation", REGION): fake})
    )
    assert list(finding.baselines.values()) == [f"1000.000 {stack['StackId']}"]


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"])
def test_a_stack_on_its_way_is_no_state_to_go_back_to(fake: FakeCloudFormation, status: str) -> None:
    fake.stack(NAME, status, BEFORE, DURING)
    assert looked(fake).baselines == {}


def test_a_nested_stack_that_keeps_what_it_replaced_may_be_taken_back_by_its_parent(fake: FakeCloudFormation) -> None:
    stack = fake.stack(NAME, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", BEFORE, DURING)
    stack["ParentId"] = stack["StackId"].replace(NAME, "parent")
    finding = looked(fake)
    assert (finding.verdict, finding.warning) == (PENDING, "")


def test_a_stack_is_not_back_before_what_the_failed_update_had_made_is_removed(fake: FakeCloudFormation) -> None:
    fake.stack(NAME, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", BEFORE, DURING)
    back = looked(fake, replace(ASKED, parameters={"stack": NAME, "status": "rolled_back"}))
    assert back.verdict is PENDING
    assert back.reason.endswith("the stack is back, and what the failed update had made is still being removed")


def test_a_stack_that_goes_back_is_not_back_yet(fake: FakeCloudFormation) -> None:
    fake.stack(NAME, "UPDATE_ROLLBACK_IN_PROGRESS", BEFORE, DURING)
    back = looked(fake, replace(ASKED, parameters={"stack": NAME, "status": "rolled_back"}))
    assert (back.verdict, back.reason) == (PENDING, f"{NAME}: UPDATE_ROLLBACK_IN_PROGRESS: the stack is going back")


def test_f05_a_status_that_is_newer_than_this_version_is_inconclusive(
    fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.stack(NAME, "UPDATE_COMPLETE", BEFORE, DURING)
    monkeypatch.setattr("crosscheck.services.cloudformation.stack.PHASES", {})
    finding = looked(fake)
    assert finding.verdict is INCONCLUSIVE
    assert "does not know the status UPDATE_COMPLETE" in finding.reason


def test_a_stack_that_needed_no_change_passes_in_words(fake: FakeCloudFormation) -> None:
    fake.stack(NAME, "CREATE_COMPLETE", BEFORE)
    finding = looked(fake)
    assert finding.verdict is PASS
    assert finding.reason == "my-service-infra: no change, CREATE_COMPLETE since 2026-03-03T10:00:00Z"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("UPDATE_ROLLBACK_COMPLETE", PASS), ("IMPORT_ROLLBACK_COMPLETE", PASS), ("ROLLBACK_COMPLETE", FAIL)],
)
def test_a_way_back_from_before_the_action_is_not_this_executions(
    fake: FakeCloudFormation, status: str, verdict: Verdict
) -> None:
    fake.stack(NAME, status, BEFORE, STARTED - timedelta(hours=1))
    assert looked(fake).verdict is verdict


def test_clocks_that_differ_by_less_than_a_second_make_no_difference(fake: FakeCloudFormation) -> None:
    fake.stack(NAME, "UPDATE_COMPLETE", BEFORE, STARTED - timedelta(milliseconds=900))
    assert looked(fake).reason == "my-service-infra: UPDATE_COMPLETE"


def test_a_stack_that_went_back_fails_with_what_failed_first(fake: FakeCloudFormation) -> None:
    failed_update(fake)
    expected = (
        "my-service-infra: UPDATE_ROLLBACK_COMPLETE: the stack went back; "
        "first failure: Images (AWS::S3::Bucket) UPDATE_FAILED: Bucket already exists"
    )
    finding = looked(fake)
    assert (finding.verdict, finding.reason) == (FAIL, expected)
    assert looked(fake, ASKED).reason == expected


def test_an_asked_check_reads_no_further_back_than_the_last_operation(fake: FakeCloudFormation) -> None:
    failed_update(fake, "UPDATE_FAILED")
    fake.page = 8
    assert "first failure: Images" in looked(fake, ASKED).reason
    assert len(fake.called("DescribeStackEvents")) == 1


def test_events_are_read_page_by_page_back_to_the_start(fake: FakeCloudFormation) -> None:
    failed_update(fake)
    fake.page = 2
    assert "first failure: Images" in looked(fake).reason
    assert [call.get("NextToken") for call in fake.called("DescribeStackEvents")] == [None, "2", "4", "6", "8"]


def test_events_are_read_within_bounds_and_the_words_say_so(
    fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudformation_events, "PAGES", 2)
    failed_update(fake)
    fake.page = 2
    finding = looked(fake)
    assert finding.verdict is FAIL
    assert "; a failure: Other1 " in finding.reason
    assert len(fake.called("DescribeStackEvents")) == 2


def test_a_long_reason_is_cut_between_words(fake: FakeCloudFormation) -> None:
    stack = fake.stack(NAME, "CREATE_FAILED", DURING)
    fake.happened(stack, DURING, "CREATE_IN_PROGRESS")
    fake.happened(stack, DURING, "CREATE_FAILED", "Images", "word " * 200)
    reason = looked(fake).reason
    assert reason.endswith("word…")
    assert len(reason) < 260


def test_without_a_failed_resource_the_stacks_own_reason_is_told(fake: FakeCloudFormation) -> None:
    stack = fake.stack(NAME, "UPDATE_ROLLBACK_COMPLETE", BEFORE, DURING)
    stack["StackStatusReason"] = "Rollback requested by an alarm"
    assert looked(fake).reason.endswith("went back; Rollback requested by an alarm")


def test_f17_events_that_are_denied_leave_the_verdict_as_it_is(fake: FakeCloudFormation) -> None:
    failed_update(fake)
    fake.refuse("DescribeStackEvents", RefusedError("AccessDenied", "secret words", 403))
    finding = looked(fake)
    assert finding.verdict is FAIL
    assert finding.reason.endswith("(why is unknown: DescribeStackEvents in eu-west-1 was refused: AccessDenied)")


def test_f17_a_stack_that_is_denied_is_not_taken_for_absent(fake: FakeCloudFormation) -> None:
    fake.refuse("DescribeStacks", RefusedError("AccessDenied", status=403))
    client = ModelledClients({("cloudformation", REGION): fake})
    with pytest.raises(client.client("cloudformation", REGION).exceptions.ClientError, match="AccessDenied"):
        CloudFormationStack().run(CHECK, client)


def test_a_stack_that_is_absent_fails(fake: FakeCloudFormation) -> None:
    finding = looked(fake)
    assert (finding.verdict, finding.reason) == (FAIL, "my-service-infra: there is no such stack")


def test_a_stack_that_was_made_anew_is_another_one(fake: FakeCloudFormation) -> None:
    old = fake.stack(NAME, "UPDATE_COMPLETE", BEFORE, DURING)
    fake.stack(NAME, "CREATE_COMPLETE", DURING)
    finding = looked(fake, replace(CHECK, run=replace(RUN, external=old["StackId"])))
    assert (finding.verdict, finding.moved_on) == (INCONCLUSIVE, True)
    assert "the stack that the action worked on is gone" in finding.reason
    assert finding.baselines == {}


@pytest.mark.parametrize("external", ["", "9f8e7d6c", "arn:aws:cloudformation:eu-west-1:111122223333:changeSet/c/1"])
def test_an_external_id_that_names_no_stack_is_not_compared(fake: FakeCloudFormation, external: str) -> None:
    fake.stack(NAME, "UPDATE_COMPLETE", BEFORE, DURING)
    assert looked(fake, replace(CHECK, run=replace(RUN, external=external))).verdict is PASS


@pytest.mark.parametrize(("value", "read"), [("deployed", "deployed"), ("rolled_back", "rolled_back"), ("gone", None)])
def test_the_status_that_a_plan_may_ask_for(value: str, read: str | None) -> None:
    assert CloudFormationStack.parameters["status"].read(value) == read
