"""What becomes of a group's deployments as time passes: a pure function of the record and the time.

Times are epoch seconds. ``pace`` is how many of them pass in a second of AWS's time. A group has one active deployment
at a time, so that every deployment but the newest has ended.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import Any

from local.codedeploy.schedule import Event, Schedule
from local.outcomes import Outcome

CREATED_FOR = 2.0  # of AWS's seconds before a deployment starts
ID_CHARACTERS = 9
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

Wire = Mapping[str, Any]


class Status(StrEnum):
    """CodeDeploy's statuses of deployments, as far as they occur here."""

    CREATED = "Created"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"


class Creator(StrEnum):
    """Who made a deployment, as CodeDeploy writes it. A pipeline's deployments are a user's as well."""

    USER = "user"
    ROLLBACK = "codeDeployRollback"


class RollbackEvent(StrEnum):
    """After what a group rolls back by itself."""

    FAILURE = "DEPLOYMENT_FAILURE"
    STOP = "DEPLOYMENT_STOP_ON_REQUEST"


@dataclass(frozen=True)
class Problem:
    """Why a deployment fails: an ErrorCode of CodeDeploy, and what the deployment and its targets say."""

    code: str
    message: str
    diagnostics: str


@dataclass(frozen=True)
class Tasks:
    """What a task set of an ECS service runs."""

    task_definition: str
    images: tuple[str, ...]
    desired: int


@dataclass(frozen=True)
class Deployment:
    """One deployment. ``revision`` is a RevisionLocation; ``request`` what else CreateDeployment was called with.

    ``undoes`` is the deployment that a rollback undoes, ``tasks`` what an ECS deployment installs.
    """

    id: str
    revision: Wire
    config: str
    schedule: Schedule
    outcome: Outcome
    created: float
    pace: float
    previous: Wire | None = None
    problem: Problem | None = None
    rolls_back_on: frozenset[RollbackEvent] = frozenset()
    stopped: float | None = None
    undoes: str | None = None
    tasks: Tasks | None = None
    request: Wire | None = None

    @property
    def starts(self) -> float:
        """When its first target begins."""
        return self.created + CREATED_FOR * self.pace

    @property
    def ends(self) -> float:
        """When it succeeds, fails or was stopped; infinite if it hangs."""
        by_itself = self.starts + self.schedule.lasts * self.pace
        return by_itself if self.stopped is None else self.stopped

    @property
    def creator(self) -> Creator:
        """Who made it."""
        return Creator.USER if self.undoes is None else Creator.ROLLBACK

    def status(self, now: float) -> Status:
        """How far it is."""
        if now >= self.ends:
            if self.stopped is not None:
                return Status.STOPPED
            return Status.FAILED if self.schedule.fails else Status.SUCCEEDED
        return Status.IN_PROGRESS if now >= self.starts else Status.CREATED

    def active(self, now: float) -> bool:
        """Whether it has not ended."""
        return now < self.ends

    def elapsed(self, now: float) -> float:
        """AWS's seconds since it started, until it ended."""
        if self.stopped is None and now >= self.ends:
            return self.schedule.lasts
        return (min(now, self.ends) - self.starts) / self.pace

    def events(self, target: str, now: float) -> list[Event]:
        """The lifecycle events of one of its targets."""
        return self.schedule.events(target, self.elapsed(now), self.status(now) is Status.STOPPED)

    def at(self, elapsed: float) -> float:
        """The epoch second of a moment of the schedule."""
        return self.starts + elapsed * self.pace


History = tuple[Deployment, ...]


def last_good(history: History, now: float) -> Deployment | None:
    """The newest deployment that has succeeded."""
    good = (deployment for deployment in reversed(history) if deployment.status(now) is Status.SUCCEEDED)
    return next(good, None)


def settled(history: History, now: float) -> History:
    """The history with the automatic rollback that is due, if one is.

    It begins when the deployment ended, whenever somebody looks, so the answer depends on no earlier look.
    """
    to = last_good(history, now)
    if to is None or not _due(history[-1], now):
        return history
    undone = history[-1]
    rollback = replace(
        to,
        id=deployment_id(f"{undone.id} back to {to.id}"),
        schedule=replace(to.schedule, wait=0.0),
        created=undone.ends,
        pace=undone.pace,
        previous=to.revision,
        undoes=undone.id,
        rolls_back_on=frozenset(),
        request=None,
    )
    return (*history, rollback)


def _due(deployment: Deployment, now: float) -> bool:
    match deployment.status(now):
        case Status.FAILED:
            return RollbackEvent.FAILURE in deployment.rolls_back_on
        case Status.STOPPED:
            return RollbackEvent.STOP in deployment.rolls_back_on
        case _:
            return False


def stopped(history: History, now: float, rollback: bool) -> History:
    """The history after StopDeployment of the newest deployment."""
    events = frozenset({RollbackEvent.STOP}) if rollback else frozenset()
    return settled((*history[:-1], replace(history[-1], stopped=now, rolls_back_on=events)), now)


def undone_by(history: History, deployment: Deployment) -> Deployment | None:
    """The rollback of a deployment."""
    return next((each for each in history if each.undoes == deployment.id), None)


def deployment_id(seed: str) -> str:
    """An id as CodeDeploy makes them: ``d-`` and nine characters."""
    number, characters = int(hashlib.sha256(seed.encode()).hexdigest(), 16), []
    for _ in range(ID_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[digit])
    return f"d-{''.join(characters)}"


def finite(moment: float) -> float | None:
    """The moment, unless it never comes."""
    return None if moment == inf else moment
