"""The check ``cloudformation-stack`` against moto's CloudFormation, whose stacks succeed at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.cloudformation.check import CloudFormationStack
from crosscheck.services.cloudformation.events import read_history
from crosscheck.services.cloudformation.rollback import CloudFormationRollback
from tests.fakes.json_protocol import SESSION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

    from crosscheck.contracts.verdicts import Finding

REGION = "eu-west-1"
CHECK = PlannedCheck("cloudformation-stack", REGION, {"stack": "my-service-infra"})


def template(queue: str) -> str:
    resource = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": queue}}
    return json.dumps({"Resources": {"Queue": resource}})


def run(started: float, mode: str = "CREATE_UPDATE", external: str = "") -> ActionRun:
    return ActionRun("Deploy", "Deploy", "Succeeded", started, {"ActionMode": mode}, external=external)


@pytest.fixture
def cloudformation() -> Iterator[CloudFormationClient]:
    with mock_aws():
        yield SESSION.client("cloudformation", region_name=REGION)


def looked(check: PlannedCheck = CHECK) -> Finding:
    return CloudFormationStack().run(check, Clients(SESSION))


def test_a_stack_is_made_changed_left_and_deleted(cloudformation: CloudFormationClient) -> None:
    assert looked().reason == "my-service-infra: there is no such stack"
    arn = cloudformation.create_stack(StackName="my-service-infra", TemplateBody=template("one"))["StackId"]
    assert looked().reason == "my-service-infra: CREATE_COMPLETE"
    cloudformation.update_stack(StackName="my-service-infra", TemplateBody=template("two"))
    now = time.time()
    assert looked(replace(CHECK, run=run(now, external=arn))).reason == "my-service-infra: UPDATE_COMPLETE"
    assert "no change, UPDATE_COMPLETE" in looked(replace(CHECK, run=run(now + 3600))).reason
    cloudformation.delete_stack(StackName="my-service-infra")
    assert looked().verdict is Verdict.FAIL
    gone = PlannedCheck("cloudformation-stack", REGION, {"stack": arn}, run(now, "DELETE_ONLY"))
    assert looked(gone).verdict is Verdict.PASS


def test_events_tell_the_operations(cloudformation: CloudFormationClient) -> None:
    arn = cloudformation.create_stack(StackName="my-service-infra", TemplateBody=template("one"))["StackId"]
    cloudformation.update_stack(StackName="my-service-infra", TemplateBody=template("two"))
    operations = read_history(cloudformation, arn, 0.0).operations
    assert [operation.status for operation in operations] == ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"]


def test_what_is_deployed_does_not_go_back(cloudformation: CloudFormationClient) -> None:
    arn = cloudformation.create_stack(StackName="my-service-infra", TemplateBody=template("one"))["StackId"]
    way = CloudFormationRollback().propose(replace(CHECK, run=run(time.time(), external=arn)), "", Clients(SESSION))
    assert way.feasibility is Feasibility.MANUAL
    assert "deploy the previous template" in way.reason
