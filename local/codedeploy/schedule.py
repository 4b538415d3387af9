"""The lifecycle of a deployment's targets: batches one after another, each with the same steps.

Times are in AWS's seconds since the deployment started.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf


class Progress(StrEnum):
    """CodeDeploy's statuses of lifecycle events and of targets, as far as they occur here."""

    PENDING = "Pending"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"


@dataclass(frozen=True)
class Step:
    """A lifecycle event and how long it takes."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Event:
    """A lifecycle event of one target: None where it has not begun or not ended."""

    name: str
    progress: Progress
    began: float | None
    ended: float | None


@dataclass(frozen=True)
class Schedule:
    """``fails`` and ``hangs`` name the step of the first batch at which the deployment goes no further.

    ``wait`` passes after the last step, before the deployment succeeds.
    """

    batches: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]
    fails: str | None = None
    hangs: str | None = None
    wait: float = 0.0

    @property
    def targets(self) -> tuple[str, ...]:
        """The ids of all targets."""
        return tuple(target for batch in self.batches for target in batch)

    @property
    def lasts(self) -> float:
        """How long the deployment takes; infinite if it hangs."""
        if self.hangs is not None:
            return inf
        if self.fails is not None:
            return self.span(self.fails)[1]
        return len(self.batches) * self._batch + self.wait

    def span(self, step: str) -> tuple[float, float]:
        """When a step of the first batch begins and ends."""
        began = 0.0
        for each in self.steps:
            if each.name == step:
                return began, began + each.seconds
            began += each.seconds
        raise ValueError(f"no step {step}")

    @property
    def _batch(self) -> float:
        return sum(step.seconds for step in self.steps)

    def events(self, target: str, now: float, halted: bool) -> list[Event]:
        """A target's lifecycle events; ``halted`` if the deployment was stopped at ``now``, and goes no further."""
        number = next(number for number, batch in enumerate(self.batches) if target in batch)
        offset = number * self._batch if self.hangs is None or number == 0 else inf
        found = []
        over = halted or (self.fails is not None and now >= self.lasts)
        for step in self.steps:
            began, ended = offset, offset + (inf if step.name == self.hangs else step.seconds)
            fails = number == 0 and step.name == self.fails
            found.append(_event(step.name, began, ended, now, fails, over))
            offset = ended if number or step.name != self.fails else inf
        return found


def _event(name: str, began: float, ended: float, now: float, fails: bool, over: bool) -> Event:
    if now >= ended:
        return Event(name, Progress.FAILED if fails else Progress.SUCCEEDED, began, ended)
    if over:
        return Event(name, Progress.SKIPPED, None, None)
    if now >= began:
        return Event(name, Progress.IN_PROGRESS, began, None)
    return Event(name, Progress.PENDING, None, None)


def progress_of(events: Sequence[Event]) -> Progress:
    """A target's status, which follows from its lifecycle events."""
    seen = {event.progress for event in events}
    if len(seen) == 1:
        return seen.pop()
    if Progress.FAILED in seen or Progress.SKIPPED in seen:  # interrupted half-way
        return Progress.FAILED
    return Progress.IN_PROGRESS
