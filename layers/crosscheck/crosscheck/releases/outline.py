"""What a card needs of a pipeline's definition, small enough to be a fact."""

from typing import Any

from crosscheck.pipelines import ActionDefinition, PipelineDefinition


def outline(definition: PipelineDefinition, gate_function: str) -> dict[str, Any]:
    """``{"version", "stages": [{"name", "actions": [{"name", "category", "provider", "region"}]}], "gated": […]}``.

    ``gated`` lists the stages whose deployments a gate verifies: a gate stands in the stage itself or in a
    later one, before the next stage that deploys.
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


def is_gate(action: ActionDefinition, gate_function: str) -> bool:
    """Whether an action invokes the gate, named as it is or by an ARN."""
    invoked = action.configuration.get("FunctionName", "")
    return action.provider == "Lambda" and gate_function in invoked.split(":")


def _gated(definition: PipelineDefinition, gate_function: str) -> set[str]:
    gated: set[str] = set()
    deployed = None
    for stage in definition.stages:
        if stage.deploy_actions:
            deployed = stage.name
        if deployed and any(is_gate(action, gate_function) for action in stage.actions):
            gated.add(deployed)
    return gated
