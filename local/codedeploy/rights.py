"""What IAM is asked for a request to CodeDeploy.

The resources are those of the service authorization reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodedeploy.html.

Not in it, and taken from what AWS asks of those who create deployments: CreateDeployment also needs GetDeploymentConfig
on the configuration, and RegisterApplicationRevision on the application that gets the revision. The API reference of
CreateDeployment adds UpdateDeploymentGroup where overrideAlarmConfiguration is given. Documented nowhere, and our
choice: an id that names no deployment, and a list that names no group, are about every group of the region.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import assert_never

from local.aws_json.authorization import EVERYTHING, Right, arn
from local.aws_json.errors import ApiError
from local.aws_json.messages import Request
from local.codedeploy.state import State

SERVICE = "codedeploy"
_NO_GROUP = "*"


class Kind(StrEnum):
    """What an operation is authorised for, as the reference names it."""

    APPLICATION = "application"
    GROUP = "deploymentgroup"
    NONE = EVERYTHING


KINDS: Mapping[str, Kind] = {
    "BatchGetDeploymentTargets": Kind.NONE,
    "BatchGetDeployments": Kind.GROUP,
    "CreateApplication": Kind.APPLICATION,
    "CreateDeployment": Kind.GROUP,
    "CreateDeploymentGroup": Kind.GROUP,
    "DeleteApplication": Kind.APPLICATION,
    "DeleteDeploymentGroup": Kind.GROUP,
    "GetApplication": Kind.APPLICATION,
    "GetApplicationRevision": Kind.APPLICATION,
    "GetDeployment": Kind.GROUP,
    "GetDeploymentGroup": Kind.GROUP,
    "GetDeploymentTarget": Kind.NONE,
    "ListApplications": Kind.NONE,
    "ListDeploymentGroups": Kind.APPLICATION,
    "ListDeploymentTargets": Kind.NONE,
    "ListDeployments": Kind.GROUP,
    "StopDeployment": Kind.NONE,
    "UpdateDeploymentGroup": Kind.GROUP,
}


def needed(state: State, request: Request) -> Iterator[Right]:
    """The rights that a request needs whose parameters are checked."""
    for resource in _resources(state, request):
        yield Right(f"{SERVICE}:{request.name}", resource)
    if request.name == "CreateDeployment":
        yield from _beside_a_deployment(state, request)


def _resources(state: State, request: Request) -> Iterator[str]:
    match KINDS[request.name]:
        case Kind.APPLICATION:
            yield arn(request, f"application:{request.parameters['applicationName']}")
        case Kind.GROUP:
            yield from (arn(request, f"deploymentgroup:{name}") for name in _groups(state, request))
        case Kind.NONE:
            yield EVERYTHING
        case unknown:
            assert_never(unknown)


def _groups(state: State, request: Request) -> list[str]:
    """Each group that the request is about, once, as its ARN ends."""
    parameters = request.parameters
    if "deploymentId" in parameters or "deploymentIds" in parameters:
        ids = parameters.get("deploymentIds") or [parameters.get("deploymentId")]
        return list(dict.fromkeys(_group_of(state, request, deployment) for deployment in ids))
    name = parameters.get("deploymentGroupName") or parameters.get("currentDeploymentGroupName")
    return [f"{parameters['applicationName']}/{name}" if name and "applicationName" in parameters else _NO_GROUP]


def _group_of(state: State, request: Request, deployment: str) -> str:
    try:
        group, _ = state.deployment(request.scope, deployment)
    except ApiError:
        return _NO_GROUP
    return f"{group.application}/{group.name}"


def _beside_a_deployment(state: State, request: Request) -> Iterator[Right]:
    parameters = request.parameters
    if "overrideAlarmConfiguration" in parameters:
        yield from (Right(f"{SERVICE}:UpdateDeploymentGroup", group) for group in _resources(state, request))
    if config := parameters.get("deploymentConfigName") or _config_of_group(state, request):
        yield Right(f"{SERVICE}:GetDeploymentConfig", arn(request, f"deploymentconfig:{config}"))
    if "revision" in parameters:
        application = arn(request, f"application:{parameters['applicationName']}")
        yield Right(f"{SERVICE}:RegisterApplicationRevision", application)


def _config_of_group(state: State, request: Request) -> str | None:
    """None where there is no such group, as the operation itself will say."""
    parameters = request.parameters
    try:
        group = state.group(request.scope, parameters["applicationName"], parameters.get("deploymentGroupName", ""))
    except ApiError:
        return None
    return str(group.settings["deploymentConfigName"])
