"""What a service's own history says was meant: its first deployment after the deploy action had started.

A later deployment may be a way back, so it is the first one that tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from crosscheck.errors import ConfigurationError
from crosscheck.images.reference import DIGEST, ImageReference, parse_reference
from crosscheck.services.ecs.deployments import NoHistoryError, deployments_since, describe_revisions

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient


def first_images(client: ECSClient, cluster: str, service: str, since: float) -> Mapping[str, ImageReference]:
    """The image of each container in the first deployment after ``since`` (epoch seconds).

    The texts are those of its task definition; the digests are those to which ECS resolved them, where it says so.

    Raises:
        NoHistoryError: there is no such deployment, or it cannot be told which is the first.
        ClientError, BotoCoreError: ECS refused, or did not answer.
    """
    found = deployments_since(client, cluster, service, since)
    if not found:
        raise NoHistoryError("the service lists no deployment since the deploy action started")
    revision = describe_revisions(client, [found[0].revision]).get(found[0].revision, {})
    if "taskDefinition" not in revision:
        raise NoHistoryError("the service's first deployment since the deploy action started names no task definition")
    definition = client.describe_task_definition(taskDefinition=revision["taskDefinition"])["taskDefinition"]
    texts = {item["name"]: item["image"] for item in definition["containerDefinitions"] if item.get("image")}
    digests = {item.get("containerName"): item.get("imageDigest", "") for item in revision.get("containerImages", [])}
    return {name: _reference(text, digests.get(name, "")) for name, text in texts.items()}


def _reference(text: str, digest: str) -> ImageReference:
    try:
        reference = parse_reference(text)
    except ConfigurationError as error:
        raise NoHistoryError(f"an image of the service's first deployment is {error}") from None
    return replace(reference, digest=digest) if DIGEST.fullmatch(digest) else reference
