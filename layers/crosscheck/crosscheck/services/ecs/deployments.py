"""Service deployments: the record that ECS keeps for 90 days of what was deployed to a service, and what became of it.

DescribeServices forgets a deployment as soon as it is replaced, a failed one within minutes; ListServiceDeployments
does not. A rollback is no service deployment of its own: it shows in the status of the one that it undoes.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import TYPE_CHECKING

from crosscheck.errors import CrosscheckError
from crosscheck.images.reference import DIGEST
from crosscheck.services.ecs.state import ServiceState

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.literals import ServiceDeploymentStatusType
    from mypy_boto3_ecs.type_defs import (
        CreatedAtTypeDef,
        ListServiceDeploymentsRequestTypeDef,
        ServiceDeploymentBriefTypeDef,
        ServiceRevisionTypeDef,
    )

PERMISSIONS = frozenset(
    {"ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:ListServiceDeployments"}
)
PAGES = 5
PAGE_SIZE = 100
DESCRIBE_LIMIT = 20

UNDER_WAY = frozenset({"PENDING", "IN_PROGRESS"})
GOING_BACK = frozenset({"ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"})
WENT_BACK = frozenset({"ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"})
MOVING = UNDER_WAY | GOING_BACK | {"STOP_REQUESTED"}


class NoHistoryError(CrosscheckError):
    """The history does not say what is asked of it."""


@dataclass(frozen=True)
class ServiceDeployment:
    """A service deployment. ``created`` is in epoch seconds, ``revision`` the ARN of the service revision that it
    brings, empty where ECS names none."""

    arn: str
    status: str
    created: float
    revision: str = ""

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]


def deployments_since(client: ECSClient, cluster: str, service: str, since: float) -> tuple[ServiceDeployment, ...]:
    """What was deployed at ``since`` (epoch seconds) or later, the oldest first.

    Raises:
        NoHistoryError: there is more of it than is read.
    """
    return _listed(client, cluster, service, {"after": datetime.fromtimestamp(since, UTC)})


def successful_before(client: ECSClient, cluster: str, service: str, until: float) -> tuple[ServiceDeployment, ...]:
    """What was deployed with success before ``until`` (epoch seconds), the oldest first. Raises as above."""
    found = _listed(client, cluster, service, {"before": datetime.fromtimestamp(until, UTC)}, ("SUCCESSFUL",))
    return tuple(deployment for deployment in found if deployment.created < until)


def status_of(client: ECSClient, arn: str) -> str:
    """The status of a service deployment; empty where ECS knows it no more."""
    found = client.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    return found[0].get("status", "") if found else ""


def source_revisions(client: ECSClient, arn: str) -> tuple[str, ...]:
    """The ARNs of the service revisions that a service deployment replaced; none in older data."""
    found = client.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    sources = found[0].get("sourceServiceRevisions", []) if found else []
    return tuple(source["arn"] for source in sources if source.get("arn"))


def states_of(client: ECSClient, revisions: Iterable[str]) -> Mapping[str, ServiceState]:
    """What each service revision runs, with the digests that ECS pinned for it; what ECS does not know is left out."""
    return {
        arn: ServiceState(found["taskDefinition"], pinned_digests(found))
        for arn, found in describe_revisions(client, revisions).items()
        if found.get("taskDefinition")
    }


def pinned_digests(revision: ServiceRevisionTypeDef) -> Mapping[str, str]:
    """The digest that ECS resolved each container's image to, for every task of the revision.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerImage.html. None before the first task was
    started, and where the container definition's ``versionConsistency`` is disabled.
    """
    listed = revision.get("containerImages", [])
    return {
        image["containerName"]: image["imageDigest"]
        for image in listed
        if "containerName" in image and DIGEST.fullmatch(image.get("imageDigest", ""))
    }


def describe_revisions(client: ECSClient, revisions: Iterable[str]) -> Mapping[str, ServiceRevisionTypeDef]:
    """The service revisions by ARN, each asked for once; what ECS does not know is left out."""
    asked = dict.fromkeys(arn for arn in revisions if arn)
    return {
        found["serviceRevisionArn"]: found
        for chunk in batched(asked, DESCRIBE_LIMIT, strict=False)
        for found in client.describe_service_revisions(serviceRevisionArns=list(chunk))["serviceRevisions"]
        if "serviceRevisionArn" in found
    }


def _listed(
    client: ECSClient,
    cluster: str,
    service: str,
    created: CreatedAtTypeDef,
    status: Sequence[ServiceDeploymentStatusType] = (),
) -> tuple[ServiceDeployment, ...]:
    request: ListServiceDeploymentsRequestTypeDef = {
        "cluster": cluster,
        "service": service,
        "createdAt": created,
        "maxResults": PAGE_SIZE,
    }
    if status:
        request["status"] = status
    found = [_parsed(brief) for brief in _pages(client, request) if "createdAt" in brief]
    return tuple(sorted(found, key=lambda deployment: deployment.created))


def _pages(client: ECSClient, request: ListServiceDeploymentsRequestTypeDef) -> Iterator[ServiceDeploymentBriefTypeDef]:
    for _ in range(PAGES):
        answer = client.list_service_deployments(**request)
        yield from answer.get("serviceDeployments", [])
        if not answer.get("nextToken"):
            return
        request["nextToken"] = answer["nextToken"]
    side = "since the deploy action started" if "after" in request.get("createdAt", {}) else "before the deploy action"
    raise NoHistoryError(f"the service lists over {PAGES * PAGE_SIZE} deployments {side}")


def _parsed(brief: ServiceDeploymentBriefTypeDef) -> ServiceDeployment:
    return ServiceDeployment(
        arn=brief.get("serviceDeploymentArn", ""),
        status=brief.get("status", ""),
        created=brief["createdAt"].timestamp(),
        revision=brief.get("targetServiceRevisionArn", ""),
    )
