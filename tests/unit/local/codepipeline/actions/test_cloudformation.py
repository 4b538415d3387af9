"""The CloudFormation action against a fake; tests/e2e/local shows it against the emulator."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.clients import ADMINISTRATOR, Credentials
from tests.unit.local.codepipeline.actions.cloudformation_fake import REASON, FakeCloudFormation
from tests.unit.local.codepipeline.harness import HOME, SECOND, Account
from tests.unit.local.codepipeline.wires import ROLE, action, pipeline, s3_source

STACK = "my-service-infra"
Stacks = Callable[[str], FakeCloudFormation]
FILES = {
    "infrastructure/template.json": json.dumps({"Resources": {}}).encode(),
    "infrastructure/broken.json": json.dumps({"Fails": True}).encode(),
    "infrastructure/config.json": json.dumps({"Parameters": {"Name": "configured"}, "Tags": {"team": "web"}}).encode(),
    "numbers.json": json.dumps({"size": "large"}).encode(),
}


def infra(name: str = "Infra", mode: str = "CREATE_UPDATE", **more: Any) -> dict[str, Any]:
    configuration = {
        "ActionMode": mode,
        "StackName": STACK,
        "TemplatePath": "Source::infrastructure/template.json",
        "RoleArn": ROLE,
        "ParameterOverrides": json.dumps({"Name": "one"}),
    } | more.pop("configuration", {})
    inputs = more.pop("inputs", ["Source"])
    return action(name, "Deploy", "CloudFormation", configuration, inputs=inputs, **more)


def release(account: Account, *stages: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    account.bucket("source")
    account.upload("source", "app.zip", FILES)
    execution = account.create(pipeline([s3_source()], *([stage] for stage in stages), **more))
    status = account.ended("my-pipeline", execution)
    return status, account.actions("my-pipeline", execution)


def result(run: dict[str, Any]) -> dict[str, Any]:
    return dict(run["output"]["executionResult"])


@pytest.fixture(autouse=True)
def stacks(account: Account, monkeypatch: pytest.MonkeyPatch) -> Stacks:
    """The CloudFormation of a region."""
    fakes: dict[str, FakeCloudFormation] = {}
    others = account.aws.client

    def fake(region: str) -> FakeCloudFormation:
        return fakes.setdefault(region, FakeCloudFormation(region))

    def client(service: str, region: str, credentials: Credentials = ADMINISTRATOR) -> Any:
        if service != "cloudformation":
            return others(service, region, credentials)
        assert credentials != ADMINISTRATOR
        return fake(region)

    monkeypatch.setattr(account.aws, "client", client)
    return fake


def test_a_stack_is_created_in_the_actions_region_with_an_output_artifact(account: Account, stacks: Stacks) -> None:
    account.bucket("store-west", SECOND)
    stores = {HOME: {"type": "S3", "location": "store-home"}, SECOND: {"type": "S3", "location": "store-west"}}
    wanted = infra(region=SECOND, outputs=["Outputs"], namespace="Infra", configuration={"OutputFileName": "out.json"})
    status, runs = release(account, wanted, artifactStores=stores)
    assert status == "Succeeded"
    found = stacks(SECOND).stacks[STACK]
    assert result(runs["Infra"])["externalExecutionId"] == found["StackId"]
    assert SECOND in result(runs["Infra"])["externalExecutionUrl"]
    location = runs["Infra"]["output"]["outputArtifacts"][0]["s3location"]
    written = json.loads(account.unzip(location, SECOND)["out.json"])
    assert written == {"Name": "one"} == runs["Infra"]["output"]["outputVariables"]


def test_overrides_go_over_the_template_configuration(account: Account, stacks: Stacks) -> None:
    overrides = {"Size": {"Fn::GetParam": ["Source", "numbers.json", "size"]}, "Count": 2}
    configuration = {
        "TemplateConfiguration": "Source::infrastructure/config.json",
        "ParameterOverrides": json.dumps(overrides),
        "Capabilities": "CAPABILITY_IAM, CAPABILITY_NAMED_IAM",
    }
    assert release(account, infra(configuration=configuration))[0] == "Succeeded"
    (asked,) = stacks(HOME).requests
    given = {each["ParameterKey"]: each["ParameterValue"] for each in asked["Parameters"]}
    assert given == {"Name": "configured", "Size": "large", "Count": "2"}
    assert asked["Tags"] == [{"Key": "team", "Value": "web"}]
    assert asked["Capabilities"] == ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
    assert asked["RoleARN"] == ROLE


def test_where_an_artifact_lies_is_a_parameter(account: Account, stacks: Stacks) -> None:
    overrides = {"Store": {"Fn::GetArtifactAtt": ["Source", "BucketName"]}}
    assert release(account, infra(configuration={"ParameterOverrides": json.dumps(overrides)}))[0] == "Succeeded"
    assert stacks(HOME).stacks[STACK]["Outputs"] == [{"OutputKey": "Store", "OutputValue": "store-home"}]


def test_a_stack_is_updated_left_alone_and_deleted(account: Account) -> None:
    changed = {"ParameterOverrides": json.dumps({"Name": "two"})}
    updates = (infra("Update", configuration=changed), infra("Same", configuration=changed))
    status, runs = release(account, infra(), *updates, infra("Delete", "DELETE_ONLY", inputs=[]))
    assert status == "Succeeded"
    assert result(runs["Update"])["externalExecutionSummary"] == f"Stack {STACK}: UPDATE_COMPLETE"
    assert result(runs["Same"])["externalExecutionSummary"] == f"Stack {STACK}: UPDATE_COMPLETE"
    assert result(runs["Delete"])["externalExecutionSummary"] == f"Stack {STACK}: DELETE_COMPLETE"


def test_to_delete_what_is_not_there_is_fine(account: Account) -> None:
    assert release(account, infra("Delete", "DELETE_ONLY", inputs=[]))[0] == "Succeeded"


BROKEN = {"TemplatePath": "Source::infrastructure/broken.json"}


def test_a_stack_that_is_rolled_back_fails_the_action_with_the_first_reason(account: Account) -> None:
    status, runs = release(account, infra(), infra("Update", configuration=BROKEN))
    assert status == "Failed"
    assert result(runs["Update"])["errorDetails"] == {
        "code": "JobFailed",
        "message": f"The stack {STACK} is in the state UPDATE_ROLLBACK_COMPLETE. Bucket: {REASON}",
    }


@pytest.mark.parametrize(("mode", "status"), [("CREATE_UPDATE", "Failed"), ("REPLACE_ON_FAILURE", "Succeeded")])
def test_only_replace_on_failure_gets_past_a_failed_creation(account: Account, mode: str, status: str) -> None:
    failed, _ = release(account, infra(configuration=BROKEN))
    assert failed == "Failed"
    execution = account.create(pipeline([s3_source()], [infra(mode=mode)], name="second"))
    assert account.ended("second", execution) == status


def test_a_change_set_is_replaced_and_executed(account: Account, stacks: Stacks) -> None:
    named = {"ChangeSetName": "release"}
    prepare = [infra(name, "CHANGE_SET_REPLACE", configuration=named) for name in ("Prepare", "Prepare-Again")]
    status, runs = release(account, *prepare, infra("Execute", "CHANGE_SET_EXECUTE", configuration=named, inputs=[]))
    assert status == "Succeeded"
    assert result(runs["Prepare"])["externalExecutionId"] == stacks(HOME).stacks[STACK]["StackId"]
    assert result(runs["Execute"])["externalExecutionSummary"] == f"Stack {STACK}: CREATE_COMPLETE"


def test_an_empty_change_set_is_no_failure(account: Account) -> None:
    named = {"ChangeSetName": "release"}
    prepare = infra("Prepare", "CHANGE_SET_REPLACE", configuration=named)
    execute = infra("Execute", "CHANGE_SET_EXECUTE", configuration=named, inputs=[])
    assert release(account, infra(), prepare, execute)[0] == "Succeeded"


@pytest.mark.parametrize(
    ("mode", "configuration", "message"),
    [
        ("MAKE_COFFEE", {}, "ActionMode must be one of CREATE_UPDATE"),
        ("CHANGE_SET_REPLACE", {}, "The action mode CHANGE_SET_REPLACE needs the configuration ChangeSetName."),
        ("CHANGE_SET_EXECUTE", {}, "The action mode CHANGE_SET_EXECUTE needs the configuration ChangeSetName."),
        ("CREATE_UPDATE", {"TemplatePath": "template.json"}, "TemplatePath must have the form artifact::path."),
        ("CREATE_UPDATE", {"TemplatePath": "Source::absent"}, "The artifact Source has no file absent."),
        ("CREATE_UPDATE", {"TemplatePath": "Nobody::absent"}, "Nobody is not among the input artifacts."),
        ("CREATE_UPDATE", {"ParameterOverrides": "[]"}, "ParameterOverrides must be a JSON object."),
        ("CREATE_UPDATE", {"ParameterOverrides": '{"Name": ["x"]}'}, "A value of ParameterOverrides must be a text"),
        (
            "CREATE_UPDATE",
            {"ParameterOverrides": '{"Name": {"Fn::GetParam": ["Source", "numbers.json", "x"]}}'},
            "The file numbers.json of the artifact Source has no key x.",
        ),
        (
            "CHANGE_SET_EXECUTE",
            {"ChangeSetName": "nobody"},
            f"The change set nobody of the stack {STACK} does not exist.",
        ),
    ],
)
def test_a_wrong_configuration_is_named(
    account: Account, mode: str, configuration: dict[str, str], message: str
) -> None:
    status, runs = release(account, infra(mode=mode, configuration=configuration))
    assert status == "Failed"
    error = result(runs["Infra"])["errorDetails"]
    assert error["code"] == "ConfigurationError"
    assert error["message"].startswith(message)
