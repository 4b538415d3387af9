"""Whether a revision that is deployed to ECS again brings the images that were proven."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.services.codedeploy.blue_green import green_ids, read_serving, task_sets
from crosscheck.services.codedeploy.deployments import GroupDeployment, read_targets
from crosscheck.services.codedeploy.history import content
from crosscheck.services.ecs.history import NOTHING
from crosscheck.services.ecs.situation import unpinned
from crosscheck.services.ecs.state import ServiceState, running_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_codedeploy.type_defs import RevisionLocationTypeDef

# A family has up to 255 characters, and an ARN less than 100 before it: a longer token is none, and is not searched.
_TASK_DEFINITION = re.compile(
    r"TaskDefinition[\"']?\s*:\s*[\"']?"
    r"[^\s\"',}]{0,100}?(?<![\w-])(?P<revision>[\w-]{1,255}:\d{1,10})(?![\w:/-])"
)


def task_definition(revision: RevisionLocationTypeDef) -> str:
    """``family:revision`` of the one task definition that an AppSpec names; empty for none, and for several."""
    named = {found["revision"] for found in _TASK_DEFINITION.finditer(content(revision))}
    return named.pop() if len(named) == 1 else ""


def other_images(
    region: str, ours: GroupDeployment, revision: RevisionLocationTypeDef, digests: Mapping[str, str], aws: Clients
) -> str:
    """Why the revision, deployed again in the place of ours, may run other images than the proven ``digests``; empty
    where it does not."""
    named = task_definition(revision)
    if not named:
        return "the AppSpec does not name one task definition: which images it runs is unknown"
    client = aws.client("ecs", region)
    try:
        found = client.describe_task_definition(taskDefinition=named)["taskDefinition"]
    except client.exceptions.ClientException:
        return f"{named} is deleted"
    if found.get("status", "ACTIVE") != "ACTIVE":
        return f"{named} was deregistered: ECS does not deploy it again"
    problem = unpinned(client, ServiceState(named, digests), _brought(region, ours, aws), aws)
    return f"deployed again, {named} may run another image: {problem}" if problem else ""


def keeps_original(region: str, ours: GroupDeployment, good: GroupDeployment, aws: Clients) -> bool:
    """Whether the task set that ours is to replace is there still: CodeDeploy gives the traffic back to it, and
    nothing resolves an image anew."""
    targets = read_targets(aws.client("codedeploy", region), good.id)
    if not targets:
        return False
    green = green_ids(read_targets(aws.client("codedeploy", region), ours.id))
    found = task_sets(aws.client("ecs", region), targets[0])
    return any(each.get("externalId") != ours.id and each.get("id", "") not in green for each in found)


def _brought(region: str, ours: GroupDeployment, aws: Clients) -> ServiceState:
    """What our deployment runs now, if its task set serves: outside ECR only that tells what a tag stood for."""
    targets = read_targets(aws.client("codedeploy", region), ours.id)
    serving = read_serving(aws.client("ecs", region), targets[0]) if targets else None
    if serving is None or serving.deployment != ours.id:
        return NOTHING
    return running_state(serving.tasks) or NOTHING
