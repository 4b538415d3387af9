"""JSON 1.1 as ECS speaks it, checked against botocore's own description of the service."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

from local.ecs.errors import EcsError

TARGET = "AmazonEC2ContainerServiceV20141113."
CREDENTIAL = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")


@dataclass(frozen=True)
class Call:
    """One request."""

    operation: str
    region: str
    parameters: dict[str, Any]
    headers: Mapping[str, str]
    body: bytes

    @property
    def cluster(self) -> str:
        """The cluster that the request names; ECS has a default one."""
        return str(self.parameters.get("cluster", "default"))


@cache
def _model() -> ServiceModel:
    model: ServiceModel = botocore.session.get_session().get_service_model("ecs")
    return model


def _shape(operation: str, kind: str) -> Shape:
    shape: Shape = getattr(_model().operation_model(operation), kind)  # every operation of ECS has both
    return shape


def parse(headers: Mapping[str, str], body: bytes) -> Call:
    """Read a request.

    Raises:
        EcsError: if it is none that ECS would take.
    """
    target, credential = headers.get("X-Amz-Target", ""), CREDENTIAL.search(headers.get("Authorization", ""))
    operation = target.removeprefix(TARGET)
    if not target.startswith(TARGET) or operation not in _model().operation_names:
        raise EcsError("UnknownOperationException", f"unknown operation {target}")
    if credential is None:
        raise EcsError("MissingAuthenticationTokenException", "Missing Authentication Token")
    try:
        parameters = json.loads(body or b"{}")
    except ValueError as error:
        raise EcsError("SerializationException", "the body is not JSON") from error
    return Call(operation, credential[1], parameters, headers, body)


def check_request(call: Call) -> None:
    """Refuse parameters that the operation does not have.

    Raises:
        EcsError: InvalidParameterException with what is wrong.
    """
    report = ParamValidator().validate(call.parameters, _shape(call.operation, "input_shape"))
    if report.has_errors():
        raise EcsError("InvalidParameterException", report.generate_report())


def checked_answer(operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without what clients would drop; AWS never sends a field of the wrong type, nor does this layer.

    Raises:
        TypeError: if the answer is not one that ECS gives: a mistake here, not the caller's.
    """
    shape = _shape(operation, "output_shape")
    kept: dict[str, Any] = _known(answer, shape)
    report = ParamValidator().validate(kept, shape)
    if report.has_errors():
        raise TypeError(f"{operation}: {report.generate_report()}")
    return kept


def _known(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure":
        return {
            key: _known(entry, shape.members[key])
            for key, entry in value.items()
            if key in shape.members and entry is not None
        }
    if shape.type_name == "list":
        return [_known(entry, shape.member) for entry in value]
    return value
