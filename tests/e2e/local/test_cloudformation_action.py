"""The CloudFormation action against the emulator's stacks: what moves, what fails, and what is rolled back."""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from local.clients import ACCOUNT_ID, Aws
from local.clock import Clock
from local.codepipeline import CodePipeline
from local.emulator import Emulator
from local.emulator.service_events import service_event_putter
from local.events import EventEmitter
from local.outcomes import Outcomes
from local.server import Server
from tests.e2e.local.functions import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform == "win32", reason="the emulator needs POSIX")]

HOME, REGION = "us-east-1", "eu-west-1"
STACK = "my-service-infra"
SOURCE = "infra-source"
ENDED = {"Succeeded", "Failed", "Stopped"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["codepipeline.amazonaws.com", "cloudformation.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}
QUEUE: dict[str, Any] = {
    "Parameters": {"Name": {"Type": "String"}},
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}},
    "Outputs": {"QueueName": {"Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}},
}
BROKEN = QUEUE | {
    "Resources": {
        **QUEUE["Resources"],
        "Absent": {
            "Type": "Custom::Absent",
            "DependsOn": "Queue",
            "Properties": {"ServiceToken": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:absent"},
        },
    }
}


def packed(template: dict[str, Any]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("infrastructure/template.json", json.dumps(template))
    return target.getvalue()


class Account:
    """A CodePipeline in front of a real emulator, with a store in two regions and a versioned source."""

    def __init__(self, emulator: Emulator) -> None:
        self.clock = Clock(60.0)
        direct = Aws(emulator.url)
        emitter = EventEmitter(service_event_putter(direct, emulator.service_token))
        self.service = CodePipeline(direct, self.clock, emitter, Outcomes(), ACCOUNT_ID)
        self.server = Server(self.service.app, "codepipeline")
        self.aws = Aws(emulator.url, {"codepipeline": self.server.url})
        self.pipelines = 0
        role = direct.client("iam", HOME).create_role(RoleName="infra", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.role = role["Role"]["Arn"]
        s3 = direct.client("s3", HOME)
        for bucket in (SOURCE, f"store-{HOME}"):
            s3.create_bucket(Bucket=bucket)
        direct.client("s3", REGION).create_bucket(
            Bucket=f"store-{REGION}", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        s3.put_bucket_versioning(Bucket=SOURCE, VersioningConfiguration={"Status": "Enabled"})

    def run(self, template: dict[str, Any], *modes: tuple[str, dict[str, str]]) -> tuple[str, dict[str, Any]]:
        """A pipeline of one action for each mode; the execution's status and each action's run."""
        self.aws.client("s3", HOME).put_object(Bucket=SOURCE, Key="infra.zip", Body=packed(template))
        self.pipelines += 1
        name, client = f"infra-{self.pipelines}", self.aws.client("codepipeline", HOME)
        client.create_pipeline(pipeline=self.definition(name, modes))
        (started,) = client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
        execution = started["pipelineExecutionId"]

        def ended() -> str:
            asked = {"pipelineName": name, "pipelineExecutionId": execution}
            status = str(client.get_pipeline_execution(**asked)["pipelineExecution"]["status"])
            return status if status in ENDED else ""

        status = eventually(ended)
        runs = client.list_action_executions(pipelineName=name)["actionExecutionDetails"]
        return status, {run["actionName"]: run for run in runs}

    def definition(self, name: str, modes: tuple[tuple[str, dict[str, str]], ...]) -> dict[str, Any]:
        source = {
            "name": "Source",
            "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
            "configuration": {"S3Bucket": SOURCE, "S3ObjectKey": "infra.zip"},
            "outputArtifacts": [{"name": "BuildOutput"}],
        }
        actions = [self.action(number, mode, more) for number, (mode, more) in enumerate(modes)]
        return {
            "name": name,
            "roleArn": self.role,
            "artifactStores": {each: {"type": "S3", "location": f"store-{each}"} for each in (HOME, REGION)},
            "stages": [{"name": "Source", "actions": [source]}]
            + [{"name": action["name"], "actions": [action]} for action in actions],
        }

    def action(self, number: int, mode: str, more: dict[str, str]) -> dict[str, Any]:
        configuration = {
            "ActionMode": mode,
            "StackName": STACK,
            "TemplatePath": "BuildOutput::infrastructure/template.json",
            "RoleArn": self.role,
            "ParameterOverrides": json.dumps({"Name": "jobs"}),
        } | more
        outputs = {"outputArtifacts": [{"name": f"Out{number}"}]} if "OutputFileName" in more else {}
        return {
            "name": f"DeployInfra-EU-{number}",
            "region": REGION,
            "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "CloudFormation", "version": "1"},
            "configuration": configuration,
            "inputArtifacts": [{"name": "BuildOutput"}],
            **outputs,
        }

    @property
    def status(self) -> str:
        """The stack's status in the action's region."""
        stacks = self.aws.client("cloudformation", REGION)
        return str(stacks.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])

    def delete(self) -> None:
        assert self.run(QUEUE, ("DELETE_ONLY", {}))[0] == "Succeeded"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Emulator.start(tmp_path_factory.mktemp("cloudformation"), {}) as emulator:
        account = Account(emulator)
        yield account
        account.clock.stop()
        account.service.close()
        account.server.close()


@pytest.fixture(autouse=True)
def _no_stack(account: Account) -> Iterator[None]:
    yield
    account.delete()


def summary(run: dict[str, Any]) -> str:
    return str(run["output"]["executionResult"]["externalExecutionSummary"])


def test_a_stack_is_created_in_the_actions_region_and_gives_its_outputs(account: Account) -> None:
    status, runs = account.run(QUEUE, ("CREATE_UPDATE", {"OutputFileName": "out.json"}), ("CREATE_UPDATE", {}))
    assert (status, account.status) == ("Succeeded", "CREATE_COMPLETE")
    assert "jobs" in account.aws.client("sqs", REGION).get_queue_url(QueueName="jobs")["QueueUrl"]
    run = runs["DeployInfra-EU-0"]
    assert run["output"]["outputVariables"] == {"QueueName": "jobs"}
    location = run["output"]["outputArtifacts"][0]["s3location"]
    assert location["bucket"] == f"store-{REGION}"
    body = account.aws.client("s3", REGION).get_object(Bucket=location["bucket"], Key=location["key"])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert json.loads(archive.read("out.json")) == {"QueueName": "jobs"}


def test_an_update_moves_the_stack(account: Account) -> None:
    changed = {"ParameterOverrides": json.dumps({"Name": "tasks"})}
    status, runs = account.run(QUEUE, ("CREATE_UPDATE", {}), ("CREATE_UPDATE", changed))
    assert (status, account.status) == ("Succeeded", "UPDATE_COMPLETE")
    assert runs["DeployInfra-EU-1"]["output"]["outputVariables"] == {"QueueName": "tasks"}


def test_a_stack_that_cannot_be_created_fails_the_action_with_the_reason(account: Account) -> None:
    status, runs = account.run(BROKEN, ("CREATE_UPDATE", {}))
    assert (status, account.status) == ("Failed", "ROLLBACK_COMPLETE")
    assert f"The stack {STACK} is in the state ROLLBACK_COMPLETE. Absent: " in summary(runs["DeployInfra-EU-0"])
    status, runs = account.run(QUEUE, ("CREATE_UPDATE", {}))
    assert status == "Failed"
    assert "ROLLBACK_COMPLETE" in summary(runs["DeployInfra-EU-0"])
    status, runs = account.run(QUEUE, ("REPLACE_ON_FAILURE", {}))
    assert (status, account.status) == ("Succeeded", "CREATE_COMPLETE")


def test_an_update_that_is_rolled_back_fails_the_action(account: Account) -> None:
    assert account.run(QUEUE, ("CREATE_UPDATE", {}))[0] == "Succeeded"
    status, _ = account.run(BROKEN, ("CREATE_UPDATE", {}))
    assert (status, account.status) == ("Failed", "UPDATE_ROLLBACK_COMPLETE")


def test_a_change_set_is_prepared_and_executed(account: Account) -> None:
    named = {"ChangeSetName": "release"}
    prepare, execute = ("CHANGE_SET_REPLACE", named), ("CHANGE_SET_EXECUTE", named)
    status, _ = account.run(QUEUE, prepare, prepare, execute)
    assert (status, account.status) == ("Succeeded", "CREATE_COMPLETE")
    status, _ = account.run(QUEUE, prepare, execute)
    assert status == "Succeeded"
