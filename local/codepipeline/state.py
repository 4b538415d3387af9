"""What the local CodePipeline remembers: pipelines, executions, actions. All of it is guarded by ``State.changed``."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from local.codepipeline.declarations import Action, Pipeline


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


@dataclass(frozen=True)
class Trigger:
    """What started an execution; ``git`` is the trigger's own shape in events of Git pushes."""

    type: str
    detail: str
    git: Mapping[str, str] | None = None


@dataclass(frozen=True)
class SourceOverride:
    """A revision that StartPipelineExecution asks of a source action."""

    type: str
    value: str


@dataclass
class ActionExecution:
    """One run of an action; times in epoch seconds. ``settled`` once its last event is out."""

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


@dataclass
class StageRun:
    """A stage of one execution."""

    name: str
    started: float
    status: Status = Status.IN_PROGRESS
    retries: int = 0


@dataclass
class Execution:
    """One execution of one version of a pipeline."""

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


@dataclass
class Turnstile:
    """The way into a stage: who is inside, and who waits in which order."""

    inside: Execution | None = None
    waiting: list[Execution] = field(default_factory=list)


@dataclass
class PipelineRecord:
    """A pipeline with its versions, the newest last, and its executions, in the order of their start."""

    versions: list[Pipeline]
    created: float
    updated: float
    tags: dict[str, str]
    executions: dict[str, Execution] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    turnstiles: dict[str, Turnstile] = field(default_factory=dict)
    newest_in_stage: dict[str, Execution] = field(default_factory=dict)

    @property
    def pipeline(self) -> Pipeline:
        """The current version."""
        return self.versions[-1]

    def turnstile(self, stage: str) -> Turnstile:
        """The stage's turnstile."""
        return self.turnstiles.setdefault(stage, Turnstile())


@dataclass(frozen=True)
class Scope:
    """Whose state a request is about."""

    account: str
    region: str


class State:
    """The pipelines of every account and region. Hold ``changed`` to read or write; notify it after a write."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._pipelines: dict[Scope, dict[str, PipelineRecord]] = {}

    def pipelines(self, scope: Scope) -> dict[str, PipelineRecord]:
        """The pipelines of an account in a region, by name."""
        return self._pipelines.setdefault(scope, {})

    def everywhere(self) -> Iterator[PipelineRecord]:
        """Every pipeline of every account and region."""
        return (record for pipelines in list(self._pipelines.values()) for record in list(pipelines.values()))
