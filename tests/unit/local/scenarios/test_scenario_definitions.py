"""The scenarios' pipelines are what SCENARIOS promises, and what CodePipeline takes."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.clients import ACCOUNT_ID
from local.codedeploy.revisions import parse_appspec
from local.scenarios.beanstalk_site import APPLICATION, ENVIRONMENT, BeanstalkSite
from local.scenarios.canary_service import CanaryService
from local.scenarios.data_residency import LONDON, SINGAPORE, DataResidency
from local.scenarios.ec2_fleet import Ec2Fleet
from local.scenarios.s3_scenario import S3Scenario
from local.scenarios.scenario import Scenario

PREFIX_LIMIT = 30  # characters, of Custom::ArtifactStores
STACKS_PREFIX = "pipeline-artifacts"


def store(region: str) -> dict[str, str]:
    return {"type": "S3", "location": f"store-{region}"}


def scenario[Kind: Scenario](kind: type[Kind]) -> Kind:
    stores = json.dumps({region: store(region) for region in kind.regions})
    outputs = {"ArtifactStores": stores, "GateFunctionName": "gate"}
    return kind(cast("Any", SimpleNamespace(account_id=ACCOUNT_ID, outputs=outputs)))


def deployments(definition: dict[str, Any]) -> list[dict[str, Any]]:
    actions = [action for stage in definition["stages"] for action in stage["actions"]]
    return [action for action in actions if action["actionTypeId"]["category"] == "Deploy"]


@pytest.mark.parametrize("kind", [BeanstalkSite, CanaryService, DataResidency, Ec2Fleet])
def test_every_scenario(kind: type[Scenario]) -> None:
    one = scenario(kind)
    definition = one.definition()
    assert definition["name"] == one.pipeline
    assert definition["roleArn"].endswith(f":role/{one.pipeline}")
    assert {action["region"] for action in deployments(definition)} == set(one.regions)
    assert {action.get("runOrder", 1) for action in deployments(definition)} == {1}


@pytest.mark.parametrize("kind", [DataResidency, Ec2Fleet])
def test_stores_of_ones_own_are_within_the_stacks_prefix(kind: type[S3Scenario]) -> None:
    assert kind.prefix.startswith(STACKS_PREFIX)
    assert len(kind.prefix) <= PREFIX_LIMIT


@pytest.mark.parametrize("kind", [BeanstalkSite, CanaryService])
def test_the_accounts_stores_do_for_releases_in_its_regions(kind: type[Scenario]) -> None:
    one = scenario(kind)
    assert set(one.definition()["artifactStores"]) == set(one.regions)


def test_release_b_deploys_two_regions_in_one_stage_with_templates_of_their_own() -> None:
    london, singapore = deployments(scenario(DataResidency).definition())
    assert (london["name"], singapore["name"]) == ("Deploy", "Deploy-Singapore")
    files = scenario(DataResidency).files("a change")
    for action, service in ((london, LONDON), (singapore, SINGAPORE)):
        configuration = action["configuration"]
        assert action["actionTypeId"]["provider"] == "CodeDeployToECS"
        assert configuration["ApplicationName"] == service.name
        assert b"<IMAGE1_NAME>" in files[configuration["TaskDefinitionTemplatePath"]]
        appspec = parse_appspec(files[configuration["AppSpecTemplatePath"]].decode())
        assert (appspec.task_definition, appspec.container, appspec.port) == ("<TASK_DEFINITION>", "web", 8080)


def test_release_c_deploys_one_application_in_three_regions() -> None:
    definition = scenario(Ec2Fleet).definition()
    (source,) = definition["stages"][0]["actions"]
    assert source["configuration"]["S3ObjectKey"] == "s3-app-linux.zip"
    assert {action["configuration"]["ApplicationName"] for action in deployments(definition)} == {
        "CrossRegionActionSupport"
    }
    assert len({action["configuration"]["DeploymentGroupName"] for action in deployments(definition)}) == 1
    assert "appspec.yml" in scenario(Ec2Fleet).files("a change")


def test_the_site_deploys_to_an_environment_in_each_region() -> None:
    for action in deployments(scenario(BeanstalkSite).definition()):
        assert action["actionTypeId"]["provider"] == "ElasticBeanstalk"
        assert action["configuration"] == {"ApplicationName": APPLICATION, "EnvironmentName": ENVIRONMENT}
