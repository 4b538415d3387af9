"""A pipeline's definition, as CodePipeline's GetPipeline gives it, in the terms that plans and cards need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crosscheck.errors import ConfigurationError

if TYPE_CHECKING:
    from mypy_boto3_codepipeline.type_defs import (
        ActionDeclarationOutputTypeDef,
        PipelineDeclarationOutputTypeDef,
        StageDeclarationOutputTypeDef,
    )

# A variable of the pipeline or of an earlier action; nobody knows its value before the action that names it runs.
VARIABLE = "#{"


@dataclass(frozen=True)
class ActionDefinition:
    """An action. ``region`` is where it runs: its own, or the pipeline's where it names none. ``role`` is the ARN of
    the role under which it runs, empty where it names none; ``inputs`` and ``outputs`` are its artifacts."""

    stage: str
    name: str
    category: str
    owner: str
    provider: str
    region: str
    run_order: int
    configuration: Mapping[str, str]
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    role: str = ""

    @property
    def account(self) -> str:
        """The account of its role, empty where it names none."""
        return account_of(self.role)

    @property
    def deploys(self) -> bool:
        """Whether the action deploys to its region."""
        return self.category == "Deploy"

    def is_of_aws(self, category: str, provider: str) -> bool:
        """Whether it is an action of this category and provider of AWS's own."""
        return (self.owner, self.category, self.provider) == ("AWS", category, provider)

    def crosses_from(self, account: str) -> bool:
        """Whether the action runs in another account than this one; False if either is unknown."""
        return bool(account and self.account and self.account != account)


@dataclass(frozen=True)
class RuleDefinition:
    """A rule of a stage's conditions; ``on_failure``: of those that are looked at only once the stage has failed."""

    name: str
    provider: str
    configuration: Mapping[str, str]
    on_failure: bool = False


@dataclass(frozen=True)
class StageDefinition:
    """A stage and its actions, in the order of the definition; ``rules`` are those of all its conditions.

    ``on_failure`` is what CodePipeline itself does once the stage has failed (ROLLBACK, RETRY, FAIL, SKIP; empty for
    nothing); ``on_success_rollback`` says that it rolls the stage back where a condition after it is not met.
    """

    name: str
    actions: tuple[ActionDefinition, ...]
    rules: tuple[RuleDefinition, ...] = ()
    on_failure: str = ""
    on_success_rollback: bool = False

    @property
    def deploy_actions(self) -> tuple[ActionDefinition, ...]:
        """The actions that deploy."""
        return tuple(action for action in self.actions if action.deploys)


@dataclass(frozen=True)
class StoreDefinition:
    """An artifact store: a bucket, and the key as the pipeline names it (id, ARN or alias), empty for S3's own."""

    bucket: str
    key: str = ""


@dataclass(frozen=True)
class PipelineDefinition:
    """A pipeline; ``region`` hosts it. ``stores`` are its artifact stores by region, ``account`` is its role's."""

    name: str
    region: str
    version: int
    stages: tuple[StageDefinition, ...]
    stores: Mapping[str, StoreDefinition] = field(default_factory=dict)
    account: str = ""

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
        stores=_stores(pipeline, region),
        account=account_of(pipeline.get("roleArn", "")),
    )


def without_empty(values: Mapping[str, str]) -> Mapping[str, str]:
    """The values that are not empty."""
    return {name: value for name, value in values.items() if value}


def has_variable(values: Mapping[str, str]) -> bool:
    """Whether CodePipeline still has to replace a variable in one of the values."""
    return any(VARIABLE in value for value in values.values())


def account_of(arn: str) -> str:
    """The account in an ARN (``arn:partition:service:region:account:resource``), empty where there is none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""  # noqa: PLR2004 - the six parts of an ARN


def _stores(pipeline: PipelineDeclarationOutputTypeDef, region: str) -> Mapping[str, StoreDefinition]:
    """A pipeline declares either one store, in its own region, or one for each region."""
    declared = dict(pipeline.get("artifactStores", {}))
    if "artifactStore" in pipeline:
        declared[region] = pipeline["artifactStore"]
    keys = {place: store["encryptionKey"]["id"] for place, store in declared.items() if "encryptionKey" in store}
    return {place: StoreDefinition(store["location"], keys.get(place, "")) for place, store in declared.items()}


def _stage(stage: StageDeclarationOutputTypeDef, pipeline_region: str) -> StageDefinition:
    on_success, on_failure = stage.get("onSuccess", {}), stage.get("onFailure", {})
    declared = (stage.get("beforeEntry", {}), on_success, on_failure)
    # The result of the whole block, else that of its conditions: every one of them has the same few.
    failed = [on_failure.get("result"), *(condition.get("result") for condition in on_failure.get("conditions", []))]
    return StageDefinition(
        name=stage["name"],
        actions=tuple(_action(stage["name"], action, pipeline_region) for action in stage["actions"]),
        rules=tuple(
            RuleDefinition(
                rule["name"], rule["ruleTypeId"]["provider"], rule.get("configuration", {}), conditions is on_failure
            )
            for conditions in declared
            for condition in conditions.get("conditions", [])
            for rule in condition.get("rules", [])
        ),
        on_failure=next((result for result in failed if result), ""),
        on_success_rollback=any(each.get("result") == "ROLLBACK" for each in on_success.get("conditions", [])),
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
        outputs=tuple(artifact["name"] for artifact in action.get("outputArtifacts", [])),
        role=action.get("roleArn", ""),
    )
