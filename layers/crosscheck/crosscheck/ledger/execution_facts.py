"""The facts that CodePipeline tells: by its events, how far an execution, its stages and its actions are; when it is
asked, because no event carries them, the pipeline's definition and the source revision.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from crosscheck.ledger.states import State
from crosscheck.ledger.stored_fact import Link, Observation, StoredFact
from crosscheck.ledger.table import REASON_LIMIT, Fact, Order, Record
from crosscheck.text import cut_line

STARTED = "started_"
URL_LIMIT = 1_000
TEXT_LIMIT = 500
ID_LIMIT = 100
# An item holds 400 KB, and a pipeline 1,000 actions, whose names and regions take 250 of them.
OUTLINE_LIMIT = 300_000


@dataclass(frozen=True)
class ReportedRun:
    """How far an execution, a stage or an action is, as the events tell it.

    ``at`` is when it entered the ``state``. ``started`` is when this ``attempt`` began, as far as the event of this
    state tells it; ``starts`` is when each attempt began, as far as any event reported it. The first attempt is 1.
    ``word`` is what the event says if the ``state`` is UNKNOWN, else empty.
    """

    state: State
    attempt: int
    at: float
    started: float | None = None
    starts: Mapping[int, float] = field(default_factory=dict)
    word: str = ""

    @property
    def begun(self) -> float:
        """When this attempt began; where that is not known, when it entered its state."""
        return self.at if self.started is None else self.started

    @property
    def first_started(self) -> float | None:
        """When the first known attempt began."""
        return min(self.starts.values(), default=None)

    @property
    def seconds(self) -> float | None:
        """How many seconds passed from the first known start to the latest state."""
        started = self.first_started
        return None if started is None else max(0.0, self.at - started)


class ReportedFact(StoredFact):
    """A fact about a run. What only some of its events tell is kept once: each start under a name of its own."""

    run: ReportedRun

    def to_fact(self, event_id: str) -> Fact:
        """The fact. The id of its event decides between two events of the same second and state."""
        run = self.run
        order = Order(run.attempt, run.state.rank, run.at, f"{run.state.value}/{event_id}")
        return self.ordered(order)

    def once(self) -> Mapping[str, Any]:
        """What only some events tell."""
        return {f"{STARTED}{attempt}": start for attempt, start in self.run.starts.items()}

    @classmethod
    def document(cls, record: Record) -> Mapping[str, Any]:
        """The fields, as the record holds them."""
        known = super().document(record)
        starts = {int(name.removeprefix(STARTED)): known[name] for name in known if name.startswith(STARTED)}
        return {**known, "run": {**known.get("run", {}), "starts": starts}}


@dataclass(frozen=True)
class Trigger:
    """What started an execution; texts are empty where the event does not tell them.

    ``type`` is CodePipeline's word for it, empty for a Git event. ``started_by`` says which user, role or rule
    did, in words. A Git event names a branch or a ``tag``.
    """

    type: str = ""
    commit: str = ""
    message: str = ""
    author: str = ""
    branch: str = ""
    repository: str = ""
    tag: str = ""
    started_by: str = ""

    def within_limits(self) -> Self:
        """The trigger with as much of its texts as is stored."""
        return type(self)(**{name: cut_line(text, TEXT_LIMIT) for name, text in asdict(self).items()})


@dataclass(frozen=True)
class ExecutionState(ReportedFact):
    """The execution itself. ``trigger`` is None where no event has reported it."""

    name = "pipeline"

    run: ReportedRun
    trigger: Trigger | None = None

    def to_fact(self, event_id: str) -> Fact:
        """The fact, which also tells when the execution began, as far as this event knows it."""
        run = self.run
        return replace(super().to_fact(event_id), started=run.begun if run.first_started is None else run.first_started)

    def once(self) -> Mapping[str, Any]:
        """The starts, and the trigger where this event tells it."""
        return {**super().once(), **({"trigger": asdict(self.trigger)} if self.trigger else {})}

    def within_limits(self) -> Self:
        """The execution with as much of its trigger's texts as is stored."""
        return replace(self, trigger=self.trigger.within_limits()) if self.trigger else self


@dataclass(frozen=True)
class StageState(ReportedFact):
    """A stage of the execution."""

    name = "stage"
    place = ("stage",)

    stage: str
    run: ReportedRun


@dataclass(frozen=True)
class ActionState(ReportedFact):
    """An action of the execution. ``id`` is that of its latest run, as CodePipeline calls it. ``summary`` and
    ``error_code`` say why it failed, as far as CodePipeline tells it.
    """

    name = "action"
    place = ("stage", "action")

    stage: str
    action: str
    run: ReportedRun
    region: str = ""
    category: str = ""
    provider: str = ""
    url: str = ""
    summary: str = ""
    error_code: str = ""
    id: str = ""

    def within_limits(self) -> Self:
        """The action with as much of its texts as is stored."""
        names = {name: getattr(self, name)[:ID_LIMIT] for name in ("id", "category", "provider", "error_code")}
        return replace(self, url=self.url[:URL_LIMIT], summary=cut_line(self.summary, REASON_LIMIT), **names)


@dataclass(frozen=True)
class StuckAction(Link):
    """An action that holds its execution up for longer than anything should take. ``id`` is that of its run, which
    ``started`` then (epoch seconds)."""

    name = "stuck"
    place = ("stage", "action", "id")

    stage: str
    action: str
    id: str
    started: float


@dataclass(frozen=True)
class OutlineAction:
    """An action of an outline. ``note`` and ``topic`` are an approval's: its CustomData, and whom SNS notifies."""

    name: str
    category: str
    provider: str
    region: str
    note: str = ""
    topic: str = ""


@dataclass(frozen=True)
class OutlineStage:
    """A stage of an outline."""

    name: str
    actions: tuple[OutlineAction, ...]


@dataclass(frozen=True)
class Outline(Observation):
    """The pipeline's definition, as far as a card needs it."""

    name = "outline"

    version: int
    stages: tuple[OutlineStage, ...]

    def within_limits(self) -> Self:
        """The outline as an item can hold it: where it has hundreds of approvals, without what these say."""
        shortened = self._with_texts(TEXT_LIMIT)
        return shortened if len(json.dumps(asdict(shortened))) <= OUTLINE_LIMIT else self._with_texts(0)

    def _with_texts(self, limit: int) -> Self:
        stages = []
        for stage in self.stages:
            actions = (replace(each, note=each.note[:limit], topic=each.topic[:limit]) for each in stage.actions)
            stages.append(replace(stage, actions=tuple(actions)))
        return replace(self, stages=tuple(stages))


@dataclass(frozen=True)
class RecordedRevision(Observation):
    """What CodePipeline recorded at the pipeline's source."""

    name = "revision"

    commit: str = ""
    message: str = ""
    url: str = ""

    def within_limits(self) -> Self:
        """The revision with as much of its texts as is stored."""
        return type(self)(self.commit[:TEXT_LIMIT], self.message[:TEXT_LIMIT], self.url[:TEXT_LIMIT])
