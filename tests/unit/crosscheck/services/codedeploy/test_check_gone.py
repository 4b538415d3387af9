"""The check ``codedeploy`` where a deployment succeeded though an instance did not: whether that one is still there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from tests.fakes.codedeploy import FakeCodeDeploy, s3
from tests.fakes.ec2 import FakeEc2
from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledClients

REGION = "us-west-2"
NAMED = ("CrossRegionActionSupport", "production")
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
FIRST = f"{0:017x}"


def with_instances(ec2: FakeEc2, *statuses: str, error: str = "") -> Finding:
    """A deployment that succeeded, of whose instances some did not; ``error`` is the code of the event that failed."""
    fake = FakeCodeDeploy(STARTED)
    made = fake.deploy(NAMED, s3(2))
    event = {"lifecycleEventName": "ValidateService", "status": "Failed", "diagnostics": {"errorCode": error}}
    for status in statuses:
        fake.instance(made, status, **({"lifecycleEvents": [event]} if error and status == "Failed" else {}))
    run = ActionRun(
        "Deploy", "Deploy", "Succeeded", 0.0, inputs={"Source": Artifact("store", "release/2")}, external=made
    )
    planned = PlannedCheck("codedeploy", REGION, {"application": NAMED[0], "group": NAMED[1]}, run)
    clients = ModelledClients({("ec2", REGION): ec2})
    clients.fakes[("codedeploy", REGION)] = fake
    return run_check(planned, clients)


@pytest.mark.parametrize("state", ["", "shutting-down", "terminated"])
@pytest.mark.parametrize("status", ["Failed", "Skipped", "Unknown", "InProgress"])
def test_an_instance_that_was_terminated_meanwhile_is_a_remark(state: str, status: str) -> None:
    """CodeDeploy succeeds as long as its minimum of healthy hosts is there."""
    ec2 = FakeEc2(**{FIRST: state})
    finding = with_instances(ec2, status, "Succeeded", "Succeeded")
    assert finding.verdict is Verdict.PASS
    counts = f"2 of 3 instances Succeeded, 1 {status}"
    assert finding.reason == f"{counts} in d-000000000; terminated: i-{FIRST} {status}"


@pytest.mark.parametrize("state", ["pending", "running", "stopping", "stopped"])
def test_an_instance_that_failed_and_is_still_there_fails(state: str) -> None:
    finding = with_instances(FakeEc2(**{FIRST: state}), "Failed", "Succeeded")
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"1 of 2 instances Succeeded, 1 Failed; i-{FIRST} Failed"


@pytest.mark.parametrize("error", ["ScriptFailed", "ScriptMissing", "ScriptNotExecutable", "ScriptTimedOut"])
def test_a_script_that_failed_is_not_hidden_by_the_end_of_its_instance(error: str) -> None:
    finding = with_instances(FakeEc2(), "Failed", "Failed", "Failed", "Succeeded", error=error)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.endswith(f"i-{FIRST} Failed in ValidateService ({error})")


def test_an_event_that_failed_for_another_reason_on_an_instance_that_is_gone_is_a_remark() -> None:
    assert with_instances(FakeEc2(), "Failed", "Succeeded", error="UnknownError").verdict is Verdict.PASS


def test_a_fleet_of_which_nothing_is_left_proves_nothing() -> None:
    assert with_instances(FakeEc2(), "Failed", "Failed").verdict is Verdict.INCONCLUSIVE


def test_f17_without_the_right_to_see_the_instances_nothing_is_known() -> None:
    ec2 = FakeEc2()
    ec2.refuse("DescribeInstances", RefusedError("UnauthorizedOperation", status=403))
    finding = with_instances(ec2, "Failed", "Succeeded")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == f"DescribeInstances in {REGION} was refused: UnauthorizedOperation"


def test_instances_are_only_asked_for_where_one_did_not_succeed() -> None:
    ec2 = FakeEc2()
    assert with_instances(ec2, "Succeeded").verdict is Verdict.PASS
    assert ec2.calls == []
