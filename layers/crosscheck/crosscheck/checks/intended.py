"""The images that a deploy action of ECS was given: its input artifact names them, container by container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crosscheck.checks.artifacts import UnreadableArtifactError, image_definitions, read_file

if TYPE_CHECKING:
    from crosscheck.checks.check import ActionRun
    from crosscheck.clients import Clients
    from crosscheck.images import ImageReference

DEFAULT_FILE = "imagedefinitions.json"


def intended_images(run: ActionRun, region: str, aws: Clients) -> Mapping[str, ImageReference]:
    """The intended image of each container. ``region`` is the action's: its artifacts lie there.

    Raises:
        UnreadableArtifactError: there is no artifact, or it does not name images.
        ClientError, BotoCoreError: S3 or KMS refused, or did not answer.
    """
    if not run.inputs:
        raise UnreadableArtifactError(f"CodePipeline names no input artifact of {run.name}")
    artifact = next(iter(run.inputs.values()))
    name = run.configuration.get("FileName") or DEFAULT_FILE
    return image_definitions(read_file(aws.s3(region), artifact, name), name)
