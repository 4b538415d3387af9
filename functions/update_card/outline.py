"""What a card needs of a pipeline's definition, small enough to be a fact."""

from crosscheck.ledger.pipeline_facts import Outline, OutlineAction, OutlineStage
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.gates import find_gates
from crosscheck.pipelines.parameters import Parameters, parse_document


def outline(definition: PipelineDefinition, gate_function: str) -> Outline:
    """The outline of a definition. ``gate_function`` is the name of the gate's function, by which gates are known."""
    gates = _gates(definition, gate_function)
    return Outline(
        version=definition.version,
        stages=tuple(
            OutlineStage(
                stage.name,
                tuple(OutlineAction(each.name, each.category, each.provider, each.region) for each in stage.actions),
            )
            for stage in definition.stages
        ),
        gates={stage: tuple(sorted(holders)) for stage, holders in gates.items()},
    )


def _gates(definition: PipelineDefinition, gate_function: str) -> dict[str, set[str]]:
    gates: dict[str, set[str]] = {}
    for gate in find_gates(definition, gate_function, {}, _own):
        gates.setdefault(gate.stage, set()).add(gate.stands)
    return gates


def _own(text: str) -> Parameters:
    """What a gate was told directly; a plan is not read for a card."""
    return Parameters(**parse_document(text, "UserParameters"))
