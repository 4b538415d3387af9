"""The scenarios' pipelines are what SCENARIOS promises, and what CodePipeline takes."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.clients import ACCOUNT_ID
from local.codedeploy.revisions import parse_appspec
from local.scenarios.data_residency import LONDON, SINGAPORE, DataResidency, sources
from local.scenarios.ec2_fleet import Ec2Fleet, bundle
from local.scenarios.scenario import Scenario

PREFIX_LIMIT = 30  # characters, of Custom::ArtifactStores
STACKS_PREFIX = "pipeline-artifacts"


def scenario(kind: type[Scenario]) -> Scenario:
    found = kind(cast("Any", SimpleNamespace(account_id=ACCOUNT_ID)))
    found.stores = {region: {"type": "S3", "location": f"store-{region}"} for region in found.regions}
    return found


def deployments(definition: dict[str, Any]) -> list[dict[str, Any]]:
    actions = [action for stage in definition["stages"] for action in stage["actions"]]
    return [action for action in actions if action["actionTypeId"]["category"] == "Deploy"]


@pytest.mark.parametrize("kind", [DataResidency, Ec2Fleet])
def test_every_scenario(kind: type[Scenario]) -> None:
    one = scenario(kind)
    definition = one.definition()
    assert definition["name"] == one.pipeline
    assert definition["roleArn"].endswith(f":role/{one.pipeline}")
    assert {action["region"] for action in deployments(definition)} == set(one.regions) == set(one.stores)
    assert {action["runOrder"] for action in deployments(definition)} == {1}
    assert one.prefix.startswith(STACKS_PREFIX)
    assert len(one.prefix) <= PREFIX_LIMIT


def test_release_b_deploys_two_regions_in_one_stage_with_templates_of_their_own() -> None:
    london, singapore = deployments(scenario(DataResidency).definition())
    assert (london["name"], singapore["name"]) == ("Deploy", "Deploy-Singapore")
    files = sources("a change")
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
    assert "appspec.yml" in bundle("a change")
