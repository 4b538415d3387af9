"""What a card needs of a pipeline's definition, small enough to be a fact."""

from crosscheck.ledger.execution_facts import Outline, OutlineAction, OutlineStage
from crosscheck.pipelines.definition import PipelineDefinition


def outline(definition: PipelineDefinition) -> Outline:
    """The outline of a definition."""
    return Outline(
        version=definition.version,
        stages=tuple(
            OutlineStage(
                stage.name,
                tuple(OutlineAction(each.name, each.category, each.provider, each.region) for each in stage.actions),
            )
            for stage in definition.stages
        ),
    )
