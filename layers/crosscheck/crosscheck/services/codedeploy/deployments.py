"""What CodeDeploy says of a deployment group, of a deployment, and of each of its targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING

from crosscheck.pipelines.runs import Artifact

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_codedeploy.literals import FileExistsBehaviorType
    from mypy_boto3_codedeploy.type_defs import (
        DeploymentGroupInfoTypeDef,
        DeploymentInfoTypeDef,
        DeploymentTargetTypeDef,
        RevisionLocationTypeDef,
    )

PERMISSIONS = frozenset(
    {
        "codedeploy:BatchGetDeploymentTargets",
        "codedeploy:GetDeployment",
        "codedeploy:GetDeploymentGroup",
        "codedeploy:ListDeploymentTargets",
    }
)
# BatchGetDeployments and BatchGetDeploymentTargets take so many ids.
BATCH = 25
TARGET_LIMIT = 1_000


@dataclass(frozen=True)
class DeployedRevision:
    """What was deployed, as one text to compare by: where it lies, or the hash of what it says.

    ``stored`` is None for what is not an object of S3; ``location`` is CodeDeploy's own form of it. ``floating`` is an
    object of which neither version nor ETag is named: deployed again, it is whatever lies there by then.
    """

    text: str
    location: RevisionLocationTypeDef
    stored: Artifact | None = None
    floating: bool = False


@dataclass(frozen=True)
class GroupDeployment:
    """A deployment. ``rolled_back_by`` is the rollback that followed it, ``undoes`` the deployment that it follows as a
    rollback itself; ``created`` is in epoch seconds. ``keeps`` is for how many seconds it goes on once it has moved the
    traffic, until the original environment is terminated."""

    id: str
    application: str
    group: str
    status: str
    created: float
    revision: DeployedRevision
    platform: str = "Server"
    creator: str = "user"
    error: str = ""
    description: str = ""
    rolled_back_by: str = ""
    undoes: str = ""
    ignores_stop_failures: bool = False
    file_exists: FileExistsBehaviorType | None = None
    keeps: float = 0.0


@dataclass(frozen=True)
class Target:
    """``what`` is an instance, or a service of ECS, whose id is ``cluster:service``. ``event`` and ``error`` are of the
    lifecycle event that failed; ``task_sets`` are the ids of the green task sets."""

    what: str
    id: str
    status: str
    event: str = ""
    error: str = ""
    task_sets: tuple[str, ...] = ()


def read_group(client: CodeDeployClient, application: str, group: str) -> DeploymentGroupInfoTypeDef | None:
    """A deployment group; None where there is no such group, or no such application."""
    missing = (
        client.exceptions.ApplicationDoesNotExistException,
        client.exceptions.DeploymentGroupDoesNotExistException,
    )
    try:
        answer = client.get_deployment_group(applicationName=application, deploymentGroupName=group)
    except missing:
        return None
    return answer["deploymentGroupInfo"]


def read_newest(client: CodeDeployClient, application: str, group: str) -> str | None:
    """The id of a group's last attempted deployment, empty before the first; None where there is no such group."""
    found = read_group(client, application, group)
    return None if found is None else found.get("lastAttemptedDeployment", {}).get("deploymentId", "")


def read_deployment(client: CodeDeployClient, deployment: str) -> GroupDeployment | None:
    """A deployment; None where there is none of that id."""
    try:
        answer = client.get_deployment(deploymentId=deployment)
    except client.exceptions.DeploymentDoesNotExistException:
        return None
    return parse_deployment(answer["deploymentInfo"])


def read_last(client: CodeDeployClient, ours: GroupDeployment, newest: str) -> GroupDeployment:
    """The deployment of the id that ``read_newest`` gave; ours where it names none, or one that is gone."""
    return ours if newest in {"", ours.id} else read_deployment(client, newest) or ours


def read_deployments(client: CodeDeployClient, ids: Sequence[str]) -> list[GroupDeployment]:
    """The deployments of these ids, in no order."""
    answers = [client.batch_get_deployments(deploymentIds=list(few)) for few in batched(ids, BATCH, strict=False)]
    return [parse_deployment(info) for answer in answers for info in answer.get("deploymentsInfo", [])]


