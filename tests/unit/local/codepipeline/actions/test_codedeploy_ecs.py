"""The CodeDeployToECS action: what it makes of its templates, and the blue/green deployment that it starts."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local.clients import ACCOUNT_ID
from local.codedeploy import CodeDeploy
from local.events import EventEmitter
from local.outcomes import Outcome
from local.server import Server
from tests.unit.local.codepipeline.harness import HOME, Account
from tests.unit.local.codepipeline.wires import action, pipeline, s3_source

APPLICATION, GROUP, SERVICE = "my-service", "production", "my-service"
IMAGE = f"{ACCOUNT_ID}.dkr.ecr.{HOME}.amazonaws.com/my-service@sha256:{'0' * 64}"
TASK_DEFINITION = {
    "family": "my-service",
    "containerDefinitions": [{"name": "app", "image": "<IMAGE1_NAME>", "essential": True}],
}
APPSPEC = """
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo: {ContainerName: app, ContainerPort: 80}
"""
FILES = {
    "imageDetail.json": json.dumps({"ImageURI": IMAGE}).encode(),
    "taskdef-production.json": json.dumps(TASK_DEFINITION).encode(),
    "appspec-production.yaml": APPSPEC.encode(),
}
PAIR = {"targetGroups": [{"name": "blue"}, {"name": "green"}], "prodTrafficRoute": {"listenerArns": ["listener"]}}


@pytest.fixture
def codedeploy(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[CodeDeploy]:
    """With a service that CodeDeploy deploys to, and templates in a versioned source."""
    ecs = account.aws.client("ecs", HOME)
    ecs.add_service("production", SERVICE, {"app": "old:1"})
    ecs.services["production", SERVICE] |= {"deploymentController": {"type": "CODE_DEPLOY"}, "desiredCount": 2}
    emitter = EventEmitter(lambda region, entry: None)
    service = CodeDeploy(account.aws, account.clock, account.outcomes, emitter, ACCOUNT_ID)
    server = Server(service.app, "codedeploy")
    monkeypatch.setenv("AWS_ENDPOINT_URL_CODEDEPLOY", server.url)
    api = account.aws.client("codedeploy", HOME)
    api.create_application(applicationName=APPLICATION, computePlatform="ECS")
    api.create_deployment_group(
        applicationName=APPLICATION,
        deploymentGroupName=GROUP,
        serviceRoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/codedeploy",
        ecsServices=[{"clusterName": "production", "serviceName": SERVICE}],
        loadBalancerInfo={"targetGroupPairInfoList": [PAIR]},
        blueGreenDeploymentConfiguration={"deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"}},
    )
    account.bucket("source")
    yield service
    server.close()


def release(
    account: Account, files: Mapping[str, bytes] = FILES, changed: Mapping[str, str] | None = None
) -> tuple[str, Any]:
    """A release of these files; the execution's status and the action's result."""
    account.upload("source", "app.zip", {**FILES, **files})
    configuration = {
        "ApplicationName": APPLICATION,
        "DeploymentGroupName": GROUP,
        "TaskDefinitionTemplateArtifact": "Source",
        "TaskDefinitionTemplatePath": "taskdef-production.json",
        "AppSpecTemplateArtifact": "Source",
        "AppSpecTemplatePath": "appspec-production.yaml",
        "Image1ArtifactName": "Source",
        "Image1ContainerName": "IMAGE1_NAME",
    } | dict(changed or {})
    deploy = action("Deploy", "Deploy", "CodeDeployToECS", configuration, inputs=["Source"])
    execution = account.create(pipeline([s3_source()], [deploy]))
    status = account.ended("my-pipeline", execution)
    return status, account.actions("my-pipeline", execution)["Deploy"]["output"]["executionResult"]


def test_the_templates_are_filled_in(account: Account, codedeploy: CodeDeploy) -> None:
    status, result = release(account)
    assert status == "Succeeded"
    api = account.aws.client("codedeploy", HOME)
    info = api.get_deployment(deploymentId=result["externalExecutionId"])["deploymentInfo"]
    found = api.get_application_revision(applicationName=APPLICATION, revision=info["revision"])
    content = found["revision"]["appSpecContent"]["content"]
    arn = f"arn:aws:ecs:{HOME}:{ACCOUNT_ID}:task-definition/my-service:2"
    assert f"TaskDefinition: {arn}" in content
    registered = account.aws.client("ecs", HOME).task_definitions[arn]
    assert registered["containerDefinitions"][0]["image"] == IMAGE
    assert codedeploy.page(HOME, SERVICE) == (True, f"my-service:2 {IMAGE}")
    assert ("ecs", HOME, False) in account.aws.asked


def test_an_unhealthy_green_task_set_is_a_green_action(account: Account, codedeploy: CodeDeploy) -> None:
    account.outcomes.choose(HOME, "CodeDeployToECS", APPLICATION, Outcome.UNHEALTHY)
    assert release(account)[0] == "Succeeded"
    assert codedeploy.page(HOME, SERVICE) == (False, f"my-service:2 {IMAGE}")


def test_a_failed_deployment_fails_the_action(account: Account, codedeploy: CodeDeploy) -> None:
    account.outcomes.choose(HOME, "CodeDeployToECS", APPLICATION, Outcome.FAIL)
    status, result = release(account)
    assert status == "Failed"
    assert "replacement task set" in result["errorDetails"]["message"]
    assert codedeploy.page(HOME, SERVICE) == (True, "my-service:1 old:1")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"taskdef-production.json": b"{"}, "The task definition template taskdef-production.json is not valid"),
        ({"taskdef-production.json": b"[]"}, "it is no JSON object"),
        ({"imageDetail.json": b"{}"}, "The file imageDetail.json must be a JSON object with an ImageURI."),
        ({"imageDetail.json": b"[1]"}, "The file imageDetail.json must be a JSON object with an ImageURI."),
    ],
)
def test_a_malformed_template_fails_the_action(
    account: Account, codedeploy: CodeDeploy, files: dict[str, bytes], message: str
) -> None:
    status, result = release(account, files)
    assert status == "Failed"
    assert message in result["errorDetails"]["message"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"AppSpecTemplatePath": "absent.yaml"}, "The artifact Source has no file absent.yaml."),
        ({"AppSpecTemplateArtifact": "Nobody"}, "AppSpecTemplateArtifact must name an input artifact, not Nobody."),
        ({"ApplicationName": "nobody"}, "No application found for name: nobody"),
    ],
)
def test_what_is_not_there_is_named(
    account: Account, codedeploy: CodeDeploy, changed: dict[str, str], message: str
) -> None:
    status, result = release(account, changed=changed)
    assert status == "Failed"
    assert message in result["errorDetails"]["message"]
