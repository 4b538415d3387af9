"""The pipelines that the local CodePipeline remembers, and the lock on everything that it remembers."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from local.aws_json.messages import Scope
from local.codepipeline.declarations import Pipeline
from local.codepipeline.state import Execution


@dataclass
class Turnstile:
    """The way into a stage: who is inside, and who waits in which order."""

    inside: Execution | None = None
    waiting: list[Execution] = field(default_factory=list)


@dataclass(frozen=True)
class Transition:
    """Whether executions may go into a stage. ``at`` is in epoch seconds."""

    enabled: bool
    by: str
    at: float
    reason: str | None = None


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
    transitions: dict[str, Transition] = field(default_factory=dict)

    @property
    def pipeline(self) -> Pipeline:
        """The current version."""
        return self.versions[-1]

    @property
    def stage_names(self) -> set[str]:
        """The stages of the current version."""
        return {stage.name for stage in self.pipeline.stages}

    def transition_enabled(self, stage: str) -> bool:
        """Whether executions may go into the stage."""
        transition = self.transitions.get(stage)
        return transition is None or transition.enabled

    def turnstile(self, stage: str) -> Turnstile:
        """The stage's turnstile."""
        return self.turnstiles.setdefault(stage, Turnstile())


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
