"""The images that a CodeDeployToECS action was given, and the containers that were to run them.

The action replaces placeholders in the task definition by the ``ImageURI`` of each image artifact's
``imageDetail.json``; so a container is meant to run an image if its text is that URI.
"""

import json
from collections.abc import Iterable, Mapping

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.images.reference import ImageReference, parse_reference
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.artifacts.files import UnreadableArtifactError, read_file

IMAGE_DETAIL = "imageDetail.json"
IMAGE_ARTIFACTS = tuple(f"Image{number}ArtifactName" for number in range(1, 5))


def intended_references(run: ActionRun, region: str, aws: Clients) -> tuple[ImageReference, ...]:
    """The images of an action, in the order of its configuration. ``region`` is the action's: its artifacts lie there.

    Raises:
        UnreadableArtifactError: the action names no image, or an artifact does not tell it or cannot be read.
    """
    names = [run.configuration.get(key, "") for key in IMAGE_ARTIFACTS]
    found = tuple(_reference(run, name, region, aws) for name in names if name)
    if not found:
        raise UnreadableArtifactError(f"the action {run.name} names no image artifact")
    return found


def by_container(references: Iterable[ImageReference], images: Mapping[str, str]) -> Mapping[str, ImageReference]:
    """The intended image of each container that runs one; ``images`` are those of the task definition, by container."""
    return {name: each for each in references for name, image in images.items() if image == each.text}


def _reference(run: ActionRun, name: str, region: str, aws: Clients) -> ImageReference:
    if name not in run.inputs:
        raise UnreadableArtifactError(f"CodePipeline names no input artifact {name} of {run.name}")
    try:
        document = json.loads(read_file(aws.client("s3", region), run.inputs[name], IMAGE_DETAIL))
        return parse_reference(document["ImageURI"])
    except AWS_ERRORS as error:
        raise UnreadableArtifactError(explain(error, region)) from error
    except (ValueError, TypeError, KeyError, RecursionError, ConfigurationError):
        raise UnreadableArtifactError(f"{IMAGE_DETAIL} of {name} is no object with an ImageURI") from None
