"""What CodeDeploy has an exception of its own for, where other services answer ValidationException."""

import re
from collections.abc import Mapping

from botocore.model import StructureShape

from local.aws_json.constraints import violations
from local.aws_json.errors import ApiError
from local.aws_json.messages import Parameters, Request

_DEPLOYMENT_ID = re.compile(r"d-[A-Z0-9]{9}")

# The exceptions for a parameter that is missing, and for one that is malformed.
_NAMED: Mapping[str, tuple[str, str]] = {
    "applicationName": ("ApplicationNameRequiredException", "InvalidApplicationNameException"),
    "deploymentGroupName": ("DeploymentGroupNameRequiredException", "InvalidDeploymentGroupNameException"),
    "deploymentId": ("DeploymentIdRequiredException", "InvalidDeploymentIdException"),
    "deploymentConfigName": ("DeploymentConfigNameRequiredException", "InvalidDeploymentConfigNameException"),
    "revision": ("RevisionRequiredException", "InvalidRevisionException"),
    "serviceRoleArn": ("RoleRequiredException", "InvalidRoleException"),
    "computePlatform": ("InvalidComputePlatformException", "InvalidComputePlatformException"),
    "includeOnlyStatuses": ("InvalidDeploymentStatusException", "InvalidDeploymentStatusException"),
}


def check_named(request: Request) -> None:
    """Refuse parameters by the exceptions that are named after them.

    Raises:
        ApiError: the exception that CodeDeploy has for the parameter.
    """
    shape, parameters = request.operation.input_shape, request.parameters
    if isinstance(shape, StructureShape) and isinstance(parameters, dict):
        for name in _NAMED:
            if name in shape.members:
                _check(shape, name, parameters)


def _check(shape: StructureShape, name: str, parameters: Parameters) -> None:
    missing, invalid = _NAMED[name]
    if name not in parameters:
        if name in shape.required_members:
            raise ApiError(missing, f"{name} is required.")
        return
    broken = list(violations(parameters[name], shape.members[name], name))
    if name == "deploymentId" and not _DEPLOYMENT_ID.fullmatch(str(parameters[name])):
        broken.append("The specified deployment ID is not in the form d-XXXXXXXXX.")
    if broken:
        raise ApiError(invalid, "; ".join(broken))
