"""CodePipeline's HTTP endpoint: JSON 1.1, every request and every response checked against the service model."""

import json
import logging
import re
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel
from flask import Flask, Response, request

from local.codepipeline.api import Api
from local.codepipeline.errors import ApiError, ResponseViolatesModelError
from local.codepipeline.records import Scope
from local.codepipeline.service_model import TARGET_PREFIX, operation, violations

logger = logging.getLogger(__name__)

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([a-z0-9-]+)/codepipeline/aws4_request")
_ACCOUNT_ID = re.compile(r"\d{12}")


def create_app(api: Api, account_id: str) -> Flask:
    """The endpoint. Requests are for the account that their access key names, else for ``account_id``."""
    app = Flask(__name__)

    @app.post("/")
    def call() -> Response:
        try:
            return _response(200, _call(api, account_id))
        except ApiError as error:
            return _response(400, {"__type": error.code, "message": error.message})

    @app.errorhandler(ResponseViolatesModelError)
    def broken(error: ResponseViolatesModelError) -> Response:
        logger.error("a response violates the service model: %s", error)
        return _response(500, {"__type": "InternalFailure", "message": str(error)})

    return app


def _call(api: Api, account_id: str) -> Mapping[str, Any]:
    scope = _scope(account_id)
    called = _operation()
    parameters = _parameters()
    broken = list(violations(parameters, called.input_shape))
    if broken:
        raise ApiError("ValidationException", _report(broken))
    answer = api.call(called.name, scope, parameters)
    broken = list(violations(answer, called.output_shape))
    if broken:
        raise ResponseViolatesModelError(f"{called.name}: {_report(broken)}")
    return answer


def _scope(account_id: str) -> Scope:
    credential = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    if credential is None:
        raise ApiError("MissingAuthenticationTokenException", "Missing Authentication Token")
    key, region = credential.groups()
    return Scope(key if _ACCOUNT_ID.fullmatch(key) else account_id, region)


def _operation() -> OperationModel:
    prefix, _, name = request.headers.get("X-Amz-Target", "").partition(".")
    called = operation(name) if prefix == TARGET_PREFIX else None
    if called is None:
        raise ApiError("UnknownOperationException", f"CodePipeline has no operation {name[:100]!r}.")
    return called


def _parameters() -> Any:
    try:
        return json.loads(request.get_data() or b"{}")
    except ValueError:
        raise ApiError("SerializationException", "The request body is not JSON.") from None


def _report(broken: list[str]) -> str:
    errors = "error" if len(broken) == 1 else "errors"
    return f"{len(broken)} validation {errors} detected: {'; '.join(broken)}"


def _response(status: int, body: Mapping[str, Any]) -> Response:
    response = Response(json.dumps(body), status, content_type="application/x-amz-json-1.1")
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response
