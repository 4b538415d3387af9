"""What a card needs of a pipeline's definition, small enough to be a fact."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from crosscheck.pipelines import PipelineDefinition, StageDefinition


def outline(definition: PipelineDefinition, gate_function: str) -> dict[str, Any]:
    """``{"version", "stages": [{"name", "actions": [{"name", "category", "provider", "region"}]}], "gated": […]}``.

    ``gated`` lists the stages whose deployments a gate verifies: a gate stands in the stage itself or in a
    later one, before the next stage that deploys; or a rule of a condition is a gate and names the stage.
    """
    return {
        "version": definition.version,
        "stages": [
            {
                "name": stage.name,
                "actions": [
                    {
                        "name": action.name,
                        "category": action.category,
                        "provider": action.provider,
                        "region": action.region,
                    }
                    for action in stage.actions
                ],
            }
            for stage in definition.stages
        ],
        "gated": sorted(_gated(definition, gate_function)),
    }


def is_gate(configuration: Mapping[str, str], gate_function: str) -> bool:
    """Whether what is configured so invokes the gate, named as it is or by an ARN."""
    return gate_function in configuration.get("FunctionName", "").split(":")


def _gated(definition: PipelineDefinition, gate_function: str) -> set[str]:
    gated: set[str] = set()
    deployed = None
    for stage in definition.stages:
        if stage.deploy_actions:
            deployed = stage.name
        if deployed and any(
            action.provider == "Lambda" and is_gate(action.configuration, gate_function) for action in stage.actions
        ):
            gated.add(deployed)
        gated.update(filter(None, _ruled(stage, gate_function)))
    return gated


def _ruled(stage: StageDefinition, gate_function: str) -> Iterator[str]:
    """The stages that gates among the rules of this stage's conditions verify; such a gate must name its stage."""
    for rule in stage.rules:
        if rule.provider == "LambdaInvoke" and is_gate(rule.configuration, gate_function):
            yield _named_stage(rule.configuration.get("UserParameters", ""))


def _named_stage(parameters: str) -> str:
    """Empty where the parameters name none: the gate refuses that itself."""
    try:
        given = json.loads(parameters)
    except (ValueError, RecursionError):
        return ""
    named = given.get("stage") if isinstance(given, dict) else None
    return named if isinstance(named, str) else ""
