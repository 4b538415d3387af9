"""One reading of an ECS service: what it runs, what an action deployed to it, and what it takes to go back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.images.digests import resolve
from crosscheck.images.reference import parse_reference, short
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.ecs.deployments import ServiceDeployment
from crosscheck.services.ecs.history import NOTHING, ServiceHistory, read_history, replaced_state
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.service import container_images, describe_service
from crosscheck.services.ecs.state import ServiceState, parse_state

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import DeploymentConfigurationOutputTypeDef

# ECS's own, where the service names none.
STEP_PERCENT, STEP_MINUTES, CANARY_MINUTES = 10.0, 6, 10
WHOLE = 100.0


@dataclass(frozen=True)
class Place:
    """A service, and the run of the action that deploys to it."""

    region: str
    cluster: str
    service: str
    run: ActionRun


@dataclass(frozen=True)
class Situation:
    """What was read. States and task definitions are empty where unknown.

    ``status`` is empty where there is no such service; ``history`` is what was deployed since the action started, and
    ``replaced`` the one state that the action's deployment replaced, to which ECS goes back by itself.
    ``target`` is the baseline, and ``deregistered`` says that its task definition cannot be deployed again;
    ``unpinned`` is why that would run other images than the baseline's. ``shifting`` is for how many seconds a
    deployment shifts traffic, beyond the time of one that rolls.
    """

    place: Place
    status: str = ""
    desired: int = 0
    controller: str = "ECS"
    runs: str = ""
    history: ServiceHistory = field(default_factory=ServiceHistory)
    replaced: ServiceState = field(default=NOTHING)
    target: ServiceState = field(default=NOTHING)
    deregistered: bool = False
    unpinned: str = ""
    shifting: float = 0.0

    @property
    def changeable(self) -> bool:
        """Whether it is a service that UpdateService deploys to."""
        return self.status == "ACTIVE" and self.controller == "ECS"


def read_situation(place: Place, baseline: str, aws: Clients) -> Situation:
    """Read the service, its deployments since the action started, and what its baseline needs in order to run again.

    Raises:
        NoHistoryError: the service lists more deployments than are read.
    """
    client = aws.client("ecs", place.region)
    seen = _service(client, place)
    if not seen.changeable:
        return seen
    history = read_history(client, place.cluster, place.service, place.run)
    seen = replace(seen, history=history, target=parse_state(baseline) or NOTHING)
    return _ways(seen, history.made, aws) if history.made else seen


def _service(client: ECSClient, place: Place) -> Situation:
    found = describe_service(client, place.cluster, place.service)
    if found is None:
        return Situation(place)
    return Situation(
        place,
        status=found["status"],
        desired=found.get("desiredCount", 0),
        controller=found.get("deploymentController", {}).get("type", "ECS"),
        runs=found.get("taskDefinition", ""),
        shifting=shifting_seconds(found.get("deploymentConfiguration", {})),
    )


def _ways(seen: Situation, made: ServiceDeployment, aws: Clients) -> Situation:
    """The same, with what ECS itself goes back to from the deployment that was ``made``, and what the target needs in
    order to be deployed again."""
    client, history = aws.client("ecs", seen.place.region), seen.history
    arn, deregistered = _registered(client, seen.target.task_definition)
    target = replace(seen.target, task_definition=arn)
    return replace(
        seen,
        replaced=replaced_state(client, made),
        target=target,
        deregistered=deregistered,
        unpinned="" if deregistered else unpinned(client, target, history.brought, aws),
    )


def _registered(client: ECSClient, name: str) -> tuple[str, bool]:
    """The ARN of a task definition, and whether it was deregistered; ECS updates no service to such a one."""
    if not name:
        return "", False
    try:
        found = client.describe_task_definition(taskDefinition=name)["taskDefinition"]
    except client.exceptions.ClientException:  # deleted
        return name, True
    return found["taskDefinitionArn"], found.get("status", "ACTIVE") != "ACTIVE"


def unpinned(client: ECSClient, target: ServiceState, brought: ServiceState, aws: Clients) -> str:
    """Why a task definition that is deployed anew may run another image than the state has; empty where it does not.

    A new deployment resolves every tag again. Outside ECR only the action's deployment tells what a tag stands for: it
    ``brought`` the same reference, and ECS resolved that to the state's digest. The proof compares the digests anyway.
    """
    last = container_images(client, brought.task_definition)
    for container, image in container_images(client, target.task_definition).items():
        resolved = brought.digests.get(container, "") if last.get(container) == image else ""
        problem = _unpinned(image, target.digests.get(container, ""), resolved, aws)
        if problem:
            return f"{revision(target.task_definition)} names {image}, {problem}"
    return ""


def _unpinned(image: str, proven: str, resolved: str, aws: Clients) -> str:
    try:
        reference = parse_reference(image)
    except ConfigurationError:
        return "which is no image reference"
    if reference.names_digest:
        return ""
    if not proven:
        return "and which digest it stood for is unknown"
    if reference.registry is None:
        unasked = f"outside ECR: whether it still stands for {short(proven)} cannot be asked"
        return "" if resolved == proven else unasked
    now = resolve(reference, aws)
    if now.problem:
        return f"and whether it still stands for {short(proven)} is unknown: {now.problem}"
    return "" if now.accepts(proven) else f"which stands for {short(now.digest)} by now, not for {short(proven)}"


def shifting_seconds(configuration: DeploymentConfigurationOutputTypeDef) -> float:
    """The seconds that a deployment spends in its steps and in the bake after them, 0 where the service rolls."""
    baking = configuration.get("bakeTimeInMinutes", 0)
    match configuration.get("strategy"):
        case "BLUE_GREEN":
            return baking * 60.0
        case "LINEAR":
            linear = configuration.get("linearConfiguration", {})
            # after the last step nothing is waited for
            steps = ceil(WHOLE / linear.get("stepPercent", STEP_PERCENT)) - 1
            return (steps * linear.get("stepBakeTimeInMinutes", STEP_MINUTES) + baking) * 60.0
        case "CANARY":
            canary = configuration.get("canaryConfiguration", {})
            return (canary.get("canaryBakeTimeInMinutes", CANARY_MINUTES) + baking) * 60.0
        case _:
            return 0.0
