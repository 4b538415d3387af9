"""What a CloudFormation action is told: its mode, its template, its parameters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.codepipeline.actions.base import ActionContext
from local.codepipeline.errors import ActionError, FailureType
from local.codepipeline.state import Artifact


class Mode(StrEnum):
    """ActionMode."""

    CREATE_UPDATE = "CREATE_UPDATE"
    REPLACE_ON_FAILURE = "REPLACE_ON_FAILURE"
    DELETE_ONLY = "DELETE_ONLY"
    CHANGE_SET_REPLACE = "CHANGE_SET_REPLACE"
    CHANGE_SET_EXECUTE = "CHANGE_SET_EXECUTE"


# What the modes need beside StackName.
NEEDED: Mapping[Mode, tuple[str, ...]] = {
    Mode.CREATE_UPDATE: ("RoleArn", "TemplatePath"),
    Mode.REPLACE_ON_FAILURE: ("RoleArn", "TemplatePath"),
    Mode.DELETE_ONLY: ("RoleArn",),
    Mode.CHANGE_SET_REPLACE: ("ChangeSetName", "RoleArn", "TemplatePath"),
    Mode.CHANGE_SET_EXECUTE: ("ChangeSetName",),
}


@dataclass(frozen=True)
class Settings:
    """``request`` is what CreateStack, UpdateStack and CreateChangeSet have in common, without the template."""

    mode: Mode
    stack: str
    change_set: str
    request: Mapping[str, Any]


def settings(context: ActionContext) -> Settings:
    """The action's settings.

    Raises:
        ActionError: something is missing or malformed.
    """
    configuration = context.configuration
    try:
        mode = Mode(configuration["ActionMode"])
    except ValueError:
        raise _wrong(f"ActionMode must be one of {', '.join(Mode)}, not {configuration['ActionMode']}") from None
    for key in NEEDED[mode]:
        if not configuration.get(key):
            raise _wrong(f"The action mode {mode} needs the configuration {key}")
    if context.run.outputs and not configuration.get("OutputFileName"):
        raise _wrong("An action with an output artifact needs the configuration OutputFileName")
    return Settings(mode, configuration["StackName"], configuration.get("ChangeSetName", ""), _request(context))


def template(context: ActionContext) -> str:
    """The template, from ``Artifact::path``."""
    return _file(context, "TemplatePath")


def _request(context: ActionContext) -> Mapping[str, Any]:
    configured = _template_configuration(context)
    parameters = {**configured.get("Parameters", {}), **_overrides(context)}
    capabilities = context.configuration.get("Capabilities", "")
    role = context.configuration.get("RoleArn")
    tags = configured.get("Tags", {})
    return {
        "Parameters": [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in parameters.items()],
        "Capabilities": [each.strip() for each in capabilities.split(",") if each.strip()],
        **({"RoleARN": role} if role else {}),
        **({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}),
    }


def _template_configuration(context: ActionContext) -> dict[str, Any]:
    if "TemplateConfiguration" not in context.configuration:
        return {}
    return _object("TemplateConfiguration", _file(context, "TemplateConfiguration"))


def _overrides(context: ActionContext) -> dict[str, Any]:
    given = _object("ParameterOverrides", context.configuration.get("ParameterOverrides") or "{}")
    return {name: _value(context, value) for name, value in given.items()}


def _value(context: ActionContext, value: Any) -> Any:
    """A parameter's value; Fn::GetParam reads a key of a JSON file, Fn::GetArtifactAtt tells where an artifact lies."""
    match value:
        case {"Fn::GetParam": [str(artifact), str(path), str(key)]}:
            found = _object(path, _read(context, artifact, path))
            if key not in found:
                raise _wrong(f"The file {path} of the artifact {artifact} has no key {key}")
            return found[key]
        case {"Fn::GetArtifactAtt": [str(artifact), "BucketName" | "ObjectKey" as attribute]}:
            location = _input(context, artifact).locations[context.region]
            return location.bucket if attribute == "BucketName" else location.key
        case dict() | list():
            raise _wrong("A value of ParameterOverrides must be a text, Fn::GetParam or Fn::GetArtifactAtt")
        case _:
            return value


def _file(context: ActionContext, key: str) -> str:
    artifact, separator, path = context.configuration[key].partition("::")
    if not separator:
        raise _wrong(f"{key} must have the form artifact::path")
    return _read(context, artifact, path)


def _read(context: ActionContext, artifact: str, path: str) -> str:
    files = context.files(_input(context, artifact))
    if path not in files:
        raise _wrong(f"The artifact {artifact} has no file {path}")
    return files[path].decode("utf-8", "replace")


def _input(context: ActionContext, name: str) -> Artifact:
    found = next((artifact for artifact in context.inputs if artifact.name == name), None)
    if found is None:
        raise _wrong(f"{name} is not among the input artifacts")
    return found


def _object(what: str, text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise _wrong(f"{what} must be a JSON object")
    return read


def _wrong(text: str) -> ActionError:
    return ActionError(FailureType.CONFIGURATION, f"{text}.")
