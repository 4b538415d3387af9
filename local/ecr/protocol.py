"""JSON 1.1 as ECR speaks it, checked against botocore's own description of the service."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from local.codepipeline.service_model import violations
from local.ecr.errors import EcrError

TARGET = "AmazonEC2ContainerRegistry_V20150921."
CREDENTIAL = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")


@dataclass(frozen=True)
class Call:
    """One request."""

    operation: str
    region: str
    parameters: dict[str, Any]
    headers: Mapping[str, str]
    body: bytes


@cache
def _model() -> ServiceModel:
    model: ServiceModel = botocore.session.get_session().get_service_model("ecr")
    return model


def parse(headers: Mapping[str, str], body: bytes) -> Call:
    """Read a request.

    Raises:
        EcrError: if it is none that ECR would take.
    """
    target, credential = headers.get("X-Amz-Target", ""), CREDENTIAL.search(headers.get("Authorization", ""))
    operation = target.removeprefix(TARGET)
    if not target.startswith(TARGET) or operation not in _model().operation_names:
        raise EcrError("UnknownOperationException", f"unknown operation {target[:200]}")
    if credential is None:
        raise EcrError("MissingAuthenticationTokenException", "Missing Authentication Token")
    try:
        parameters = json.loads(body or b"{}")
    except ValueError as error:
        raise EcrError("SerializationException", "the body is not JSON") from error
    return Call(operation, credential[1], parameters, headers, body)


def check_request(call: Call) -> None:
    """Refuse what ECR's model does not allow: lengths, patterns and enums too.

    Raises:
        EcrError: InvalidParameterException with what is wrong.
    """
    broken = list(violations(call.parameters, _model().operation_model(call.operation).input_shape))
    if broken:
        raise EcrError("InvalidParameterException", f"Invalid parameter: {'; '.join(broken)}")


def check_answer(operation: str, answer: Mapping[str, Any]) -> None:
    """Insist that an answer of ours is one that ECR gives.

    Raises:
        TypeError: it is not: a mistake here, not the caller's.
    """
    broken = list(violations(answer, _model().operation_model(operation).output_shape))
    if broken:
        raise TypeError(f"{operation}: {'; '.join(broken)}")
