"""Releases B and C of the scenarios, run by the account that the contract describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.scenarios.data_residency import LONDON, SINGAPORE
from local.scenarios.ec2_fleet import APPLICATION, GROUP
from tests.e2e.code_deploy import without_rollback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.scenarios.data_residency import DataResidency
    from local.scenarios.ec2_fleet import Ec2Fleet
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module", autouse=True)
def _no_rollback(residency: DataResidency, fleet: Ec2Fleet) -> Iterator[None]:
    """What is taken back here is taken back by the test: Crosscheck only looks."""
    with without_rollback(residency, fleet):
        yield


def page(outside: Outside, region: str, name: str) -> tuple[int, str]:
    answer = requests.get(f"{outside.description['web']}/{region}/{name}", timeout=60)
    return answer.status_code, answer.json()["revision"]


def end(outside: Outside, provider: str, region: str, outcome: str) -> None:
    """Choose how later deployments end."""
    body = {"region": region, "provider": provider, "outcome": outcome}
    outside.post("/deployments", body).raise_for_status()


def source_version(scenario: Ec2Fleet, execution: str) -> str:
    (source,) = [action for action in scenario.actions(execution) if action["actionName"] == "Source"]
    return str(source["output"]["executionResult"]["externalExecutionId"])


def test_every_region_serves_the_version_of_the_source(fleet: Ec2Fleet, outside: Outside) -> None:
    execution = fleet.push("Serve the second page")
    assert fleet.wait(execution) == "Succeeded"
    version = source_version(fleet, execution)
    for region in fleet.regions:
        status, text = page(outside, region, APPLICATION)
        assert status == 200
        assert version in text


def test_an_unhealthy_region_is_green_and_down(fleet: Ec2Fleet, outside: Outside) -> None:
    end(outside, "CodeDeploy", "ap-southeast-2", "unhealthy")
    execution = fleet.push("Serve the third page")
    assert fleet.wait(execution) == "Succeeded"
    found = {region: page(outside, region, APPLICATION)[0] for region in fleet.regions}
    assert found == {"us-west-2": 200, "us-east-1": 200, "ap-southeast-2": 503}


def test_a_failed_region_keeps_serving_what_it_served(fleet: Ec2Fleet, outside: Outside) -> None:
    assert fleet.wait(fleet.push("Serve the fourth page")) == "Succeeded"
    before = page(outside, "us-east-1", APPLICATION)
    end(outside, "CodeDeploy", "us-east-1", "fail")
    assert fleet.wait(fleet.push("Serve the fifth page")) == "Failed"
    assert page(outside, "us-east-1", APPLICATION) == before
    codedeploy = outside.client("codedeploy", "us-east-1")
    named = {"applicationName": APPLICATION, "deploymentGroupName": GROUP}
    group = codedeploy.get_deployment_group(**named)["deploymentGroupInfo"]
    assert group["lastAttemptedDeployment"]["status"] == "Failed"
    assert group["lastSuccessfulDeployment"]["status"] == "Succeeded"


def test_both_regions_are_deployed_at_once(residency: DataResidency, outside: Outside) -> None:
    execution = residency.push("Serve the new catalogue")
    assert residency.wait(execution) == "Succeeded"
    runs = {action["actionName"]: action for action in residency.actions(execution)}
    london, singapore = runs["Deploy"], runs["Deploy-Singapore"]
    assert london["startTime"] < singapore["lastUpdateTime"]
    assert singapore["startTime"] < london["lastUpdateTime"]
    image = _image(runs["Build"])
    for service in (LONDON, SINGAPORE):
        status, text = page(outside, service.region, service.name)
        assert status == 200
        assert image in text


def test_ecs_tells_what_codedeploy_deployed(residency: DataResidency, outside: Outside) -> None:
    execution = residency.push("Serve the catalogue of the day")
    assert residency.wait(execution) == "Succeeded"
    (build,) = [action for action in residency.actions(execution) if action["actionName"] == "Build"]
    for service in (LONDON, SINGAPORE):
        ecs = outside.client("ecs", service.region)
        (shown,) = ecs.describe_services(cluster=service.name, services=[service.name])["services"]
        primary = shown["taskSets"][0]
        assert (primary["status"], primary["startedBy"], shown["deployments"]) == ("PRIMARY", "CODE_DEPLOY", [])
        arns = ecs.list_tasks(cluster=service.name, serviceName=service.name, startedBy=primary["id"])["taskArns"]
        tasks = ecs.describe_tasks(cluster=service.name, tasks=arns)["tasks"]
        assert [task["containers"][0]["imageDigest"] for task in tasks] == [_image(build)] * service.desired
        with pytest.raises(ecs.exceptions.InvalidParameterException, match="Use AWS CodeDeploy"):
            ecs.update_service(cluster=service.name, service=service.name, taskDefinition=shown["taskDefinition"])


def test_singapore_alone_is_down(residency: DataResidency, outside: Outside) -> None:
    end(outside, "CodeDeployToECS", "ap-southeast-1", "unhealthy")
    assert residency.wait(residency.push("Serve a broken catalogue")) == "Succeeded"
    assert page(outside, LONDON.region, LONDON.name)[0] == 200
    assert page(outside, SINGAPORE.region, SINGAPORE.name)[0] == 503


def _image(build: dict[str, Any]) -> str:
    return str(build["output"]["outputVariables"]["IMAGE_DIGEST"])
