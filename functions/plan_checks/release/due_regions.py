"""Who judges what when a stage has finished: pure.

Where a gate covers a stage and a region, the gate is the judge of it. Its turn comes with the stage that it stands in,
so what it covers is concluded once that stage has finished; a gate that can have no turn any more, because the stage
that it verifies failed, or one between the two, or because a rollback runs this stage alone, leaves its regions to the
fan-out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crosscheck.ledger.verdict_facts import RegionJudge
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.gates import GateDefinition


@dataclass(frozen=True)
class DueRegion:
    """A stage's region that is to be judged now. ``gates`` cover it, those in a dry run included."""

    stage: str
    region: str
    gates: tuple[GateDefinition, ...]

    @property
    def judges(self) -> tuple[GateDefinition, ...]:
        """The gates whose verdict counts."""
        return tuple(gate for gate in self.gates if not gate.parameters.dry_run)


def judges_of(definition: PipelineDefinition, gates: Sequence[GateDefinition], *, alone: bool) -> Iterator[RegionJudge]:
    """Who judges each region that a stage deploys to, as far as the definition tells; ``alone`` as below."""
    for each in _covered(definition, [gate for gate in gates if not alone or gate.stands == gate.stage]):
        yield RegionJudge(each.stage, each.region, tuple(sorted(f"{gate.stands}/{gate.name}" for gate in each.judges)))


def due_regions(
    definition: PipelineDefinition,
    gates: Sequence[GateDefinition],
    finished: str,
    *,
    succeeded: bool,
    alone: bool = False,
) -> tuple[DueRegion, ...]:
    """What is to be judged when the stage ``finished`` has ended; ``alone``: the execution runs no other stage."""
    in_turn = [gate for gate in gates if gate.stands == finished] if alone else gates
    return tuple(_due(definition, in_turn, finished, succeeded=succeeded))


def _due(
    definition: PipelineDefinition, gates: Sequence[GateDefinition], finished: str, *, succeeded: bool
) -> Iterator[DueRegion]:
    order = [stage.name for stage in definition.stages]
    for found in _covered(definition, gates):
        later = [gate for gate in found.judges if order.index(gate.stands) > order.index(found.stage)]
        own_turn = found.stage == finished and not (succeeded and later)
        if own_turn or _turn_of_a_gate(found, order, finished, succeeded=succeeded):
            yield found


def _covered(definition: PipelineDefinition, gates: Sequence[GateDefinition]) -> Iterator[DueRegion]:
    """Every region that a stage deploys to, with the gates that cover it."""
    for stage in definition.stages:
        for region in sorted({action.region for action in stage.deploy_actions}):
            covering = tuple(gate for gate in gates if gate.stage == stage.name and region in gate.regions)
            yield DueRegion(stage.name, region, covering)


def _turn_of_a_gate(found: DueRegion, order: Sequence[str], finished: str, *, succeeded: bool) -> bool:
    """Whether a gate behind the region's stage has had its turn, or lost it to a failed stage before its own."""
    if finished not in order or order.index(finished) == order.index(found.stage):
        return False
    if any(gate.stands == finished for gate in found.judges):
        return True
    between = order.index(found.stage) < order.index(finished)
    lost = any(order.index(gate.stands) > order.index(finished) for gate in found.judges)
    return not succeeded and between and lost
