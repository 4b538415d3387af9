"""The facts that CodePipeline's events tell: the states of an execution, of its stages and of its actions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Self

from crosscheck import times
from crosscheck.ledger.states import State
from crosscheck.ledger.table import REASON_LIMIT, Fact, Order, Record

STARTED = "started_"
URL_LIMIT = 1_000


@dataclass(frozen=True)
class ReportedRun:
    """How far an execution, a stage or an action is, as the events tell it.

    ``at`` is when it entered the ``state``. ``started`` is when this ``attempt`` began, as far as the event of this
    state tells it; ``starts`` is when each attempt began, as far as any event told it.
    """

    state: State
    attempt: int
    at: float
    started: float | None = None
    starts: Mapping[int, float] = field(default_factory=dict)

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

    def to_fact(
        self, name: str, event_id: str, about: Mapping[str, Any], once: Mapping[str, Any] | None = None
    ) -> Fact:
        """The fact of this run. ``event_id`` decides between two events of the same second and state."""
        latest = {"state": self.state.value, "attempt": self.attempt, "at": times.to_text(self.at), **about}
        if self.started is not None:
            latest["started"] = times.to_text(self.started)
        starts = {f"{STARTED}{attempt}": times.to_text(start) for attempt, start in self.starts.items()}
        order = Order(self.attempt, self.state.rank, self.at, f"{self.state.value}/{event_id}")
        return Fact(name, order, latest, {**starts, **(once or {})})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """The run that a record tells of."""
        latest = record.latest
        return cls(
            state=State(latest["state"]),
            attempt=latest["attempt"],
            at=times.from_text(latest["at"]),
            started=times.from_text(latest["started"]) if "started" in latest else None,
            starts={
                int(name.removeprefix(STARTED)): times.from_text(start)
                for name, start in record.once.items()
                if name.startswith(STARTED)
            },
        )


@dataclass(frozen=True)
class Trigger:
    """What started an execution; texts are empty where the event does not tell them.

    ``type`` is CodePipeline's word for it, empty for a Git event.
    """

    type: str = ""
    commit: str = ""
    message: str = ""
    author: str = ""
    branch: str = ""
    repository: str = ""


@dataclass(frozen=True)
class ExecutionState:
    """The execution itself. ``trigger`` is None where no event has told it."""

    name: ClassVar[str] = "pipeline"

    run: ReportedRun
    trigger: Trigger | None = None

    def to_fact(self, event_id: str) -> Fact:
        """The fact, as the event of this id tells it."""
        return self.run.to_fact(self.name, event_id, {}, {"trigger": _told(self.trigger)} if self.trigger else {})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        trigger = _trigger(record.once["trigger"]) if "trigger" in record.once else None
        return cls(ReportedRun.from_record(record), trigger)


@dataclass(frozen=True)
class StageState:
    """A stage of the execution."""

    prefix: ClassVar[str] = "stage/"

    stage: str
    run: ReportedRun

    @property
    def name(self) -> str:
        """The fact's name."""
        return f"{self.prefix}{self.stage}"

    def to_fact(self, event_id: str) -> Fact:
        """The fact, as the event of this id tells it."""
        return self.run.to_fact(self.name, event_id, {"stage": self.stage})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        return cls(record.name.removeprefix(cls.prefix), ReportedRun.from_record(record))


@dataclass(frozen=True)
class ActionState:
    """An action of the execution. ``summary`` and ``error_code`` say why it failed, as far as CodePipeline tells it."""

    prefix: ClassVar[str] = "action/"

    stage: str
    action: str
    run: ReportedRun
    region: str = ""
    category: str = ""
    provider: str = ""
    url: str = ""
    summary: str = ""
    error_code: str = ""

    @property
    def name(self) -> str:
        """The fact's name."""
        return f"{self.prefix}{self.stage}/{self.action}"

    def to_fact(self, event_id: str) -> Fact:
        """The fact, as the event of this id tells it."""
        about = {
            "region": self.region,
            "category": self.category,
            "provider": self.provider,
            "url": self.url[:URL_LIMIT],
            "summary": self.summary[:REASON_LIMIT],
            "error_code": self.error_code,
        }
        place = {"stage": self.stage, "action": self.action}
        return self.run.to_fact(self.name, event_id, place | {key: value for key, value in about.items() if value})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        stage, _, action = record.name.removeprefix(cls.prefix).partition("/")
        about = ("region", "category", "provider", "url", "summary", "error_code")
        known = {key: record.latest.get(key, "") for key in about}
        return cls(stage, action, ReportedRun.from_record(record), **known)


def _told(trigger: Trigger) -> dict[str, str]:
    return {key: value for key, value in asdict(trigger).items() if value}


def _trigger(document: Mapping[str, str]) -> Trigger:
    return Trigger(**{each.name: document.get(each.name, "") for each in fields(Trigger)})