def read_targets(client: CodeDeployClient, deployment: str) -> tuple[Target, ...]:
    """What became of a deployment's targets; empty where it has not started."""
    pages = client.get_paginator("list_deployment_targets").paginate(
        deploymentId=deployment, PaginationConfig={"MaxItems": TARGET_LIMIT}
    )
    try:
        ids = [target for page in pages for target in page.get("targetIds", [])]
    except client.exceptions.DeploymentNotStartedException:
        return ()
    answers = (
        client.batch_get_deployment_targets(deploymentId=deployment, targetIds=list(few))
        for few in batched(ids, BATCH, strict=False)
    )
    return tuple(_target(target) for answer in answers for target in answer.get("deploymentTargets", []))


def parse_deployment(info: DeploymentInfoTypeDef) -> GroupDeployment:
    """A deployment of GetDeployment's or BatchGetDeployments' answer."""
    rollback = info.get("rollbackInfo", {})
    return GroupDeployment(
        id=info.get("deploymentId", ""),
        application=info.get("applicationName", ""),
        group=info.get("deploymentGroupName", ""),
        status=info.get("status", ""),
        created=_seconds(info.get("createTime")),
        revision=parse_revision(info.get("revision", {})),
        platform=info.get("computePlatform", "Server"),
        creator=info.get("creator", "user"),
        error=info.get("errorInformation", {}).get("code", ""),
        description=info.get("description", ""),
        rolled_back_by=rollback.get("rollbackDeploymentId", ""),
        undoes=rollback.get("rollbackTriggeringDeploymentId", ""),
        ignores_stop_failures=info.get("ignoreApplicationStopFailures", False),
        file_exists=info.get("fileExistsBehavior"),
        keeps=_keeps(info),
    )


def _keeps(info: DeploymentInfoTypeDef) -> float:
    original = info.get("blueGreenDeploymentConfiguration", {}).get("terminateBlueInstancesOnDeploymentSuccess", {})
    return original.get("terminationWaitTimeInMinutes", 0) * 60.0 if original.get("action") == "TERMINATE" else 0.0


def parse_revision(location: RevisionLocationTypeDef) -> DeployedRevision:
    """A revision. GetDeployment leaves out what an AppSpec says, and gives the hash of it."""
    kind = location.get("revisionType", "")
    if kind == "S3":
        place = location.get("s3Location", {})
        bucket, key = place.get("bucket", ""), place.get("key", "")
        version = place.get("version") or place.get("eTag", "")
        text = f"s3://{bucket}/{key}{f'@{version}' if version else ''}"
        return DeployedRevision(text, location, Artifact(bucket, key) if bucket else None, floating=not version)
    if kind == "GitHub":
        origin = location.get("gitHubLocation", {})
        return DeployedRevision(f"github:{origin.get('repository', '')}@{origin.get('commitId', '')}", location)
    specified = location.get("appSpecContent") or location.get("string") or {}
    return DeployedRevision(f"appspec sha256:{specified.get('sha256', '')}", location)


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _target(target: DeploymentTargetTypeDef) -> Target:
    """The error is the code of the event that failed: the diagnostics' texts may quote anything, so they stay out."""
    service = target.get("ecsTarget", {})
    found = service or target.get("instanceTarget", {})
    events = found.get("lifecycleEvents", [])
    failed = next((event for event in events if event.get("status") == "Failed"), None)
    green = [each for each in service.get("taskSetsInfo", []) if each.get("taskSetLabel", "").upper() == "GREEN"]
    return Target(
        what="service" if service else "instance",
        id=found.get("targetId", ""),
        status=found.get("status", "Unknown"),
        event=failed.get("lifecycleEventName", "") if failed else "",
        error=failed.get("diagnostics", {}).get("errorCode", "") if failed else "",
        task_sets=tuple(each.get("identifer", "") for each in green),  # the model spells it so
    )
