"""CodeDeploy's service model as botocore ships it: requests and responses are checked against it."""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel, StructureShape
from botocore.validate import ParamValidator

from local.codepipeline.errors import ApiError, ResponseViolatesModelError
from local.codepipeline.service_model import violations

TARGET_PREFIX = "CodeDeploy_20141006"
_DEPLOYMENT_ID = re.compile(r"d-[A-Z0-9]{9}")

# CodeDeploy has an exception of its own where one of these is missing or malformed.
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


@functools.cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("codedeploy")


def operation(name: str) -> OperationModel | None:
    """The operation of that name; None where CodeDeploy has none."""
    return _model().operation_model(name) if name in _model().operation_names else None


def check_request(called: OperationModel, parameters: Any) -> None:
    """Refuse what CodeDeploy would refuse by its model alone.

    Raises:
        ApiError: the exception that CodeDeploy has for the parameter, else ValidationException.
    """
    shape = called.input_shape
    if isinstance(shape, StructureShape) and isinstance(parameters, dict):
        for name in _NAMED.keys() & shape.members.keys():
            _check_named(shape, name, parameters)
    if broken := list(violations(parameters, shape)):
        raise ApiError("ValidationException", f"{len(broken)} validation errors detected: {'; '.join(broken)}")


def _check_named(shape: StructureShape, name: str, parameters: Mapping[str, Any]) -> None:
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


def wire(called: OperationModel, answer: Mapping[str, Any]) -> bytes:
    """The answer as JSON.

    Raises:
        ResponseViolatesModelError: it is none that CodeDeploy gives.
    """
    broken = list(_problems(called, answer))
    if broken:
        raise ResponseViolatesModelError(f"{called.name}: {'; '.join(broken)}")
    return json.dumps(answer).encode()


def _problems(called: OperationModel, answer: Mapping[str, Any]) -> Iterator[str]:
    # Botocore's own validator: the strict one knows neither longs nor doubles, which CodeDeploy's answers hold.
    if called.output_shape is None:
        if answer:
            yield "the operation answers nothing"
        return
    report = ParamValidator().validate(dict(answer), called.output_shape)
    if report.has_errors():
        yield report.generate_report()
