"""What a card needs of a pipeline's definition, small enough to be a fact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crosscheck.errors import ConfigurationError
from crosscheck.plans.scope import Position, scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crosscheck.pipelines import ActionDefinition, PipelineDefinition, StageDefinition


def outline(definition: PipelineDefinition, gate_function: str) -> dict[str, Any]:
    """``{"version", "stages": [{"name", "actions": [{"name", "category", "provider", "region"}]}], "gated", "gates"}``.

    ``gates`` is ``{stage: [stages]}``: for each stage whose deployments gates verify, the stages that hold those
    gates, as actions or as rules of their conditions; ``gated`` is the list of its keys. All are sorted. What an
    earlier version wrote has no ``gates``.
    """
    gates = _gates(definition, gate_function)
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
        "gated": sorted(gates),
        "gates": {stage: sorted(gates[stage]) for stage in sorted(gates)},
    }


def is_gate(configuration: Mapping[str, str], gate_function: str) -> bool:
    """Whether what is configured so invokes the gate, named as it is or by an ARN."""
    return gate_function in configuration.get("FunctionName", "").split(":")


def _gates(definition: PipelineDefinition, gate_function: str) -> dict[str, set[str]]:
    gates: dict[str, set[str]] = {}
    for stage in definition.stages:
        for verified in (*_judged(definition, stage, gate_function), *_ruled(stage, gate_function)):
            gates.setdefault(verified, set()).add(stage.name)
    return gates


def _judged(definition: PipelineDefinition, stage: StageDefinition, gate_function: str) -> Iterator[str]:
    """The stages that gates among the actions of this stage verify; a gate without one refuses itself."""
    for action in stage.actions:
        if action.provider == "Lambda" and is_gate(action.configuration, gate_function):
            try:
                yield _scope_of(definition, action)
            except ConfigurationError:
                continue


def _scope_of(definition: PipelineDefinition, gate: ActionDefinition) -> str:
    named = _named_stage(gate.configuration.get("UserParameters", ""))
    return scope(definition, Position(gate.stage, gate.name), named, ()).stage


def _ruled(stage: StageDefinition, gate_function: str) -> Iterator[str]:
    """The stages that gates among the rules of this stage's conditions verify; such a gate must name its stage."""
    for rule in stage.rules:
        if rule.provider == "LambdaInvoke" and is_gate(rule.configuration, gate_function):
            named = _named_stage(rule.configuration.get("UserParameters", ""))
            if named:
                yield named


def _named_stage(parameters: str) -> str:
    """Empty where the parameters name none, or are none: the gate itself says what is wrong with them."""
    try:
        given = json.loads(parameters)
    except (ValueError, RecursionError):
        return ""
    named = given.get("stage") if isinstance(given, dict) else None
    return named if isinstance(named, str) else ""
