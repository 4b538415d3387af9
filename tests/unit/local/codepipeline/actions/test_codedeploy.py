"""The CodeDeploy action, with the local CodeDeploy behind it and bundles in moto's S3."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.clients import ACCOUNT_ID
from local.codedeploy import CodeDeploy
from local.events import EventEmitter
from local.outcomes import Outcome
from local.server import Server
from tests.unit.local.codepipeline.harness import HOME, SECOND, Account, wait_for
from tests.unit.local.codepipeline.wires import action, pipeline, s3_source

APPLICATION = "CrossRegionActionSupport"
GROUP = "production"
BUNDLE = {"appspec.yml": b"version: 0.0\nos: linux\n", "index.html": b"hello"}


@pytest.fixture
def codedeploy(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[CodeDeploy]:
    """With an application in two regions, a versioned source and stores for both."""
    emitter = EventEmitter(lambda region, entry: None)
    service = CodeDeploy(account.aws, account.clock, account.outcomes, emitter, ACCOUNT_ID)
    server = Server(service.app, "codedeploy")
    monkeypatch.setenv("AWS_ENDPOINT_URL_CODEDEPLOY", server.url)
    for region in (HOME, SECOND):
        api = account.aws.client("codedeploy", region)
        api.create_application(applicationName=APPLICATION)
        api.create_deployment_group(
            applicationName=APPLICATION,
            deploymentGroupName=GROUP,
            serviceRoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/codedeploy",
        )
    account.bucket("source")
    account.bucket("store-east")
    account.bucket("store-west", SECOND)
    account.upload("source", "app.zip", BUNDLE)
    yield service
    server.close()


def deploy(name: str = "Deploy", **more: Any) -> dict[str, Any]:
    configuration = {"ApplicationName": APPLICATION, "DeploymentGroupName": GROUP} | more.pop("configuration", {})
    return action(name, "Deploy", "CodeDeploy", configuration, inputs=["Source"], **more)


def release(account: Account, *actions: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    stores = {HOME: {"type": "S3", "location": "store-east"}, SECOND: {"type": "S3", "location": "store-west"}}
    execution = account.create(pipeline([s3_source()], list(actions or [deploy()]), artifactStores=stores))
    status = account.ended("my-pipeline", execution)
    return status, account.actions("my-pipeline", execution)


def again(account: Account) -> tuple[str, dict[str, Any]]:
    """The same pipeline once more."""
    execution = account.start("my-pipeline")
    status = account.ended("my-pipeline", execution)
    return status, account.actions("my-pipeline", execution)


def result(run: dict[str, Any]) -> dict[str, Any]:
    return dict(run["output"]["executionResult"])


def deployment(account: Account, run: dict[str, Any], region: str = HOME) -> dict[str, Any]:
    asked = account.aws.client("codedeploy", region)
    return dict(asked.get_deployment(deploymentId=result(run)["externalExecutionId"])["deploymentInfo"])


def test_each_region_deploys_from_its_own_store(account: Account, codedeploy: CodeDeploy) -> None:
    status, runs = release(account, deploy("Deploy-Home"), deploy("Deploy-Second", region=SECOND))
    assert status == "Succeeded"
    version = result(runs["Source"])["externalExecutionId"]
    for name, region, store in (("Deploy-Home", HOME, "store-east"), ("Deploy-Second", SECOND, "store-west")):
        info = deployment(account, runs[name], region)
        location = info["revision"]["s3Location"]
        assert (location["bucket"], location["bundleType"]) == (store, "zip")
        head = account.aws.client("s3", region).head_object(Bucket=store, Key=location["key"])
        assert location["version"] == head["VersionId"]
        assert info["description"] == f"source revision {version}"
        assert codedeploy.page(region, APPLICATION) == (True, f"{location['version']} source revision {version}")
        assert result(runs[name])["externalExecutionSummary"] == "Deployment Succeeded"
        assert region in result(runs[name])["externalExecutionUrl"]
    assert ("codedeploy", HOME, False) in account.aws.asked


def test_a_failed_deployment_fails_the_action(account: Account, codedeploy: CodeDeploy) -> None:
    account.outcomes.choose(HOME, "CodeDeploy", APPLICATION, Outcome.FAIL)
    status, runs = release(account)
    assert status == "Failed"
    error = result(runs["Deploy"])["errorDetails"]
    assert error["code"] == "JobFailed"
    assert error["message"].startswith(
        f"Deployment {result(runs['Deploy'])['externalExecutionId']} failed. The overall"
    )


def test_an_unhealthy_deployment_is_green(account: Account, codedeploy: CodeDeploy) -> None:
    account.outcomes.choose(HOME, "CodeDeploy", APPLICATION, Outcome.UNHEALTHY)
    assert release(account)[0] == "Succeeded"
    assert not codedeploy.page(HOME, APPLICATION)[0]


def test_a_rolled_back_deployment_is_green_and_tells_of_its_rollback(account: Account, codedeploy: CodeDeploy) -> None:
    first = deployment(account, release(account)[1]["Deploy"])
    account.outcomes.choose(HOME, "CodeDeploy", APPLICATION, Outcome.ROLLED_BACK)
    status, runs = again(account)
    assert status == "Succeeded"
    info = deployment(account, runs["Deploy"])
    assert info["status"] == "Failed"
    api = account.aws.client("codedeploy", HOME)
    rollback = api.get_deployment(deploymentId=info["rollbackInfo"]["rollbackDeploymentId"])["deploymentInfo"]
    assert (rollback["status"], rollback["revision"]) == ("Succeeded", first["revision"])
    assert codedeploy.page(HOME, APPLICATION)[1].startswith(first["revision"]["s3Location"]["version"])


def test_a_rollback_to_nothing_fails(account: Account, codedeploy: CodeDeploy) -> None:
    account.outcomes.choose(HOME, "CodeDeploy", APPLICATION, Outcome.ROLLED_BACK)
    assert release(account)[0] == "Failed"


def test_a_hanging_deployment_stays_in_progress_until_somebody_stops_it(
    account: Account, codedeploy: CodeDeploy
) -> None:
    account.outcomes.choose(HOME, "CodeDeploy", APPLICATION, Outcome.HANG)
    stores = {HOME: {"type": "S3", "location": "store-east"}}
    execution = account.create(pipeline([s3_source()], [deploy()], artifactStores=stores))

    def begun() -> str | None:
        run = account.running("my-pipeline", execution, "Deploy")
        return result(run).get("externalExecutionId")

    stopped = wait_for(begun, "the deployment")
    account.aws.client("codedeploy", HOME).stop_deployment(deploymentId=stopped)
    assert account.ended("my-pipeline", execution) == "Failed"
    message = result(account.actions("my-pipeline", execution)["Deploy"])["errorDetails"]["message"]
    assert message == f"Deployment {stopped} was stopped. The deployment was stopped by a user."


@pytest.mark.parametrize("key", ["ApplicationName", "DeploymentGroupName"])
def test_what_is_not_there_is_named(account: Account, codedeploy: CodeDeploy, key: str) -> None:
    status, runs = release(account, deploy(configuration={key: "nobody"}))
    assert status == "Failed"
    error = result(runs["Deploy"])["errorDetails"]
    assert error["code"] == "ConfigurationError"
    assert "nobody" in error["message"]
