"""What a service's own history says was meant: its first deployment after the deploy action had started.

A later deployment may be a way back, so the first one is looked for in ListServiceDeployments, which keeps 90 days;
DescribeServices forgets a deployment as soon as it is replaced.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.images import DIGEST, ImageReference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import (
        ListServiceDeploymentsRequestTypeDef,
        ServiceDeploymentBriefTypeDef,
        ServiceRevisionTypeDef,
    )

PAGES = 5
PAGE_SIZE = 100


class NoHistoryError(CrosscheckError):
    """The history does not say what was meant."""


def first_images(client: ECSClient, cluster: str, service: str, since: float) -> Mapping[str, ImageReference]:
    """The image of each container in the first deployment after ``since`` (epoch seconds).

    The texts are those of its task definition; the digests are those to which ECS resolved them, where it says so.

    Raises:
        NoHistoryError: there is no such deployment, or it cannot be told which is the first.
        ClientError, BotoCoreError: ECS refused, or did not answer.
    """
    found = [deployment for deployment in _deployments(client, cluster, service, since) if "createdAt" in deployment]
    if not found:
        raise NoHistoryError("the service lists no deployment since the deploy action started")
    first = min(found, key=lambda deployment: deployment["createdAt"])
    revision = _revision(client, first.get("targetServiceRevisionArn", ""))
    definition = client.describe_task_definition(taskDefinition=revision["taskDefinition"])["taskDefinition"]
    texts = {item["name"]: item["image"] for item in definition["containerDefinitions"] if item.get("image")}
    digests = {item.get("containerName"): item.get("imageDigest", "") for item in revision.get("containerImages", [])}
    return {name: _reference(text, digests.get(name, "")) for name, text in texts.items()}


def _deployments(
    client: ECSClient, cluster: str, service: str, since: float
) -> Iterator[ServiceDeploymentBriefTypeDef]:
    request: ListServiceDeploymentsRequestTypeDef = {
        "cluster": cluster,
        "service": service,
        "createdAt": {"after": datetime.fromtimestamp(since, UTC)},
        "maxResults": PAGE_SIZE,
    }
    for _ in range(PAGES):
        answer = client.list_service_deployments(**request)
        yield from answer.get("serviceDeployments", [])
        if not answer.get("nextToken"):
            return
        request["nextToken"] = answer["nextToken"]
    raise NoHistoryError(f"the service lists over {PAGES * PAGE_SIZE} deployments since the deploy action started")


def _revision(client: ECSClient, arn: str) -> ServiceRevisionTypeDef:
    revisions = client.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"] if arn else []
    if not revisions or "taskDefinition" not in revisions[0]:
        raise NoHistoryError("the service's first deployment since the deploy action started names no task definition")
    return revisions[0]


def _reference(text: str, digest: str) -> ImageReference:
    try:
        reference = parse_reference(text)
    except ConfigurationError as error:
        raise NoHistoryError(f"an image of the service's first deployment is {error}") from None
    return replace(reference, digest=digest) if DIGEST.fullmatch(digest) else reference
