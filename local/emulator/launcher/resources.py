"""What a request to ECS or ECR is authorised for, where ministack takes something else for it.

The resources are those of the service authorization reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html and
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.regions import partition_of

EVERYTHING = "*"
_DEFAULT_CLUSTER = "default"


@dataclass(frozen=True)
class Kind:
    """A type of resource, as the reference calls it, and the parameter of the request that names it."""

    name: str
    parameter: str


_NOTHING_LESS = Kind(EVERYTHING, "")

# By service and operation, for whatever releases, their checks and their rollbacks ask of them.
KINDS: Mapping[str, Mapping[str, Kind]] = {
    "ecr": {"DescribeRepositories": Kind("repository", "repositoryNames")},
    "ecs": {
        "DescribeServiceDeployments": Kind("service-deployment", "serviceDeploymentArns"),
        "DescribeServiceRevisions": Kind("service-revision", "serviceRevisionArns"),
        "DescribeServices": Kind("service", "services"),
        "DescribeTaskDefinition": _NOTHING_LESS,
        "DescribeTasks": Kind("task", "tasks"),
        "ListServiceDeployments": Kind("service", "service"),
        "ListTasks": Kind("container-instance", "containerInstance"),
        "RegisterTaskDefinition": Kind("task-definition", "family"),
        "StopServiceDeployment": Kind("service-deployment", "serviceDeploymentArn"),
        "TagResource": Kind("service", "resourceArn"),  # or whatever else has such an ARN
        "UpdateService": Kind("service", "service"),
    },
}


def resource(service: str, operation: str, body: bytes, region: str, account: str) -> str:
    """The ARN of what a request is authorised for, ``*`` where AWS knows no less, empty where ministack knows it.

    Of several things that a request names the first one stands for all; where it names none, it is about every one.
    """
    kind = KINDS.get(service, {}).get(operation)
    if kind is None:
        return ""
    if kind is _NOTHING_LESS:
        return EVERYTHING
    try:
        request: dict[str, Any] = json.loads(body)
    except ValueError:
        return ""  # ministack refuses it
    named = request.get(kind.parameter) or EVERYTHING
    name = named[0] if isinstance(named, list) else named
    if name.startswith("arn:"):
        return str(name)
    return f"arn:{partition_of(region)}:{service}:{region}:{account}:{kind.name}/{_path(kind, name, request)}"


def _path(kind: Kind, name: str, request: Mapping[str, Any]) -> str:
    match kind.name:
        case "repository":
            return name
        case "task-definition":
            return f"{name}:{EVERYTHING}"  # its revision is not known yet
        case _:
            cluster = request.get("cluster") or _DEFAULT_CLUSTER
            return f"{cluster.rpartition('/')[2]}/{name}"
