"""What a card needs of a pipeline's definition, small enough to be a fact."""

from typing import Any

from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.gates import find_gates
from crosscheck.pipelines.parameters import Parameters, parse_document


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


def _gates(definition: PipelineDefinition, gate_function: str) -> dict[str, set[str]]:
    gates: dict[str, set[str]] = {}
    for gate in find_gates(definition, gate_function, {}, _own):
        gates.setdefault(gate.stage, set()).add(gate.stands)
    return gates


def _own(text: str) -> Parameters:
    """What a gate was told directly; a plan is not read for a card."""
    return Parameters(**parse_document(text, "UserParameters"))
