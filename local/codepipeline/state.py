"""What the local CodePipeline remembers of executions and actions. All of it is guarded by ``State.changed``."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from local.codepipeline.condition_state import ConditionRun, ConditionType
from local.codepipeline.conditions import Result
from local.codepipeline.declarations import Action, Pipeline, Stage
from local.codepipeline.triggers import Approval, RetryTrigger, SourceOverride, Trigger


class Status(StrEnum):
    """Statuses of executions, stages and actions, as the API writes them."""

    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    CANCELLED = "Cancelled"
    SUPERSEDED = "Superseded"
    ABANDONED = "Abandoned"
    SKIPPED = "Skipped"


class Halt(Enum):
    """Why an execution must not go on."""

    STOP = auto()  # actions in progress may end
    ABANDON = auto()  # they are given up
    CANCEL = auto()  # the definition changed
    VANISH = auto()  # the pipeline is deleted or the account closes: nobody is told


@dataclass(frozen=True)
class Location:
    """An object in the artifact store of a region."""

    region: str
    bucket: str
    key: str

    @property
    def wire(self) -> dict[str, str]:
        """As events and ListActionExecutions write it."""
        return {"bucket": self.bucket, "key": self.key}


@dataclass
class Artifact:
    """An artifact of one execution and where it lies; ``copying`` is held by whoever copies it to a region."""

    name: str
    revision: str | None
    locations: dict[str, Location]
    copying: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass(frozen=True)
class Revision:
    """What a source action found. ``created`` is in epoch seconds."""

    id: str
    summary: str
    url: str
    created: float


@dataclass
class ActionExecution:
    """One run of an action, or of a stage condition's rule; times in epoch seconds.

    ``settled`` once its last event is out; ``token`` is what an approval must name.
    """

    id: str
    stage: str
    action: Action
    started: float
    updated: float
    status: Status = Status.IN_PROGRESS
    settled: bool = False
    resolved: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[tuple[str, Location], ...] = ()
    outputs: tuple[tuple[str, Location], ...] = ()
    external_id: str | None = None
    external_url: str | None = None
    summary: str | None = None
    percent: int | None = None
    error_code: str | None = None
    error_message: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    revision: Revision | None = None
    condition: ConditionType | None = None
    token: str | None = None
    approval: Approval | None = None


@dataclass
class StageRun:
    """A stage of one execution. ``reaction`` is what its conditions ask for after a failure.

    ``retried_at`` is when it was last asked to run again, in epoch seconds.
    """

    name: str
    started: float
    status: Status = Status.IN_PROGRESS
    retries: dict[RetryTrigger, int] = field(default_factory=dict)
    latest_retry: RetryTrigger | None = None
    retried_at: float | None = None
    conditions: dict[ConditionType, ConditionRun] = field(default_factory=dict)
    reaction: Result | None = None

    def retried(self, trigger: RetryTrigger, at: float | None) -> None:
        """Count a retry; the stage runs again."""
        self.status, self.reaction, self.latest_retry = Status.IN_PROGRESS, None, trigger
        self.retried_at = at
        self.retries[trigger] = self.retries.get(trigger, 0) + 1


@dataclass
class Execution:
    """One execution of one version of a pipeline; ``rollback_target`` makes it a rollback to that execution."""

    id: str
    pipeline: Pipeline
    trigger: Trigger
    variables: Mapping[str, str]
    overrides: Mapping[str, SourceOverride]
    started: float
    updated: float
    status: Status = Status.IN_PROGRESS
    attempt: int = 1
    retried: float | None = None
    halt: Halt | None = None
    stop_reason: str | None = None
    stages: dict[str, StageRun] = field(default_factory=dict)
    actions: list[ActionExecution] = field(default_factory=list)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    namespaces: dict[str, Mapping[str, str]] = field(default_factory=dict)
    rules: list[ActionExecution] = field(default_factory=list)
    rollback_target: "Execution | None" = None

    @property
    def type(self) -> str:
        """CodePipeline's executionType."""
        return "STANDARD" if self.rollback_target is None else "ROLLBACK"

    def stages_from(self, name: str) -> tuple[Stage, ...]:
        """What is left of its way, from that stage on: a rollback runs one stage only."""
        stages = self.pipeline.stages
        start = [stage.name for stage in stages].index(name)
        return stages[start:] if self.rollback_target is None else stages[start : start + 1]

    @property
    def actions_given_up(self) -> bool:
        """Whether actions in progress must not go on either."""
        return self.halt in {Halt.ABANDON, Halt.CANCEL, Halt.VANISH}

    def given_up(self, run: ActionExecution) -> bool:
        """Whether nobody waits for that run any more; a retry does not bring it back."""
        return self.actions_given_up or run.status is not Status.IN_PROGRESS

    @property
    def open(self) -> bool:
        """Whether it still runs."""
        return self.status in {Status.IN_PROGRESS, Status.STOPPING}

    def latest(self, stage: str, action: str) -> ActionExecution | None:
        """The newest run of an action in this execution."""
        return next((run for run in reversed(self.actions) if (run.stage, run.action.name) == (stage, action)), None)
