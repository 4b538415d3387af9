"""The ECS deploy action, and the trap in it."""

import json
from typing import Any

import pytest

from local.codepipeline.actions.ecs_progress import Progress, judge
from tests.unit.local.codepipeline.fakes import Rollout
from tests.unit.local.codepipeline.harness import HOME, Account
from tests.unit.local.codepipeline.wires import build, ecs, git_source, pipeline, s3_source


@pytest.fixture
def service(account: Account) -> Any:
    fake = account.aws.client("ecs", HOME)
    fake.add_service("production", "my-service", {"web": "old:1"})
    return fake


def release(account: Account, deploy: dict[str, Any]) -> tuple[str, Any]:
    execution = account.create(pipeline([git_source()], [build()], [deploy]))
    status = account.ended("my-pipeline", execution)
    return status, account.actions("my-pipeline", execution)["Deploy"]["output"]["executionResult"]


def test_a_rollback_by_the_circuit_breaker_is_green(account: Account, service: Any) -> None:
    before = service.services["production", "my-service"]["taskDefinition"]
    service.rollout = Rollout.ROLLED_BACK
    status, result = release(account, ecs())
    assert status == "Succeeded"
    assert service.services["production", "my-service"]["taskDefinition"] == before
    assert result["externalExecutionId"].startswith("ecs-svc/")
    assert "eu-west-1" not in result["externalExecutionUrl"]


def test_a_failed_deployment_without_rollback_fails_the_action(account: Account, service: Any) -> None:
    service.rollout = Rollout.FAILS
    status, result = release(account, ecs())
    assert status == "Failed"
    assert result["errorDetails"]["code"] == "JobFailed"


def test_a_service_that_never_gets_steady_times_out(account: Account, service: Any) -> None:
    service.rollout = Rollout.NEVER_ENDS
    status, result = release(account, ecs())
    assert status == "Failed"
    assert "timed out" in result["errorDetails"]["message"]


def test_what_is_not_there_is_named(account: Account, service: Any) -> None:
    status, result = release(account, ecs(configuration={"ServiceName": "nobody"}))
    assert status == "Failed"
    assert result["errorDetails"]["message"] == (
        "The Amazon ECS service nobody of cluster production does not exist in us-east-1."
    )


def test_a_missing_cluster_is_named(account: Account, service: Any) -> None:
    status, result = release(account, ecs(cluster="nobody"))
    assert status == "Failed"
    assert result["errorDetails"]["message"] == "The Amazon ECS cluster nobody does not exist in us-east-1."


def test_a_missing_image_definition_file_is_named(account: Account, service: Any) -> None:
    status, result = release(account, ecs(configuration={"FileName": "images.json"}))
    assert status == "Failed"
    assert result["errorDetails"]["message"].startswith("Did not find the image definition file images.json")


def test_an_unknown_container_fails_before_anything_changes(account: Account, service: Any) -> None:
    named = json.dumps([{"name": "CONTAINER_NAME", "value": "nobody"}])
    wire = pipeline([git_source()], [build(configuration={"EnvironmentVariables": named})], [ecs()])
    execution = account.create(wire)
    assert account.ended("my-pipeline", execution) == "Failed"
    error = account.actions("my-pipeline", execution)["Deploy"]["output"]["executionResult"]["errorDetails"]
    assert "nobody" in error["message"]
    assert len(service.task_definitions) == 1


@pytest.mark.parametrize("content", [b"{}x", b'{"name": "web"}', b'[{"name": "web"}]', b"[1]"])
def test_a_malformed_image_definition_file_fails_the_action(account: Account, service: Any, content: bytes) -> None:
    account.bucket("source")
    account.upload("source", "app.zip", {"images.json": content})
    deploy = ecs(configuration={"FileName": "images.json"}) | {"inputArtifacts": [{"name": "Source"}]}
    execution = account.create(pipeline([s3_source()], [deploy]))
    assert account.ended("my-pipeline", execution) == "Failed"
    error = account.actions("my-pipeline", execution)["Deploy"]["output"]["executionResult"]["errorDetails"]
    assert error["message"].startswith("Invalid image definition file images.json")


def deployment(state: str, task_definition: str = "new", **more: Any) -> dict[str, Any]:
    return {"id": "d1", "status": "PRIMARY", "taskDefinition": task_definition, "rolloutState": state} | more


BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


@pytest.mark.parametrize(
    ("deployments", "configuration", "expected"),
    [
        ([], {}, Progress.WAITING),
        ([deployment("IN_PROGRESS")], {}, Progress.WAITING),
        ([deployment("COMPLETED")], {}, Progress.STEADY),
        ([deployment("COMPLETED", "old")], BREAKER, Progress.STEADY),
        ([deployment("IN_PROGRESS", "old")], BREAKER, Progress.WAITING),
        ([deployment("FAILED")], {}, Progress.FAILED),
        ([deployment("FAILED")], BREAKER, Progress.WAITING),
        ([deployment("FAILED", "old")], BREAKER, Progress.FAILED),
    ],
)
def test_progress(deployments: list[Any], configuration: dict[str, Any], expected: Progress) -> None:
    progress, reason = judge({"deployments": deployments, "deploymentConfiguration": configuration}, "new")
    assert progress is expected
    assert reason


def test_a_service_without_rollout_states_is_steady_by_its_counts() -> None:
    counts = {"desiredCount": 2, "runningCount": 2, "rolloutState": None}
    primary = {key: value for key, value in (deployment("") | counts).items() if key != "rolloutState"}
    assert judge({"deployments": [primary]}, "new")[0] is Progress.STEADY
    assert judge({"deployments": [primary | {"runningCount": 1}]}, "new")[0] is Progress.WAITING
