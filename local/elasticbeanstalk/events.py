"""What an environment's events say of a deployment. The texts are those that AWS's users quote.

As in AWS's own examples they name the request that caused them, and not the version.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from math import isfinite

from local.elasticbeanstalk.model import Deployment, Health
from local.outcomes import Outcome

DEPLOYS_AFTER = 4.0  # of AWS's seconds
UNHEALTHY = "Instance id(s) did not pass health check after command execution. Aborting the operation."
FAILED = "Failed to deploy application."
MIXED = (
    "During an aborted deployment, some instances may have deployed the new application version. To ensure all "
    "instances are running the same version, re-deploy the appropriate application version."
)


class Severity(IntEnum):
    """How bad it is; a request for one severity wants the higher ones too."""

    TRACE = 0
    DEBUG = 1
    INFO = 2
    WARN = 3
    ERROR = 4
    FATAL = 5


@dataclass(frozen=True)
class Event:
    """``at`` is in epoch seconds."""

    at: float
    severity: Severity
    message: str
    request_id: str


def events(deployment: Deployment, name: str, until: float) -> list[Event]:
    """The events of a deployment to the named environment up to that time, the oldest first."""
    told = _launch(deployment, name) if deployment.launch else _update(deployment)
    timed = [Event(at, severity, text, deployment.request_id) for at, severity, text in told]
    return [event for event in timed if event.at <= until]


type _Told = Iterator[tuple[float, Severity, str]]


def _launch(deployment: Deployment, name: str) -> _Told:
    yield deployment.created, Severity.INFO, "createEnvironment is starting."
    yield deployment.ends, Severity.INFO, f"Successfully launched environment: {name}"
    yield deployment.ends, Severity.INFO, _transition(Health.PENDING, Health.OK)


def _update(deployment: Deployment) -> _Told:
    yield deployment.created, Severity.INFO, "Environment update is starting."
    yield deployment.at(DEPLOYS_AFTER), Severity.INFO, "Deploying new version to instance(s)."
    if deployment.aborted is not None:
        yield deployment.aborted, Severity.INFO, "Environment update is aborting."
        yield deployment.ends, Severity.INFO, "Environment update was aborted."
    elif deployment.arrives:
        yield deployment.ends, Severity.INFO, "New application version was deployed to running EC2 instances."
        yield deployment.ends, Severity.INFO, "Environment update completed successfully."
    elif isfinite(deployment.decided):
        yield deployment.decided, Severity.ERROR, UNHEALTHY
        yield deployment.decided, Severity.ERROR, FAILED
        if deployment.outcome is Outcome.FAIL:
            yield deployment.decided, Severity.ERROR, MIXED
    yield from _changes_of_health(deployment)


def _changes_of_health(deployment: Deployment) -> _Told:
    if not isfinite(deployment.ends):
        return
    before, after = deployment.health(deployment.created), deployment.health(deployment.ends)
    if before is not after:
        severity = Severity.INFO if after is Health.OK else Severity.WARN
        yield deployment.ends, severity, _transition(before, after)
    if isfinite(deployment.breaks):
        reason = "ELB processes are not healthy on all instances."
        yield deployment.breaks, Severity.WARN, f"{_transition(Health.OK, Health.SEVERE)} {reason}"


def _transition(before: Health, after: Health) -> str:
    return f"Environment health has transitioned from {before.status} to {after.status}."
