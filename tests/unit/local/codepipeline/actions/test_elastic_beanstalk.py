"""The ElasticBeanstalk action, with the local Elastic Beanstalk behind it and bundles in moto's S3."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.clients import ACCOUNT_ID
from local.elasticbeanstalk import ElasticBeanstalk
from local.outcomes import Outcome
from local.server import Server
from tests.unit.local.codepipeline.harness import HOME, SECOND, Account, wait_for
from tests.unit.local.codepipeline.wires import action, build, pipeline, s3_source

APPLICATION, ENVIRONMENT = "site", "site-production"
FILES = {"index.html": b"hello"}
STORES = {HOME: {"type": "S3", "location": "store-east"}, SECOND: {"type": "S3", "location": "store-west"}}


@pytest.fixture
def beanstalk(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[ElasticBeanstalk]:
    """With an environment in two regions, a versioned source and stores for both."""
    service = ElasticBeanstalk(account.aws, account.clock, account.outcomes, ACCOUNT_ID)
    server = Server(service.app, "elasticbeanstalk")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ELASTIC_BEANSTALK", server.url)
    for region in (HOME, SECOND):
        api = account.aws.client("elasticbeanstalk", region)
        api.create_application(ApplicationName=APPLICATION)
        named = {"ApplicationName": APPLICATION, "EnvironmentName": ENVIRONMENT}
        api.create_environment(**named, SolutionStackName="Node.js")
    for region in (HOME, SECOND):
        launched(account, region)
    account.bucket("source")
    account.bucket("store-east")
    account.bucket("store-west", SECOND)
    account.upload("source", "app.zip", FILES)
    yield service
    server.close()


def environment(account: Account, region: str = HOME) -> dict[str, Any]:
    (found,) = account.aws.client("elasticbeanstalk", region).describe_environments()["Environments"]
    return dict(found)


def launched(account: Account, region: str) -> None:
    wait_for(lambda: environment(account, region)["Status"] == "Ready", f"the launch in {region}")


def deploy(name: str = "Deploy", **more: Any) -> dict[str, Any]:
    configuration = {"ApplicationName": APPLICATION, "EnvironmentName": ENVIRONMENT} | more.pop("configuration", {})
    return action(name, "Deploy", "ElasticBeanstalk", configuration, **{"inputs": ["Source"]} | more)


def create(account: Account, *stages: list[dict[str, Any]]) -> str:
    return account.create(pipeline([s3_source()], *stages, artifactStores=STORES))


def release(account: Account, *actions: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    execution = create(account, list(actions or [deploy()]))
    status = account.ended("my-pipeline", execution)
    return status, account.actions("my-pipeline", execution)


def again(account: Account, outcome: Outcome) -> tuple[str, dict[str, Any]]:
    """Another release of the same pipeline, whose deployment ends so."""
    account.outcomes.choose(HOME, "ElasticBeanstalk", ENVIRONMENT, outcome)
    account.upload("source", "app.zip", {"index.html": outcome.encode()})
    execution = account.start("my-pipeline")
    return account.ended("my-pipeline", execution), account.actions("my-pipeline", execution)


def result(run: dict[str, Any]) -> dict[str, Any]:
    return dict(run["output"]["executionResult"])


def test_each_region_gets_a_version_from_its_own_store(account: Account, beanstalk: ElasticBeanstalk) -> None:
    account.aws.asked.clear()
    status, runs = release(account, deploy("Deploy-Home"), deploy("Deploy-Second", region=SECOND))
    assert status == "Succeeded"
    revision = result(runs["Source"])["externalExecutionId"]
    for name, region, store in (("Deploy-Home", HOME, "store-east"), ("Deploy-Second", SECOND, "store-west")):
        label, artifact = result(runs[name])["externalExecutionId"], runs[name]["input"]["inputArtifacts"][0]
        assert re.fullmatch(rf"code-pipeline-\d{{13}}-{re.escape(revision)}", label)
        described = environment(account, region)
        assert (described["VersionLabel"], described["Health"]) == (label, "Green")
        api = account.aws.client("elasticbeanstalk", region)
        (version,) = api.describe_application_versions(VersionLabels=[label])["ApplicationVersions"]
        assert version["SourceBundle"] == {"S3Bucket": store, "S3Key": artifact["s3location"]["key"]}
        assert account.unzip(artifact["s3location"], region) == FILES
        assert f"environmentId={described['EnvironmentId']}" in result(runs[name])["externalExecutionUrl"]
        assert beanstalk.page(region, ENVIRONMENT) == (True, label)
    assert {("elasticbeanstalk", region, False) for region in (HOME, SECOND)} <= account.aws.asked
    assert runs["Deploy-Home"]["output"].get("outputVariables", {}) == {}


def test_a_built_artifact_is_labelled_with_its_name(account: Account, beanstalk: ElasticBeanstalk) -> None:
    execution = create(account, [build()], [deploy(inputs=["Build"])])
    assert account.ended("my-pipeline", execution) == "Succeeded"
    label = result(account.actions("my-pipeline", execution)["Deploy"])["externalExecutionId"]
    assert re.fullmatch(r"code-pipeline-\d{13}-Build-[0-9a-f-]{36}", label)


def test_a_failed_deployment_fails_the_action_in_its_events_words(
    account: Account, beanstalk: ElasticBeanstalk
) -> None:
    _, runs = release(account)
    first = result(runs["Deploy"])["externalExecutionId"]
    status, runs = again(account, Outcome.FAIL)
    assert status == "Failed"
    error = result(runs["Deploy"])["errorDetails"]
    assert error["code"] == "JobFailed"
    assert error["message"].startswith("Deployment completed, but with errors: During an aborted deployment, some")
    assert "Failed to deploy application." in error["message"]
    assert environment(account)["VersionLabel"] == first


def test_an_environment_that_breaks_later_is_a_green_action(account: Account, beanstalk: ElasticBeanstalk) -> None:
    release(account)
    status, runs = again(account, Outcome.UNHEALTHY)
    assert status == "Succeeded"
    wait_for(lambda: environment(account)["HealthStatus"] == "Severe", "the break")
    assert beanstalk.page(HOME, ENVIRONMENT) == (False, result(runs["Deploy"])["externalExecutionId"])


def test_an_environment_that_goes_back_by_itself_is_a_green_action(
    account: Account, beanstalk: ElasticBeanstalk
) -> None:
    _, runs = release(account)
    first = result(runs["Deploy"])["externalExecutionId"]
    status, runs = again(account, Outcome.ROLLED_BACK)
    assert (status, result(runs["Deploy"])["externalExecutionId"] != first) == ("Succeeded", True)
    assert beanstalk.page(HOME, ENVIRONMENT) == (True, first)


def test_going_back_with_the_stage_is_good_whatever_is_in_force(account: Account, beanstalk: ElasticBeanstalk) -> None:
    good = create(account, [deploy()])
    assert account.ended("my-pipeline", good) == "Succeeded"
    assert again(account, Outcome.UNHEALTHY)[0] == "Succeeded"
    stage = account.api().get_pipeline(name="my-pipeline")["pipeline"]["stages"][1]["name"]
    asked = {"pipelineName": "my-pipeline", "stageName": stage, "targetPipelineExecutionId": good}
    back = account.api().rollback_stage(**asked)["pipelineExecutionId"]
    assert account.ended("my-pipeline", back) == "Succeeded"
    label = result(account.actions("my-pipeline", back)["Deploy"])["externalExecutionId"]
    assert beanstalk.page(HOME, ENVIRONMENT) == (True, label)


def test_a_deployment_that_hangs_is_aborted_by_somebody(account: Account, beanstalk: ElasticBeanstalk) -> None:
    account.outcomes.choose(HOME, "ElasticBeanstalk", ENVIRONMENT, Outcome.HANG)
    execution = create(account, [deploy()])
    begun = wait_for(
        lambda: result(account.running("my-pipeline", execution, "Deploy")).get("externalExecutionId"), "the deployment"
    )
    wait_for(lambda: environment(account)["AbortableOperationInProgress"], "the update")
    account.aws.client("elasticbeanstalk", HOME).abort_environment_update(EnvironmentName=ENVIRONMENT)
    assert account.ended("my-pipeline", execution) == "Failed"
    message = result(account.actions("my-pipeline", execution)["Deploy"])["errorDetails"]["message"]
    assert message == f"The environment runs the version Sample Application, not {begun}."


def test_an_environment_that_is_not_ready_fails_the_action(account: Account, beanstalk: ElasticBeanstalk) -> None:
    account.outcomes.choose(HOME, "ElasticBeanstalk", ENVIRONMENT, Outcome.HANG)
    account.clock.speed = 10.0
    named = {"ApplicationName": APPLICATION, "EnvironmentName": ENVIRONMENT}
    account.aws.client("s3", HOME).put_object(Bucket="store-east", Key="k", Body=b"")
    api = account.aws.client("elasticbeanstalk", HOME)
    bundle = {"S3Bucket": "store-east", "S3Key": "k"}
    api.create_application_version(ApplicationName=APPLICATION, VersionLabel="v1", SourceBundle=bundle)
    api.update_environment(**named, VersionLabel="v1")
    status, runs = release(account)
    assert status == "Failed"
    assert (
        "is in an invalid state for this operation. Must be Ready." in result(runs["Deploy"])["errorDetails"]["message"]
    )


@pytest.mark.parametrize("key", ["ApplicationName", "EnvironmentName"])
def test_what_is_not_there_is_named(account: Account, beanstalk: ElasticBeanstalk, key: str) -> None:
    status, runs = release(account, deploy(configuration={key: "nobody"}))
    assert status == "Failed"
    error = result(runs["Deploy"])["errorDetails"]
    assert error["code"] == "ConfigurationError"
    assert "nobody" in error["message"]


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (deploy(inputs=[]), "has 0 input artifacts; it must have 1 to 1"),
        (deploy(outputs=["Out"]), "has 1 output artifacts; it must have 0 to 0"),
        (deploy(configuration={"VersionLabel": "v1"}), "contains unknown configuration 'VersionLabel'"),
    ],
)
def test_the_declaration_is_checked(account: Account, wire: dict[str, Any], words: str) -> None:
    with pytest.raises(account.api().exceptions.InvalidActionDeclarationException, match=words):
        account.api().create_pipeline(pipeline=pipeline([s3_source()], [wire], artifactStores=STORES))
