"""Which stage is verified, and which of its deploy actions."""

from collections.abc import Collection
from dataclasses import dataclass

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import ActionDefinition, PipelineDefinition, StageDefinition


@dataclass(frozen=True)
class Position:
    """Where the judge itself stands in the pipeline; empty where that is not known."""

    stage: str = ""
    action: str = ""


@dataclass(frozen=True)
class Scope:
    """What is verified: a stage's deploy actions, those in ``regions``. ``stage_regions`` are all of the stage's,
    ``pipeline_regions`` all that any stage deploys to; ``home_region`` hosts the pipeline."""

    stage: str
    actions: tuple[ActionDefinition, ...]
    stage_regions: tuple[str, ...]
    home_region: str
    pipeline_regions: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that are verified, sorted."""
        return tuple(sorted({action.region for action in self.actions}))


def scope(definition: PipelineDefinition, position: Position, stage: str, regions: Collection[str]) -> Scope:
    """The scope of a judge at ``position``; the user names ``stage`` and ``regions``, and may leave either out (empty).

    Raises:
        ConfigurationError: there is no such stage, nothing that deploys, or a region to which it does not deploy.
    """
    verified = definition.stage(stage) if stage else _default_stage(definition, position)
    actions = _before(verified, position)
    if not actions:
        raise ConfigurationError(f"stage {verified.name} has no deploy action that could be verified from here")
    known = sorted({action.region for action in actions})
    strangers = sorted(set(regions) - set(known))
    if strangers:
        raise ConfigurationError(
            f"regions: stage {verified.name} does not deploy to {strangers[0][:40]}; it deploys to {', '.join(known)}"
        )
    chosen = tuple(action for action in actions if not regions or action.region in regions)
    everywhere = tuple(sorted({action.region for action in definition.actions if action.deploys}))
    return Scope(verified.name, chosen, tuple(known), definition.region, everywhere)


def _default_stage(definition: PipelineDefinition, position: Position) -> StageDefinition:
    """The judge's own stage where it deploys before the judge's turn, else the nearest stage before that deploys."""
    if not position.stage:
        raise ConfigurationError("stage: say which stage to verify; CodePipeline does not say where this gate stands")
    own = definition.stage(position.stage)
    before = definition.stages[: definition.stages.index(own)]
    for stage in (own, *reversed(before)):
        if _before(stage, position):
            return stage
    raise ConfigurationError(
        f"neither stage {own.name} nor any stage before it has a deploy action to verify; name one with the key stage"
    )


def _before(stage: StageDefinition, position: Position) -> tuple[ActionDefinition, ...]:
    """The stage's deploy actions; in the judge's own stage only those that ran before it."""
    turn = next((action.run_order for action in stage.actions if action.name == position.action), None)
    if stage.name != position.stage or turn is None:
        return stage.deploy_actions
    return tuple(action for action in stage.deploy_actions if action.run_order < turn)
