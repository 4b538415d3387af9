"""The tasks of a deployment at a time. Pure, as ``model``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import inf

from local.ecs.model import ENDS_WELL, Deployment, History, Phase, phase
from local.outcomes import Outcome

RESTART = 10.0  # of AWS's seconds between a task that fails and the next one in its place
STOPPED_VISIBLE = 3600.0  # ECS shows stopped tasks for about an hour
GENERATIONS_SHOWN = 3  # of failed tasks, the newest ones


@dataclass(frozen=True)
class Stop:
    """Why and when a task ended, in ECS's words."""

    at: float
    code: str
    reason: str
    exit_code: int | None = None


@dataclass(frozen=True)
class Task:
    """One task; ``running`` is when it began to run, None if it does not or did not."""

    id: str
    deployment: Deployment
    created: float
    running: float | None
    stop: Stop | None

    @property
    def status(self) -> str:
        """ECS's ``lastStatus``."""
        if self.stop:
            return "STOPPED"
        return "PENDING" if self.running is None else "RUNNING"


@dataclass(frozen=True)
class Counts:
    """A deployment's tasks, counted as ECS does."""

    desired: int
    running: int
    pending: int
    failed: int


def retired(history: History, index: int, now: float) -> float:
    """When ECS stops the tasks of a deployment: what completed, once a newer one is; what did not, once it gave up."""
    deployment, displaced = history.deployments[index], history.displaced(index)
    if deployment.stopped is not None:
        return deployment.stopped
    if deployment.ends > displaced:
        return displaced
    if deployment.ending not in ENDS_WELL:
        return deployment.ends
    later = range(index + 1, len(history.deployments))
    return min((history.deployments[i].ends for i in later if phase(history, i, now) is Phase.COMPLETED), default=inf)


def tasks(history: History, index: int, now: float) -> tuple[Task, ...]:
    """The tasks of a deployment that ECS shows: running, pending, and those that stopped lately."""
    deployment = history.deployments[index]
    end = retired(history, index, now)
    last = _generation(deployment, min(now, end))
    oldest = max(0, last - GENERATIONS_SHOWN)
    shown = [
        _task(deployment, generation, slot, end, now)
        for generation in range(oldest, last + 1)
        for slot in range(history.desired)
    ]
    visible = STOPPED_VISIBLE * deployment.pace
    return tuple(task for task in shown if task and (task.stop is None or now - task.stop.at <= visible))


def counts(history: History, index: int, now: float) -> Counts:
    """How many tasks a deployment wants and has."""
    deployment = history.deployments[index]
    end = retired(history, index, now)
    status = [task.status for task in tasks(history, index, now)]
    return Counts(
        desired=history.desired if now < end else 0,
        running=status.count("RUNNING"),
        pending=status.count("PENDING"),
        failed=history.desired * _generation(deployment, min(now, end)),
    )


def _first_span(deployment: Deployment) -> tuple[float, float]:
    """When the first tasks begin and when they fail: infinity if they do not."""
    restart = RESTART * deployment.pace
    match deployment.ending:
        case Outcome.UNHEALTHY:
            return deployment.begins, deployment.ends
        case Outcome.ROLLED_BACK | Outcome.FAIL:
            return deployment.begins, deployment.begins + restart
        case Outcome.HANG if deployment.pulled is None:
            return deployment.begins, deployment.begins + restart
        case _:
            return deployment.begins, inf


def _span(deployment: Deployment, generation: int) -> tuple[float, float]:
    """The same for the tasks that replace failed ones."""
    begins, fails = _first_span(deployment)
    if generation == 0:
        return begins, fails
    restart = RESTART * deployment.pace
    return fails + (generation - 1) * restart, fails + generation * restart


def _generation(deployment: Deployment, at: float) -> int:
    """Which generation of tasks is the newest; as many have failed."""
    _, fails = _first_span(deployment)
    return 0 if at < fails else 1 + int((at - fails) / (RESTART * deployment.pace))


def _task(deployment: Deployment, generation: int, slot: int, retires: float, now: float) -> Task | None:
    begins, fails = _span(deployment, generation)
    if begins >= retires:
        return None
    serves = generation == 0 and deployment.ending in ENDS_WELL
    runs = deployment.begins + deployment.takes * deployment.pace / 2 if serves else inf
    ends = min(fails, retires)
    if ends > now:
        stop = None
    elif retires <= fails:
        stop = Stop(ends, "ServiceSchedulerInitiated", f"Scaling activity initiated by (deployment {deployment.id})")
    else:
        stop = _failure(deployment, ends)
    return Task(
        id=hashlib.sha256(f"{deployment.id}/{generation}/{slot}".encode()).hexdigest()[:32],
        deployment=deployment,
        created=begins,
        running=runs if runs <= min(now, ends) else None,
        stop=stop,
    )


def _failure(deployment: Deployment, at: float) -> Stop:
    missing = [image.image for image in deployment.revision.images if image.digest is None]
    if missing and deployment.pulled is None:
        reason = f"CannotPullContainerError: failed to resolve ref {missing[0]}: {missing[0]}: not found"
        return Stop(at, "TaskFailedToStart", reason)
    return exited(at)


def exited(at: float) -> Stop:
    """The end of a task whose container ended by itself."""
    return Stop(at, "EssentialContainerExited", "Essential container in task exited", exit_code=1)
