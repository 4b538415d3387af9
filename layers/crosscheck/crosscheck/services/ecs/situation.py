"""One reading of an ECS service: what it runs, what an action deployed to it, and what it ran before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.ecs.deployments import (
    ServiceDeployment,
    deployments_since,
    source_revisions,
    successful_before,
    task_definitions,
)
from crosscheck.services.ecs.service import describe_service

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
    """What was read. Task definitions are ARNs, empty where unknown.

    ``status`` is empty where there is no such service; ``made`` is the action's own deployment, None where none can be
    called that; ``newest`` is the latest since the action started. ``brought`` and ``latest`` are what these two
    brought, ``target`` is what to go back to, and ``deregistered`` says that it cannot be deployed again. ``shifting``
    is for how many seconds a deployment shifts traffic, beyond the time of one that rolls.
    """

    place: Place
    status: str = ""
    desired: int = 0
    controller: str = "ECS"
    runs: str = ""
    made: ServiceDeployment | None = None
    newest: ServiceDeployment | None = None
    brought: str = ""
    latest: str = ""
    target: str = ""
    deregistered: bool = False
    shifting: float = 0.0

    @property
    def changeable(self) -> bool:
        """Whether it is a service that UpdateService deploys to."""
        return self.status == "ACTIVE" and self.controller == "ECS"


def read_situation(place: Place, baseline: str, aws: Clients) -> Situation:
    """Read the service, its deployments since the action started, and what it ran before.

    Raises:
        NoHistoryError: the service lists more deployments than are read.
    """
    client = aws.client("ecs", place.region)
    seen = _service(client, place)
    if not seen.changeable:
        return seen
    since = deployments_since(client, place.cluster, place.service, place.run.started)
    made = made_by(place.run, since)
    seen = replace(seen, made=made, newest=since[-1] if since else None)
    return _history(client, seen, made, since[-1], baseline) if made else seen


def made_by(run: ActionRun, since: Sequence[ServiceDeployment]) -> ServiceDeployment | None:
    """The deployment that an action made: the one that CodePipeline names, else the first since the action started.

    An action that did not succeed and names no deployment may have made none: the first may be somebody else's.
    """
    named = run.external.rpartition("/")[2]
    found = next((deployment for deployment in since if named and deployment.id == named), None)
    certain = run.external or run.status == "Succeeded"
    return found or (since[0] if since and certain else None)


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


def _history(
    client: ECSClient, seen: Situation, made: ServiceDeployment, newest: ServiceDeployment, baseline: str
) -> Situation:
    place = seen.place
    sources = source_revisions(client, made.arn)
    earlier = () if len(sources) == 1 else successful_before(client, place.cluster, place.service, place.run.started)
    # where it replaced several, as a deployment in progress beside a steady one, the steady one is meant
    good = [each.revision for each in reversed(earlier) if not sources or each.revision in sources]
    before = sources[0] if len(sources) == 1 else next(iter(good), "")
    known = task_definitions(client, [made.revision, newest.revision, before])
    target, deregistered = _registered(client, known.get(before) or baseline)
    return replace(
        seen,
        brought=known.get(made.revision, ""),
        latest=known.get(newest.revision, ""),
        target=target,
        deregistered=deregistered,
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
