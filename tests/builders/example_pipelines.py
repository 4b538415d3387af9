"""The pipelines of ``examples/``, as CodePipeline would be told of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import hcl2
from cfnlint.decode.cfn_yaml import load as load_template

from local.emulator.pipeline_properties import declaration
from tests.builders.intrinsics import resolved

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
GATE = "crosscheck-GateStage-1"

type Definition = dict[str, Any]
type Values = Mapping[str, Any]

# Of a block of Terraform's provider, what the API calls it. https://registry.terraform.io/providers/hashicorp/aws
_TYPE = ("category", "owner", "provider", "version")


def stores(prefix: str, regions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Artifact stores as Crosscheck makes them."""
    return {
        region: {
            "type": "S3",
            "location": f"{prefix}-{region}-{ACCOUNT}",
            "encryptionKey": {"id": f"arn:aws:kms:{region}:{ACCOUNT}:key/1", "type": "KMS"},
        }
        for region in regions
    }


def of_template(template: Mapping[str, Any], values: Values) -> Definition:
    """Of the one pipeline that a template of CloudFormation has. ``values`` say what is named in it."""
    [pipeline] = [each for each in template["Resources"].values() if each["Type"] == "AWS::CodePipeline::Pipeline"]
    return declaration(resolved(pipeline["Properties"], values))


def cloudformation() -> Mapping[str, Any]:
    """The template of ``examples/cloudformation``."""
    return cast("Mapping[str, Any]", load_template(str(EXAMPLES / "cloudformation" / "pipeline.yaml")))


def of_terraform(values: Values, made: Mapping[str, dict[str, Any]]) -> Definition:
    """Of ``examples/terraform``, with values for what it names; ``made`` are the stores that its parameters hold."""
    text = (EXAMPLES / "terraform" / "main.tf").read_text()
    resource = _one(_one(hcl2.loads(text)["resource"])['"aws_codepipeline"'])
    [dynamic] = resource["dynamic"]
    [(kind, block)] = [each for each in dynamic.items() if each[0] != "__is_block__"]
    assert (kind, block["for_each"]) == ('"artifact_store"', "${local.stores}")
    [content] = block["content"]
    declared = [_content(content, region, store) for region, store in made.items()]
    return {
        "name": _value(resource["name"], values),
        "pipelineType": _value(resource["pipeline_type"], values),
        "executionMode": _value(resource["execution_mode"], values),
        "roleArn": _value(resource["role_arn"], values),
        "artifactStores": {each.pop("region"): each for each in declared},
        "stages": [
            {"name": _value(stage["name"], values), "actions": [_action(each, values) for each in stage["action"]]}
            for stage in resource["stage"]
        ],
    }


def _one(node: Any) -> Any:
    """The only thing in a list, or under the only key of a block."""
    [found] = node if isinstance(node, list) else [node[key] for key in node if key != "__is_block__"]
    return found


def _content(content: Mapping[str, Any], region: str, store: Mapping[str, Any]) -> dict[str, Any]:
    """A block that `dynamic` makes."""
    key = store["encryptionKey"]
    values = {
        "artifact_store.key": region,
        "artifact_store.value.type": store["type"],
        "artifact_store.value.location": store["location"],
        "artifact_store.value.encryptionKey.id": key["id"],
        "artifact_store.value.encryptionKey.type": key["type"],
    }
    [encryption] = content["encryption_key"]
    plain = {name: _value(content[name], values) for name in ("region", "type", "location")}
    return plain | {"encryptionKey": {name: _value(encryption[name], values) for name in ("id", "type")}}


def _action(block: Mapping[str, Any], values: Values) -> Definition:
    known = {*_TYPE, "name", "namespace", "region", "run_order", "configuration", "input_artifacts", "output_artifacts"}
    assert set(block) - {"__is_block__"} <= known, "the definition would lack what the block says"
    action: Definition = {
        "name": _value(block["name"], values),
        "actionTypeId": {name: _value(block[name], values) for name in _TYPE},
        "configuration": {name: _value(value, values) for name, value in block["configuration"].items()},
    }
    for name, called in (("namespace", "namespace"), ("region", "region"), ("run_order", "runOrder")):
        if name in block:
            action[called] = _value(block[name], values)
    for name, called in (("input_artifacts", "inputArtifacts"), ("output_artifacts", "outputArtifacts")):
        if name in block:
            action[called] = [{"name": _value(each, values)} for each in block[name]]
    return action


def _value(node: Any, values: Values) -> Any:
    """A literal, a reference that ``values`` knows, or ``jsonencode`` of such."""
    if not isinstance(node, str):
        return node
    if encoded := re.fullmatch(r"\$\{jsonencode\((.*)\)\}", node, re.DOTALL):
        given = hcl2.loads(f"value = {encoded[1]}")["value"]
        return json.dumps({name: _value(part, values) for name, part in given.items() if name != "__is_block__"})
    if reference := re.fullmatch(r"\$\{([\w.]+)\}", node):
        return values[reference[1]]
    assert node.startswith('"'), f"{node} is no value that is known here"
    return json.loads(node)
