"""The images that a deploy action of ECS was given.

Its input artifact names them, container by container. Where the artifact is out of the gate's reach, as in a store that
is not Crosscheck's, the service's first deployment after the action had started tells them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from crosscheck.aws_errors import AWS_ERRORS, denied, explain
from crosscheck.clients import Clients
from crosscheck.images.reference import ImageReference
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.services.artifacts import files
from crosscheck.services.artifacts.files import UnreadableArtifactError, image_definitions, read_file
from crosscheck.services.ecs import deployments
from crosscheck.services.ecs.deployments import NoHistoryError
from crosscheck.services.ecs.history import first_images

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
        images = first_images(aws.client("ecs", region), cluster, service, run.started)
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
        raise _OutOfReachError(f"{explain(error, region)}{_remedy(error, artifact)}") from error
    return image_definitions(content, name)


def _remedy(error: ClientError, artifact: Artifact) -> str:
    if not denied(error):
        return ""
    return f" (the gate's role needs s3:GetObject on the bucket {artifact.bucket}, and kms:Decrypt on its key)"
