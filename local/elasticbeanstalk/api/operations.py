"""The operations that the local account has, by name, and the parameters that they know."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Request
from local.elasticbeanstalk.api import applications, environments, events
from local.elasticbeanstalk.api.call import Operation

OPERATIONS: dict[str, Operation] = {**applications.OPERATIONS, **environments.OPERATIONS, **events.OPERATIONS}

_PAGE = {"MaxRecords", "NextToken"}
_NAMED = {"EnvironmentName", "EnvironmentId"}
KNOWN: Mapping[str, set[str]] = {
    "CreateApplication": {"ApplicationName", "Description"},
    "DescribeApplications": {"ApplicationNames"},
    "CreateApplicationVersion": {
        *("ApplicationName", "VersionLabel", "Description", "SourceBundle", "AutoCreateApplication", "Process")
    },
    "DescribeApplicationVersions": {"ApplicationName", "VersionLabels", *_PAGE},
    "CreateEnvironment": {
        *("ApplicationName", "EnvironmentName", "Description", "VersionLabel", *environments.PLATFORM)
    },
    "DescribeEnvironments": {  # no environment is ever deleted here
        *("ApplicationName", "VersionLabel", "EnvironmentIds", "EnvironmentNames", "IncludeDeleted", *_PAGE)
    },
    "UpdateEnvironment": {"ApplicationName", "Description", "VersionLabel", *_NAMED},
    "AbortEnvironmentUpdate": _NAMED,
    "DescribeEvents": {
        *("ApplicationName", "VersionLabel", "RequestId", "Severity", "StartTime", "EndTime", *_NAMED, *_PAGE)
    },
}


def check_known(request: Request) -> None:
    """Refuse what AWS would do something with, and the local account would not.

    Raises:
        ApiError: InvalidParameterValue, with the parameter's name.
    """
    known = KNOWN.get(request.name, request.parameters.keys())
    if unknown := sorted(request.parameters.keys() - known):
        text = f"The local account does not know the parameter {unknown[0]} of {request.name}."
        raise ApiError("InvalidParameterValue", text)
