"""A pipeline as templates of CloudFormation write it, and as CodePipeline's API does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What the API takes beside the declaration, or what CloudFormation alone has.
_BESIDE = {"Tags", "RestartExecutionOnUpdate", "DisableInboundStageTransitions"}


def declaration(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The PipelineDeclaration of an ``AWS::CodePipeline::Pipeline``, whose intrinsic functions are resolved.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codepipeline-pipeline.html
    """
    named = {key: value for key, value in properties.items() if key not in _BESIDE and key != "ArtifactStores"}
    declared: dict[str, Any] = _lower(named)
    if stores := properties.get("ArtifactStores"):
        declared["artifactStores"] = {each["Region"]: _lower(each["ArtifactStore"]) for each in stores}
    for stage in declared["stages"]:
        for action in stage["actions"]:
            if "runOrder" in action:
                action["runOrder"] = int(action["runOrder"])
    return declared


def tags(properties: Mapping[str, Any]) -> list[dict[str, str]]:
    """The pipeline's tags as the API takes them."""
    return [{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags", [])]


def _lower(node: Any) -> Any:
    """With the API's names; the keys of a configuration are the action's own, and its values are texts."""
    if isinstance(node, Mapping):
        return {
            key[0].lower() + key[1:]: _texts(value) if key == "Configuration" else _lower(value)
            for key, value in node.items()
        }
    return [_lower(part) for part in node] if isinstance(node, list) else node


def _texts(configuration: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in configuration.items()}
