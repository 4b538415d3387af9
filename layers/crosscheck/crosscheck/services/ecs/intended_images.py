"""The images that a deploy action of ECS was given.

Its input artifact names them, container by container. Where the artifact is out of the gate's reach, as in a store that
is not Crosscheck's, the service's first deployment after the action had started tells them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crosscheck.aws_errors import AWS_ERRORS, denied, explain
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.images.reference import ImageReference, parse_reference
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.artifacts import files
from crosscheck.services.artifacts.files import UnreadableArtifactError, image_definitions, read_file
from crosscheck.services.ecs import deployments
from crosscheck.services.ecs.deployments import NoHistoryError
from crosscheck.services.ecs.history import read_history
from crosscheck.services.ecs.service import container_images

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

PERMISSIONS = files.PERMISSIONS | deployments.PERMISSIONS | {"ecs:DescribeTaskDefinition"}
READS_CONFIGURATION = frozenset({"FileName"})
DEFAULT_FILE = "imagedefinitions.json"


class _OutOfReachError(UnreadableArtifactError):
    """The artifact itself cannot be had; what it would say may be known otherwise."""


@dataclass(frozen=True)
class IntendedImages:
    """The intended image of each container. ``fallback_reason`` is empty where the artifact said so, else it tells why
    another source did."""

    images: Mapping[str, ImageReference]
    fallback_reason: str = ""


def intended_images(run: ActionRun, region: str, cluster: str, service: str, aws: Clients) -> IntendedImages:
    """The intended images of a deployment to this service. ``region`` is the action's: its artifacts lie there.

    Raises:
        UnreadableArtifactError: the artifact does not name images, or is out of reach and so is the service's history.
        BotoCoreError: S3 did not answer.
    """
    try:
        return IntendedImages(_of_artifact(run, region, aws))
    except _OutOfReachError as error:
        why = str(error)
    try:
        images = first_images(aws.client("ecs", region), cluster, service, run)
    except NoHistoryError as error:
        raise UnreadableArtifactError(f"{why}; {error}") from None
    except AWS_ERRORS as error:
        raise UnreadableArtifactError(f"{why}; {explain(error, region)}") from error
    return IntendedImages(
        images, f"intended as in the service's first deployment since {run.name} started, because {why}"
    )


def _of_artifact(run: ActionRun, region: str, aws: Clients) -> Mapping[str, ImageReference]:
    if not run.inputs:
        raise _OutOfReachError(f"CodePipeline names no input artifact of {run.name}")
    artifact = next(iter(run.inputs.values()))
    name = run.configuration.get("FileName") or DEFAULT_FILE
    try:
        content = read_file(aws.client("s3", region), artifact, name)
    except ClientError as error:
        needs = f"s3:GetObject on the bucket {artifact.bucket}, and kms:Decrypt on its key"
        remedy = f" (the gate's role needs {needs})" if denied(error) else ""
        raise _OutOfReachError(f"{explain(error, region)}{remedy}") from error
    return image_definitions(content, name)


def first_images(client: ECSClient, cluster: str, service: str, run: ActionRun) -> Mapping[str, ImageReference]:
    """The image of each container in the deployment that the action made.

    The texts are those of its task definition; the digests are those to which ECS resolved them, where it says so.

    Raises:
        NoHistoryError: there is no such deployment, or nothing says which one it is.
    """
    history = read_history(client, cluster, service, run)
    if history.made is None:
        own = " that is its own" if history.newest else ""
        raise NoHistoryError(f"the service lists no deployment since the deploy action started{own}")
    if not history.brought.task_definition:
        raise NoHistoryError("the service's first deployment since the deploy action started names no task definition")
    texts = container_images(client, history.brought.task_definition)
    digests = history.brought.digests
    return {name: _reference(text, digests.get(name, "")) for name, text in texts.items() if text}


def _reference(text: str, digest: str) -> ImageReference:
    try:
        reference = parse_reference(text)
    except ConfigurationError as error:
        raise NoHistoryError(f"an image of the service's first deployment is {error}") from None
    return replace(reference, digest=digest) if digest else reference
