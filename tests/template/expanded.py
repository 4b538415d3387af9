"""The template as it is written, and as CloudFormation expands it: with the files that it includes, and by SAM."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any, cast

import boto3
import yaml
from cfnlint.decode.cfn_yaml import load as load_template
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"

type Template = dict[str, Any]


def written() -> Template:
    """The template of the repository, with CloudFormation's short forms written out."""
    return cast("Template", _plain(load_template(str(TEMPLATE))))


@cache
def expanded() -> Template:
    """What CloudFormation makes of it. Local folders become S3 addresses first, as ``sam package`` would have it."""
    template = cast("Template", _with_includes(written()))
    del template["Metadata"]["cfn-lint"]  # what it ignores in a part, it has to accept in the whole
    template["Globals"]["Function"]["CodeUri"] = {"Bucket": "packages", "Key": "functions"}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = {"Bucket": "packages", "Key": "layer"}
        if resource["Type"] == "AWS::Serverless::StateMachine":
            # Inline, so that cfn-lint looks into it.
            definition = TEMPLATE.parent / resource["Properties"].pop("DefinitionUri")
            resource["Properties"]["Definition"] = yaml.safe_load(definition.read_text())
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
    return cast("Template", translator.translate(template, parameter_values={}))


def resources(kind: str) -> dict[str, Template]:
    """The properties of every resource of a type, by logical id."""
    found = expanded()["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}


def _with_includes(node: Any) -> Any:
    """The node with the content of the files that it includes, beside whatever else stands there.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
    """
    if isinstance(node, list):
        return [_with_includes(part) for part in node]
    if not isinstance(node, dict):
        return node
    own = {key: _with_includes(value) for key, value in node.items() if key != "Fn::Transform"}
    if "Fn::Transform" not in node:
        return own
    assert node["Fn::Transform"]["Name"] == "AWS::Include"
    # Plain YAML: a short form, which CloudFormation refuses in an included file, is an error here as well.
    content = yaml.safe_load((TEMPLATE.parent / node["Fn::Transform"]["Parameters"]["Location"]).read_text())
    assert own.keys().isdisjoint(content), "CloudFormation does not say which of the two it takes"
    return own | content


def _plain(node: Any) -> Any:
    """cfn-lint's nodes, which remember their lines, as plain values."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(part) for part in node]
    return str(node) if isinstance(node, str) else node


if __name__ == "__main__":
    json.dump(expanded(), sys.stdout, indent=2)
