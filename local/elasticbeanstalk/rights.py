"""What IAM is asked for a request to Elastic Beanstalk.

The resources are those of the service authorization reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticbeanstalk.html, the last one where it
names several. On AWS what is described is filtered by what the caller may see; here a description that names no
resource is about all of them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from local.aws_json.authorization import Right, arn
from local.aws_json.messages import Parameters, Request
from local.elasticbeanstalk.state import State

SERVICE = "elasticbeanstalk"
_ANY = "*"


class Kind(StrEnum):
    """What an operation is authorised for, as the reference names it."""

    APPLICATION = "application"
    VERSION = "applicationversion"
    ENVIRONMENT = "environment"


KINDS: Mapping[str, Kind] = {
    "AbortEnvironmentUpdate": Kind.ENVIRONMENT,
    "CreateApplication": Kind.APPLICATION,
    "CreateApplicationVersion": Kind.VERSION,
    "CreateEnvironment": Kind.ENVIRONMENT,
    "DescribeApplicationVersions": Kind.VERSION,
    "DescribeApplications": Kind.APPLICATION,
    "DescribeEnvironments": Kind.ENVIRONMENT,
    "DescribeEvents": Kind.ENVIRONMENT,
    "UpdateEnvironment": Kind.ENVIRONMENT,
}


def needed(state: State, request: Request) -> list[Right]:
    """The rights that a request needs whose parameters are checked."""
    kind = KINDS[request.name]
    return [Right(f"{SERVICE}:{request.name}", arn(request, f"{kind}/{name}")) for name in _names(state, request, kind)]


def _names(state: State, request: Request, kind: Kind) -> list[str]:
    parameters = request.parameters
    application = parameters.get("ApplicationName", _ANY)
    match kind:
        case Kind.APPLICATION:
            return _several(parameters, "ApplicationNames") or [application]
        case Kind.VERSION:
            labels = _several(parameters, "VersionLabels") or [parameters.get("VersionLabel", _ANY)]
            return [f"{application}/{label}" for label in labels]
        case Kind.ENVIRONMENT:
            return _environments(state, request, application)
        case unknown:
            assert_never(unknown)


def _environments(state: State, request: Request, application: str) -> list[str]:
    """As their ARNs end: of an environment that exists the application is known, whether it is named or not."""
    parameters = request.parameters
    names = _several(parameters, "EnvironmentNames") or _several(parameters, "EnvironmentName")
    ids = _several(parameters, "EnvironmentIds") or _several(parameters, "EnvironmentId")
    with state.lock:
        existing = list(state.environments(request.scope))
    found = {each.name: each.application for each in existing if each.name in names or each.id in ids}
    missing = [name for name in names if name not in found]
    known = [f"{owner}/{name}" for name, owner in found.items()]
    return [*known, *(f"{application}/{name}" for name in missing)] or [f"{application}/{_ANY}"]


def _several(parameters: Parameters, key: str) -> list[str]:
    value = parameters.get(key, [])
    return [value] if isinstance(value, str) else list(value)
