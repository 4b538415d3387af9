"""One look at an ECS service: what DescribeServices, DescribeTaskDefinition and the tasks say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.literals import DesiredStatusType
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef, TaskSetTypeDef, TaskTypeDef

PERMISSIONS = frozenset({"ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks", "ecs:ListTasks"})
# A service may have 5000 tasks; so many are looked at one by one, ECS's own counts cover the rest.
TASK_LIMIT = 1_000
STOPPED_LIMIT = 500  # among them those that the deployment itself replaced
DESCRIBE_LIMIT = 100


@dataclass(frozen=True)
class Rollout:
    """A deployment of a service. ``rollout`` is empty where ECS gives none; ``created`` is in epoch seconds."""

    status: str
    task_definition: str
    running: int
    failed: int
    rollout: str = ""
    rollout_reason: str = ""
    created: float = 0.0


@dataclass(frozen=True)
class RunningTask:
    """A task that ECS wants to run. ``digests`` by container; empty where ECS reports none."""

    task_definition: str
    status: str
    health: str
    digests: Mapping[str, str]


@dataclass(frozen=True)
class StoppedTask:
    """A task that stopped, up to an hour ago. ``started`` and ``stopped`` are in epoch seconds, the former 0 for one
    that never ran."""

    task_definition: str
    stopped: float
    code: str
    reason: str
    exit_codes: tuple[int, ...] = ()
    started: float = 0.0

    @property
    def lived(self) -> float:
        """For how many seconds it ran."""
        return self.stopped - self.started if self.started else 0.0


@dataclass(frozen=True)
class ServiceSnapshot:
    """What one look saw. ``images`` are those of the service's task definition, by container; ``controller`` says who
    deploys (ECS, CODE_DEPLOY, EXTERNAL), ``current`` is the ARN of the service deployment that ECS calls current; the
    look was ``at`` this time, in epoch seconds."""

    status: str
    desired: int
    running: int
    task_definition: str
    deployments: tuple[Rollout, ...] = ()
    images: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[RunningTask, ...] = ()
    stopped: tuple[StoppedTask, ...] = ()
    controller: str = "ECS"
    current: str = ""
    at: float = 0.0

    @property
    def primary(self) -> Rollout | None:
        """The deployment that ECS is bringing, or has brought, into service."""
        return next((deployment for deployment in self.deployments if deployment.status == "PRIMARY"), None)

    @property
    def running_now(self) -> int:
        """How many tasks of the current deployment run; the service's own count includes older ones."""
        return min(self.running, self.primary.running) if self.primary else self.running


def describe_service(client: ECSClient, cluster: str, service: str) -> ServiceTypeDef | None:
    """What DescribeServices says of a service; None where the cluster or the service does not exist."""
    try:
        services = client.describe_services(cluster=cluster, services=[service])["services"]
    except client.exceptions.ClusterNotFoundException:
        return None
    return services[0] if services else None


def read_service(
    client: ECSClient, cluster: str, service: str, clock: Callable[[], float] = time.time
) -> ServiceSnapshot | None:
    """Look at a service; None where the cluster or the service does not exist. ``clock`` gives epoch seconds."""
    found = describe_service(client, cluster, service)
    return read_snapshot(client, cluster, service, found, clock) if found else None


def read_snapshot(
    client: ECSClient, cluster: str, service: str, found: ServiceTypeDef, clock: Callable[[], float] = time.time
) -> ServiceSnapshot:
    """Look at the images and the tasks of a service that ``describe_service`` found."""
    if found["status"] != "ACTIVE":
        return _snapshot(found, {}, (), ())
    images = container_images(client, current_task_definition(found))
    running = _tasks(client, cluster, service, "RUNNING", TASK_LIMIT)
    stopped = _tasks(client, cluster, service, "STOPPED", STOPPED_LIMIT)
    return replace(_snapshot(found, images, running, stopped), at=clock())


def current_task_definition(service: ServiceTypeDef) -> str:
    """The task definition that is in service; empty where nothing is yet.

    A service whose deployments somebody else controls (CODE_DEPLOY, EXTERNAL) has task sets instead of deployments.
    """
    primary = primary_task_set(service)
    return primary.get("taskDefinition", "") if primary else service.get("taskDefinition", "")


def primary_task_set(service: ServiceTypeDef) -> TaskSetTypeDef | None:
    """The task set that serves; None where there is none, as always where ECS itself deploys."""
    return next((task_set for task_set in service.get("taskSets", []) if task_set.get("status") == "PRIMARY"), None)


def container_images(client: ECSClient, task_definition: str) -> Mapping[str, str]:
    """The image of each container; none for no task definition."""
    if not task_definition:
        return {}
    definition = client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    return {container["name"]: container.get("image", "") for container in definition["containerDefinitions"]}


def _tasks(
    client: ECSClient, cluster: str, service: str, status: DesiredStatusType, limit: int
) -> Sequence[TaskTypeDef]:
    pages = client.get_paginator("list_tasks").paginate(
        cluster=cluster, serviceName=service, desiredStatus=status, PaginationConfig={"MaxItems": limit}
    )
    arns = [arn for page in pages for arn in page["taskArns"]]
    chunks = batched(arns, DESCRIBE_LIMIT, strict=False)
    answers = (client.describe_tasks(cluster=cluster, tasks=list(chunk)) for chunk in chunks)
    return [task for answer in answers for task in answer["tasks"]]


def _snapshot(
    service: ServiceTypeDef,
    images: Mapping[str, str],
    running: Iterable[TaskTypeDef],
    stopped: Iterable[TaskTypeDef],
) -> ServiceSnapshot:
    return ServiceSnapshot(
        status=service["status"],
        desired=service.get("desiredCount", 0),
        running=service.get("runningCount", 0),
        task_definition=current_task_definition(service),
        deployments=tuple(_deployment(deployment) for deployment in service.get("deployments", [])),
        images=images,
        tasks=tuple(_running(task) for task in running),
        stopped=tuple(sorted((_stopped(task) for task in stopped), key=lambda task: task.stopped)),
        controller=service.get("deploymentController", {}).get("type", "ECS"),
        current=service.get("currentServiceDeployment", ""),
    )


def _deployment(deployment: DeploymentTypeDef) -> Rollout:
    created = deployment.get("createdAt")
    return Rollout(
        status=deployment["status"],
        task_definition=deployment.get("taskDefinition", ""),
        running=deployment.get("runningCount", 0),
        failed=deployment.get("failedTasks", 0),
        rollout=deployment.get("rolloutState", ""),
        rollout_reason=deployment.get("rolloutStateReason", ""),
        created=created.timestamp() if created else 0.0,
    )


def _running(task: TaskTypeDef) -> RunningTask:
    containers = task.get("containers", [])
    return RunningTask(
        task_definition=task.get("taskDefinitionArn", ""),
        status=task.get("lastStatus", ""),
        health=task.get("healthStatus", ""),
        digests={container["name"]: container.get("imageDigest", "") for container in containers},
    )


def _stopped(task: TaskTypeDef) -> StoppedTask:
    moment, started = task.get("stoppedAt") or task.get("stoppingAt"), task.get("startedAt")
    codes = (container.get("exitCode") for container in task.get("containers", []))
    return StoppedTask(
        task_definition=task.get("taskDefinitionArn", ""),
        stopped=moment.timestamp() if moment else 0.0,
        code=task.get("stopCode", ""),
        reason=task.get("stoppedReason", ""),
        exit_codes=tuple(code for code in codes if code is not None),
        started=started.timestamp() if started else 0.0,
    )
