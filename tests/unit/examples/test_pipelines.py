"""The examples are the pipelines that the local account releases, with stores of Crosscheck's and gates that judge."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Template
from typing import Any

import botocore.session
import pytest
from botocore.validate import validate_parameters

from crosscheck.pipelines.definition import parse_definition
from crosscheck.pipelines.gates import find_gates
from crosscheck.pipelines.parameters import parse_parameters
from local.codepipeline.definition_rules import check_definition
from tests.builders.example_pipelines import GATE, ROLE, Definition, cloudformation, of_template, of_terraform, stores
from tests.template.expanded import resources, written

SCENARIOS = Path(__file__).resolve().parents[3] / "local" / "scenarios"
A_REGIONS, B_REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-1"), ("eu-west-2", "ap-southeast-1")
CONNECTION = "arn:aws:codestar-connections:us-east-1:111122223333:connection/1"


def scenario(name: str, **values: str) -> Definition:
    text = (SCENARIOS / name).read_text()
    return dict(json.loads(Template(text).substitute(values, role=ROLE)))


def of_cloudformation() -> Definition:
    made = stores("pipeline-artifacts-service", A_REGIONS)
    attributes = {
        f"Stores.{region}.{name}": value
        for region, store in made.items()
        for name, value in (("Bucket", store["location"]), ("KeyArn", store["encryptionKey"]["id"]))
    }
    values = {"PipelineRole.Arn": ROLE, "GateFunctionName": GATE, "ConnectionArn": CONNECTION} | attributes
    defaults = {name: each["Default"] for name, each in cloudformation()["Parameters"].items() if "Default" in each}
    return of_template(cloudformation(), defaults | values)


def of_hcl() -> Definition:
    values = {
        "aws_iam_role.pipeline.arn": ROLE,
        "local.crosscheck.GateFunctionName": GATE,
        "var.source_bucket": "sources",
        "var.source_key": "release.zip",
    }
    return of_terraform(values, stores("pipeline-artifacts", B_REGIONS))


EXAMPLES = {"cloudformation": (of_cloudformation(), "us-east-1"), "terraform": (of_hcl(), "eu-west-2")}


def plain(definition: Definition, *, without: str = "") -> list[Any]:
    """The stages, without what gates are asked for beyond their regions, which in a local account is less time."""
    stages: list[Any] = json.loads(json.dumps(definition["stages"]))
    for stage in stages:
        for action in stage["actions"]:
            if asked := action["configuration"].get("UserParameters"):
                told = json.loads(asked)
                action["configuration"]["UserParameters"] = {key: told.get(key) for key in ("execution", "regions")}
    return [stage for stage in stages if stage["name"] != without]


def test_cloudformations_is_release_a() -> None:
    expected = scenario("canary_service.json", gate=GATE, connection=CONNECTION)
    found, _ = EXAMPLES["cloudformation"]
    assert plain(found) == plain(expected)
    assert {**found, "stages": [], "artifactStores": {}} == {**expected, "stages": []}


def test_terraforms_is_release_b_with_a_gate_behind_it() -> None:
    expected = scenario("data_residency.json", source="sources", key="release.zip")
    found, _ = EXAMPLES["terraform"]
    assert plain(found, without="Validate") == plain(expected)
    assert found["stages"][-1]["name"] == "Validate"
    assert {**found, "stages": [], "artifactStores": {}} == {**expected, "stages": []}


@pytest.mark.parametrize(("definition", "region"), EXAMPLES.values(), ids=EXAMPLES)
def test_codepipeline_takes_it(definition: Definition, region: str) -> None:
    shape = botocore.session.get_session().get_service_model("codepipeline").shape_for("PipelineDeclaration")
    validate_parameters(definition, shape)
    check_definition(definition, region)


@pytest.mark.parametrize(("definition", "region"), EXAMPLES.values(), ids=EXAMPLES)
def test_every_region_of_a_deploy_action_has_a_store_and_a_gate_that_judges_it(
    definition: Definition, region: str
) -> None:
    parsed: Any = parse_definition(definition, region)  # type: ignore[arg-type]  # as GetPipeline answers it
    deployed = {action.region for action in parsed.actions if action.deploys}
    assert deployed <= set(definition["artifactStores"])
    gates = find_gates(parsed, GATE, {}, lambda text: parse_parameters(text, _no_plans))
    judged = {(gate.stage, each) for gate in gates for each in gate.regions}
    stages = {(stage.name, action.region) for stage in parsed.stages for action in stage.deploy_actions}
    assert stages == judged


def test_the_cloudformation_example_makes_its_stores_as_the_stack_does() -> None:
    made = cloudformation()["Resources"]["Stores"]["Properties"]
    prefix = str(written()["Parameters"]["ArtifactStorePrefix"]["Default"])
    assert made["Prefix"].startswith(prefix)
    assert made["ServiceTimeout"] == 3300
    assert set(made["Regions"]) == set(A_REGIONS)


def test_the_terraform_example_reads_the_parameters_and_outputs_that_the_stack_has() -> None:
    folder = SCENARIOS.parents[1] / "examples" / "terraform"
    text = "\n".join(path.read_text() for path in sorted(folder.glob("*.tf")))
    assert '"/crosscheck/${var.crosscheck_stack}/${var.store_prefix}/${each.key}"' in text
    assert set(re.findall(r"local\.crosscheck\.(\w+)", text)) <= written()["Outputs"].keys()
    assert set(resources("AWS::IAM::ManagedPolicy")) >= {"PipelineArtifactPolicy", "GateInvocationPolicy"}


def _no_plans() -> Any:
    raise AssertionError("no example names a plan")
