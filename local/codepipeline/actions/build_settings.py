"""What a build is told: the action's environment variables, else the CodeBuild project's."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext
from local.codepipeline.errors import ActionError, FailureType

_REPOSITORY_VARIABLES = ("IMAGE_REPO_NAME", "ECR_REPOSITORY", "REPOSITORY")
_TAG_CHARACTERS = 7


@dataclass(frozen=True)
class BuildSettings:
    """``container`` is None where nobody named it."""

    project: str
    repository: str
    tag: str
    container: str | None


def build_settings(context: ActionContext, revision: str) -> BuildSettings:
    """The settings of this build of a source revision.

    Raises:
        ActionError: EnvironmentVariables is not the JSON list that CodeBuild takes.
    """
    project = context.configuration["ProjectName"]
    variables = _of_project(context, project) | _of_action(context)
    named = (variables[name] for name in _REPOSITORY_VARIABLES if variables.get(name))
    return BuildSettings(
        project=project,
        repository=next(named, project.removesuffix("-build").lower()),
        tag=variables.get("IMAGE_TAG") or _short(revision),
        container=variables.get("CONTAINER_NAME"),
    )


def _short(revision: str) -> str:
    # An S3 version id may begin with what a tag must not begin with.
    return re.sub(r"[^A-Za-z0-9_.-]", "_", revision).lstrip(".-")[:_TAG_CHARACTERS] or "latest"


def _of_action(context: ActionContext) -> dict[str, str]:
    text = context.configuration.get("EnvironmentVariables", "[]")
    try:
        return _by_name(json.loads(text))
    except (ValueError, TypeError, KeyError):
        raise ActionError(
            FailureType.CONFIGURATION,
            "The action configuration EnvironmentVariables must be a JSON list of objects with name and value.",
        ) from None


def _of_project(context: ActionContext, project: str) -> dict[str, str]:
    # CodeBuild looks at its own project: that needs none of the pipeline role's rights.
    codebuild = context.tools.aws.client("codebuild", context.region)
    try:
        projects = codebuild.batch_get_projects(names=[project])["projects"]
    except ClientError:
        return {}
    return _by_name(projects[0].get("environment", {}).get("environmentVariables", [])) if projects else {}


def _by_name(variables: list[Mapping[str, Any]]) -> dict[str, str]:
    return {variable["name"]: variable["value"] for variable in variables}
