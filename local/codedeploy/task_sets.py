"""The task sets of an ECS service that CodeDeploy deploys to: blue serves until the traffic is on green.

A rollback deployment is modelled as one more green task set, though CodeDeploy re-routes to the blue one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.codedeploy.model import Deployment, History, Status, Tasks
from local.codedeploy.schedule import Schedule, Step
from local.outcomes import Outcome

INSTALL = 30.0
REROUTE = 10.0
FAILS_AFTER = 90.0  # an hour on AWS, which would be a minute here
DEFAULT_CONFIG = "CodeDeployDefault.ECSAllAtOnce"
# How long the traffic takes to move.
_TRAFFIC = {
    DEFAULT_CONFIG: REROUTE,
    "CodeDeployDefault.ECSLinear10PercentEvery1Minutes": 9 * 60.0,
    "CodeDeployDefault.ECSLinear10PercentEvery3Minutes": 9 * 180.0,
    "CodeDeployDefault.ECSCanary10Percent5Minutes": 300.0,
    "CodeDeployDefault.ECSCanary10Percent15Minutes": 900.0,
}
CONFIGS = frozenset(_TRAFFIC)
FIRST_WEIGHT = 10.0
ALL = 100.0
_BAD = {Outcome.FAIL, Outcome.ROLLED_BACK}


@dataclass(frozen=True)
class TaskSet:
    """A task set as ECS would show it; ``deployment`` is None for the one that the service was created with."""

    id: str
    label: str
    primary: bool
    tasks: Tasks
    weight: float
    running: int
    created: float
    deployment: str | None

    @property
    def pending(self) -> int:
        """The tasks that do not run."""
        return self.tasks.desired - self.running


def schedule(target: str, config: str, outcome: Outcome, wait: float, valid: bool) -> Schedule:
    """How a deployment goes; ``wait`` is how long the blue task set is kept after the traffic has moved."""
    bad = outcome in _BAD and valid
    steps = (
        Step("BeforeInstall", 0.0),
        Step("Install", FAILS_AFTER if bad else INSTALL),
        *(Step(name, 0.0) for name in ("AfterInstall", "AllowTestTraffic", "AfterAllowTestTraffic")),
        Step("BeforeAllowTraffic", 0.0),
        Step("AllowTraffic", _TRAFFIC[config]),
        Step("AfterAllowTraffic", 0.0),
    )
    fails = "Install" if bad else None if valid else "BeforeInstall"
    hangs = "Install" if outcome is Outcome.HANG and valid else None
    return Schedule(((target,),), steps, fails=fails, hangs=hangs, wait=wait)


def task_sets(original: Tasks, created: float, history: History, now: float) -> tuple[TaskSet, ...]:
    """The service's task sets, the one that serves first."""
    primary = TaskSet(_id(original.task_definition), "Blue", True, original, ALL, original.desired, created, None)
    for deployment in history:
        found = with_green(primary, deployment, now)
        if deployment.active(now):
            return found
        primary = found[0]
    return (primary,)


def with_green(blue: TaskSet, deployment: Deployment, now: float) -> tuple[TaskSet, ...]:
    """What there is of a deployment's two task sets, the one that serves first."""
    tasks, status = deployment.tasks, deployment.status(now)
    if tasks is None or status in {Status.CREATED, Status.FAILED, Status.STOPPED}:
        return (blue,)
    elapsed, plan = deployment.elapsed(now), deployment.schedule
    weight = _weight(deployment, elapsed)
    running = tasks.desired if elapsed >= plan.span("Install")[1] and _serves(deployment, now) else 0
    if plan.hangs is not None:
        weight, running = 0.0, 0
    identity = _id(deployment.id)
    shifted = weight == ALL
    green = TaskSet(identity, "Green", shifted, tasks, weight, running, deployment.starts, deployment.id)
    if status is Status.SUCCEEDED:
        return (green,)
    kept = TaskSet(blue.id, "Blue", not shifted, blue.tasks, ALL - weight, blue.running, blue.created, blue.deployment)
    return (green, kept) if shifted else (kept, green)


def _serves(deployment: Deployment, now: float) -> bool:
    if deployment.schedule.fails is not None:
        return False
    return deployment.outcome is not Outcome.UNHEALTHY or deployment.active(now)


def _weight(deployment: Deployment, elapsed: float) -> float:
    """The green task set's share of the traffic, in percent."""
    began, ended = deployment.schedule.span("AllowTraffic")
    if elapsed >= ended:
        return ALL
    if elapsed < began:
        return 0.0
    if "Linear" in deployment.config:
        return FIRST_WEIGHT * (1 + int(9 * (elapsed - began) / (ended - began)))
    return FIRST_WEIGHT if "Canary" in deployment.config else 0.0


def _id(seed: str) -> str:
    return f"ecs-svc/{int(hashlib.sha256(seed.encode()).hexdigest(), 16) % 10**19:019d}"


def termination_wait(settings: Mapping[str, Any]) -> float:
    """How long a group's blueGreenDeploymentConfiguration keeps the blue task set, in AWS's seconds."""
    blue = settings.get("terminateBlueInstancesOnDeploymentSuccess", {})
    return 60.0 * float(blue.get("terminationWaitTimeInMinutes", 0))
