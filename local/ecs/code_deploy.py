"""Services that CodeDeploy deploys to: what runs there are task sets, which only CodeDeploy changes.

UpdateService's documentation names what it may change of them; DescribeServices' answer has their task sets and no
deployments.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf
from typing import Any

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json
from local.ecs import views
from local.ecs.emulated import EmulatedEcs
from local.ecs.images import ImageResolver
from local.ecs.model import ContainerImage, Deployment, Revision
from local.ecs.names import ServiceName
from local.ecs.tasks import GENERATIONS_SHOWN, Task, exited
from local.outcomes import Outcome

CONTROLLER = "CODE_DEPLOY"

# The task sets of (region, cluster, service) as ECS describes them, the one that serves first.
type TaskSetsOf = Callable[[str, str, str], list[Json]]


def no_task_sets(_region: str, _cluster: str, _service: str) -> list[Json]:
    """Nobody deploys by task sets."""
    return []


def is_code_deploys(base: Mapping[str, Any]) -> bool:
    """Whether a service has CodeDeploy's deployment controller."""
    return (base.get("deploymentController") or {}).get("type") == CONTROLLER


def refuse_deployment(base: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    """Refuse an UpdateService that would deploy.

    Raises:
        ApiError: InvalidParameterException in ECS's words.
    """
    wanted = None
    if parameters.get("taskDefinition"):
        wanted = "Unable to update task definition"
    elif parameters.get("forceNewDeployment"):
        wanted = "Cannot force a new deployment"
    if wanted and is_code_deploys(base):
        text = f"{wanted} on services with a {CONTROLLER} deployment controller."
        raise ApiError("InvalidParameterException", f"{text} Use AWS CodeDeploy to trigger a new deployment.")


def service(base: Mapping[str, Any], task_sets: Sequence[Json]) -> Json:
    """The emulator's description of a service with its task sets; what the primary one runs is the service's."""
    return {
        **base,
        "taskDefinition": task_sets[0]["taskDefinition"],
        "runningCount": sum(each["runningCount"] for each in task_sets),
        "pendingCount": sum(each["pendingCount"] for each in task_sets),
        "deployments": [],
        "taskSets": list(task_sets),
    }


class TaskSets:
    """Asks CodeDeploy for task sets, and tells their tasks.

    Until CodeDeploy has a deployment group over a service it knows none of it: the service is shown as it was created.
    """

    def __init__(self, of: TaskSetsOf, emulated: EmulatedEcs, images: ImageResolver) -> None:
        self._of = of
        self._emulated = emulated
        self._images = images
        self._resolved: dict[str, tuple[ContainerImage, ...]] = {}

    def of(self, base: Mapping[str, Any]) -> list[Json]:
        """The task sets of a service; none where the controller is another."""
        if not is_code_deploys(base):
            return []
        name = ServiceName.from_arn(base["serviceArn"])
        return self._of(name.region, name.cluster, name.service)

    def tasks(self, base: Mapping[str, Any], task_sets: Sequence[Json], now: float) -> Iterator[Json]:
        """The tasks of the task sets as DescribeTasks has them, those that run first.

        Where none of a primary task set's runs, they have failed: ECS goes on starting others, and they fail as well.
        """
        name = ServiceName.from_arn(base["serviceArn"])
        for shown in task_sets:
            deployment = self._deployment(name, shown)
            for slot in range(shown["runningCount"] + shown["pendingCount"]):
                running = shown["createdAt"] if slot < shown["runningCount"] else None
                task = Task(_id(shown["taskSetArn"], slot), deployment, shown["createdAt"], running, stop=None)
                yield views.task(name, task, base)
            if shown["status"] == "PRIMARY" and not shown["runningCount"]:
                yield from (views.task(name, task, base) for task in _failed(shown, deployment, now))

    def _deployment(self, name: ServiceName, shown: Json) -> Deployment:
        """A task set as the deployment that its tasks are of: they name it as the one that started them."""
        revision = Revision(shown["id"], shown["taskDefinition"], self._containers(name, shown), shown["createdAt"])
        return Deployment(
            shown["id"], revision, Outcome.HEALTHY, Outcome.HANG, shown["createdAt"], pace=1.0, pulled=None, takes=inf
        )

    def _containers(self, name: ServiceName, shown: Json) -> tuple[ContainerImage, ...]:
        """The task set's images, each resolved once: a tag that is moved later changes nothing that runs."""
        found = self._resolved.get(shown["taskSetArn"])
        if found is None:
            _, containers = self._emulated.containers(name.region, shown["taskDefinition"])
            found = tuple(self._images.container(*each) for each in containers.items())
            if all(each.digest for each in found):
                self._resolved[shown["taskSetArn"]] = found
        return found


def _failed(shown: Json, deployment: Deployment, now: float) -> Iterator[Task]:
    created, slots = shown["createdAt"], shown["computedDesiredCount"]
    for generation in range(GENERATIONS_SHOWN):
        at = created + (now - created) * (generation + 1) / (GENERATIONS_SHOWN + 1)
        for slot in range(slots):
            yield Task(_id(shown["taskSetArn"], slots * (generation + 1) + slot), deployment, created, None, exited(at))


def _id(task_set: str, slot: int) -> str:
    return hashlib.sha256(f"{task_set}/{slot}".encode()).hexdigest()[:32]
