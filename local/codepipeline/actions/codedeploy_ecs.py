"""Deploy action CodeDeployToECS: a task definition with the built images, and a blue/green deployment of it.

Both are templates in input artifacts: ``<IMAGE1_NAME>`` stands for the image that Image1ArtifactName's
``imageDetail.json`` names, ``<TASK_DEFINITION>`` for the task definition that is registered here.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.actions.codedeploy_deployment import deploy
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import ActionError, FailureType

PROVIDER = "CodeDeployToECS"
KEY = ("Deploy", "AWS", PROVIDER)
IMAGES = range(1, 5)
IMAGE_DETAIL = "imageDetail.json"
TASK_DEFINITION = "<TASK_DEFINITION>"


def _run(context: ActionContext) -> ActionResult:
    appspec = _file(
        context, "AppSpecTemplateArtifact", context.configuration.get("AppSpecTemplatePath", "appspec.yaml")
    )
    arn = _register(context, _images(context))
    content = appspec.replace(TASK_DEFINITION, arn)
    specified = {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()}
    return deploy(context, PROVIDER, {"revisionType": "AppSpecContent", "appSpecContent": specified})


def _images(context: ActionContext) -> Mapping[str, str]:
    """The image for each placeholder."""
    found = {}
    for number in IMAGES:
        name = context.configuration.get(f"Image{number}ContainerName")
        if name is not None:
            found[f"<{name}>"] = _image(context, number)
    return found


def _image(context: ActionContext, number: int) -> str:
    text = _file(context, f"Image{number}ArtifactName", IMAGE_DETAIL)
    try:
        return str(json.loads(text)["ImageURI"])
    except (ValueError, TypeError, KeyError):
        raise ActionError(
            FailureType.JOB_FAILED, f"The file {IMAGE_DETAIL} must be a JSON object with an ImageURI."
        ) from None


def _register(context: ActionContext, images: Mapping[str, str]) -> str:
    path = context.configuration.get("TaskDefinitionTemplatePath", "taskdef.json")
    text = _file(context, "TaskDefinitionTemplateArtifact", path)
    for placeholder, image in images.items():
        text = text.replace(placeholder, image)
    try:
        definition: dict[str, Any] = json.loads(text)
    except ValueError:
        raise _invalid(path, "it is not JSON") from None
    if not isinstance(definition, dict):
        raise _invalid(path, "it is no JSON object")
    registered = context.client("ecs").register_task_definition(**definition)
    return str(registered["taskDefinition"]["taskDefinitionArn"])


def _invalid(path: str, why: str) -> ActionError:
    return ActionError(FailureType.JOB_FAILED, f"The task definition template {path} is not valid: {why}.")


def _file(context: ActionContext, key: str, path: str) -> str:
    """A file of the input artifact that the configuration names under that key."""
    name = context.configuration.get(key)
    artifact = next((artifact for artifact in context.inputs if artifact.name == name), None)
    if artifact is None:
        text = f"The action configuration {key} must name an input artifact, not {name}."
        raise ActionError(FailureType.CONFIGURATION, text)
    try:
        return context.files(artifact)[path].decode("utf-8", "replace")
    except KeyError:
        raise ActionError(FailureType.JOB_FAILED, f"The artifact {name} has no file {path}.") from None


KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset(
        {"ApplicationName", "DeploymentGroupName", "TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact"}
    ),
    optional=frozenset({"TaskDefinitionTemplatePath", "AppSpecTemplatePath"})
    | {f"Image{number}{member}" for number in IMAGES for member in ("ArtifactName", "ContainerName")},
    inputs=(1, 5),
    outputs=(0, 0),
    run=_run,
)
