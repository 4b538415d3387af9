"""A pipeline's structure, as it was declared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from local.codepipeline.condition_state import ConditionType
from local.codepipeline.conditions import Condition
from local.regions import partition_of

RULE = "Rule"


class ExecutionMode(StrEnum):
    """How executions of one pipeline get along."""

    QUEUED = "QUEUED"
    SUPERSEDED = "SUPERSEDED"
    PARALLEL = "PARALLEL"


@dataclass(frozen=True)
class ActionType:
    """CodePipeline's actionTypeId."""

    category: str
    owner: str
    provider: str
    version: str

    @property
    def wire(self) -> dict[str, str]:
        """As the API and the events write it."""
        return {
            "category": self.category,
            "owner": self.owner,
            "provider": self.provider,
            "version": self.version,
        }


@dataclass(frozen=True)
class Action:
    """An action, or a rule of a stage condition. ``region`` is where it runs: its own, or the pipeline's."""

    name: str
    type: ActionType
    run_order: int
    configuration: Mapping[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    region: str
    role_arn: str | None = None
    namespace: str | None = None
    timeout_minutes: int | None = None

    @property
    def is_rule(self) -> bool:
        """Whether it is a rule: CodePipeline tells EventBridge nothing of these that is documented."""
        return self.type.category == RULE


@dataclass(frozen=True)
class Stage:
    """A stage."""

    name: str
    actions: tuple[Action, ...]
    conditions: Mapping[ConditionType, Condition[Action]] = field(default_factory=dict)

    @property
    def run_orders(self) -> list[tuple[Action, ...]]:
        """The actions in groups that run in parallel, the groups in the order that they run in."""
        orders = sorted({action.run_order for action in self.actions})
        return [tuple(action for action in self.actions if action.run_order == order) for order in orders]


@dataclass(frozen=True)
class ArtifactStore:
    """A bucket for artifacts, in the region of its actions. ``key_id`` is a KMS key's id, ARN or alias."""

    bucket: str
    key_id: str | None


@dataclass(frozen=True)
class Pipeline:
    """One version of a pipeline. ``wire`` is the declaration as GetPipeline gives it."""

    account: str
    region: str
    name: str
    version: int
    role_arn: str
    mode: ExecutionMode
    stages: tuple[Stage, ...]
    stores: Mapping[str, ArtifactStore]
    wire: Mapping[str, Any]

    @property
    def arn(self) -> str:
        """The pipeline's ARN."""
        return f"arn:{partition_of(self.region)}:codepipeline:{self.region}:{self.account}:{self.name}"

    @property
    def actions(self) -> Iterator[tuple[Stage, Action]]:
        """Every action with its stage."""
        return ((stage, action) for stage in self.stages for action in stage.actions)
