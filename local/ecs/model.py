"""What becomes of a service's deployments as time passes: a pure function of the record and the time.

Times are epoch seconds. ``pace`` is how many of them pass in a second of AWS's time, so that a deployment that takes a
minute on AWS takes as long as the clock said when it began.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

from local.outcomes import Outcome

ROLLOUT = 60.0  # of AWS's seconds, from the first task to a steady state
STOP_ROLLBACK = 20.0  # the same for the rollback of a deployment that was stopped
ENDS_WELL = (Outcome.HEALTHY, Outcome.UNHEALTHY)


class Phase(StrEnum):
    """How far a deployment is; the first three are ECS's rollout states."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"  # by StopServiceDeployment, or by a newer deployment before it was completed


@dataclass(frozen=True)
class ContainerImage:
    """A container's image; ``digest`` is None while its registry does not have it."""

    container: str
    image: str
    digest: str | None


@dataclass(frozen=True)
class Revision:
    """A service revision: a task definition with its images resolved to digests."""

    id: str
    task_definition: str
    images: tuple[ContainerImage, ...]
    created: float

    @property
    def digests(self) -> tuple[str | None, ...]:
        """The digest of each container's image."""
        return tuple(image.digest for image in self.images)


@dataclass(frozen=True)
class Rollback:
    """Why a deployment exists if nobody asked for it: ``failed`` did not work out, ``to`` had been completed."""

    failed: str
    to: str


@dataclass(frozen=True)
class Deployment:
    """One deployment of a service.

    ``outcome`` is how it ends with its images, ``unpullable`` how it ends without. ``pulled`` is when they were there.
    """

    id: str
    revision: Revision
    outcome: Outcome
    unpullable: Outcome
    started: float
    pace: float
    pulled: float | None
    takes: float = ROLLOUT
    stopped: float | None = None
    rollback: Rollback | None = None

    @property
    def ending(self) -> Outcome:
        """How it ends as things stand."""
        return self.unpullable if self.pulled is None else self.outcome

    @property
    def begins(self) -> float:
        """When its first tasks are started."""
        return self.started if self.pulled is None else self.pulled

    @property
    def ends(self) -> float:
        """When it is completed or failed; infinite if it hangs."""
        return inf if self.ending is Outcome.HANG else self.begins + self.takes * self.pace


@dataclass(frozen=True)
class History:
    """The deployments of a service, oldest first, at least one. Every later one displaces the ones before."""

    desired: int
    deployments: tuple[Deployment, ...]

    @property
    def current(self) -> Deployment:
        """The newest deployment: the PRIMARY one."""
        return self.deployments[-1]

    def displaced(self, index: int) -> float:
        """When a newer deployment began; infinite for the newest."""
        return self.deployments[index + 1].started if index + 1 < len(self.deployments) else inf

    def with_current(self, deployment: Deployment) -> History:
        """The same history with its newest deployment replaced."""
        return replace(self, deployments=(*self.deployments[:-1], deployment))

    def and_then(self, deployment: Deployment) -> History:
        """The history after one more deployment."""
        return replace(self, deployments=(*self.deployments, deployment))


def phase(history: History, index: int, now: float) -> Phase:
    """How far a deployment is."""
    deployment, displaced = history.deployments[index], history.displaced(index)
    if deployment.stopped is not None and deployment.stopped <= now:
        return Phase.STOPPED
    if deployment.ends <= min(now, displaced):
        return Phase.COMPLETED if deployment.ending in ENDS_WELL else Phase.FAILED
    return Phase.STOPPED if displaced <= now else Phase.IN_PROGRESS


def source(history: History, index: int) -> Deployment | None:
    """The newest deployment that was completed when this one began: what runs beside it, and what to go back to."""
    began = history.deployments[index].started
    completed = [
        earlier
        for place, earlier in enumerate(history.deployments[:index])
        if phase(history, place, began) is Phase.COMPLETED
    ]
    return completed[-1] if completed else None


def asked_for(history: History) -> list[int]:
    """Which deployments are service deployments of their own, newest first; a rollback belongs to what it undoes."""
    return [index for index, shown in reversed(list(enumerate(history.deployments))) if shown.rollback is None]


def settled(history: History, now: float) -> History:
    """The history with the circuit breaker's rollback that is due, if one is.

    The rollback begins when the deployment failed, whenever somebody looks, so the answer depends on no earlier look.
    """
    last = len(history.deployments) - 1
    failed, to = history.current, source(history, last)
    if phase(history, last, now) is not Phase.FAILED or failed.ending is not Outcome.ROLLED_BACK or to is None:
        return history
    return history.and_then(_going_back(failed, to, failed.ends, 0.0))


def stopped(history: History, now: float, rollback: bool) -> History:
    """The history after StopServiceDeployment of the newest deployment."""
    to = source(history, len(history.deployments) - 1)
    ended = history.with_current(replace(history.current, stopped=now))
    if not rollback or to is None:
        return ended
    return ended.and_then(_going_back(history.current, to, now, STOP_ROLLBACK))


def _going_back(failed: Deployment, to: Deployment, at: float, takes: float) -> Deployment:
    number = int(hashlib.sha256(f"{failed.id} {to.id}".encode()).hexdigest(), 16) % 10**19
    return Deployment(
        id=f"ecs-svc/{number:019d}",
        revision=to.revision,
        outcome=to.outcome,
        unpullable=Outcome.HANG,
        started=at,
        pace=failed.pace,
        pulled=at,
        takes=takes,
        rollback=Rollback(failed.id, to.id),
    )
