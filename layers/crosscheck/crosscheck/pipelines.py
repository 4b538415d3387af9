"""A pipeline's definition, as CodePipeline's GetPipeline gives it, in the terms that plans and cards need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_codepipeline.type_defs import (
        ActionDeclarationOutputTypeDef,
        PipelineDeclarationOutputTypeDef,
        StageDeclarationOutputTypeDef,
    )


@dataclass(frozen=True)
class ActionDefinition:
    """An action. ``region`` is where it runs: its own, or the pipeline's where it names none."""

    stage: str
    name: str
    category: str
    owner: str
    provider: str
    region: str
    run_order: int
    configuration: Mapping[str, str]
    inputs: tuple[str, ...] = ()

    @property
    def deploys(self) -> bool:
        """Whether the action deploys to its region."""
        return self.category == "Deploy"


@dataclass(frozen=True)
class RuleDefinition:
    """A rule of a stage's conditions."""

    provider: str
    configuration: Mapping[str, str]


@dataclass(frozen=True)
class StageDefinition:
    """A stage and its actions, in the order of the definition; ``rules`` are those of all its conditions."""

    name: str
    actions: tuple[ActionDefinition, ...]
    rules: tuple[RuleDefinition, ...] = ()

    @property
    def deploy_actions(self) -> tuple[ActionDefinition, ...]:
        """The actions that deploy."""
        return tuple(action for action in self.actions if action.deploys)


@dataclass(frozen=True)
class PipelineDefinition:
    """A pipeline; ``region`` hosts it."""

    name: str
    region: str
    version: int
    stages: tuple[StageDefinition, ...]

    @property
    def actions(self) -> Iterator[ActionDefinition]:
        """Every action of every stage."""
        return (action for stage in self.stages for action in stage.actions)

    def stage(self, name: str) -> StageDefinition:
        """The stage of that name.

        Raises:
            ConfigurationError: there is none; the text lists those that there are.
        """
        for stage in self.stages:
            if stage.name == name:
                return stage
        known = ", ".join(stage.name for stage in self.stages)
        raise ConfigurationError(f"pipeline {self.name} has no stage {name[:100]!r}; its stages are: {known}")


def parse_definition(pipeline: PipelineDeclarationOutputTypeDef, region: str) -> PipelineDefinition:
    """The ``pipeline`` of GetPipeline's answer, for a pipeline hosted in ``region``."""
    return PipelineDefinition(
        name=pipeline["name"],
        region=region,
        version=pipeline.get("version", 1),
        stages=tuple(_stage(stage, region) for stage in pipeline["stages"]),
    )


def _stage(stage: StageDeclarationOutputTypeDef, pipeline_region: str) -> StageDefinition:
    declared = (stage.get("beforeEntry", {}), stage.get("onSuccess", {}), stage.get("onFailure", {}))
    return StageDefinition(
        name=stage["name"],
        actions=tuple(_action(stage["name"], action, pipeline_region) for action in stage["actions"]),
        rules=tuple(
            RuleDefinition(rule["ruleTypeId"]["provider"], rule.get("configuration", {}))
            for conditions in declared
            for condition in conditions.get("conditions", [])
            for rule in condition.get("rules", [])
        ),
    )


def _action(stage: str, action: ActionDeclarationOutputTypeDef, pipeline_region: str) -> ActionDefinition:
    kind = action["actionTypeId"]
    return ActionDefinition(
        stage=stage,
        name=action["name"],
        category=kind["category"],
        owner=kind["owner"],
        provider=kind["provider"],
        region=action.get("region") or pipeline_region,
        run_order=action.get("runOrder", 1),
        configuration=action.get("configuration", {}),
        inputs=tuple(artifact["name"] for artifact in action.get("inputArtifacts", [])),
    )
