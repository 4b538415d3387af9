"""CodeDeploy's HTTP endpoint: JSON 1.1, every request and every response checked against the service model."""

import json
import logging
import re
import uuid
from typing import Any

from botocore.model import OperationModel
from flask import Flask, Response, request

from local.codedeploy.api import Api
from local.codedeploy.service_model import TARGET_PREFIX, check_request, operation, wire
from local.codedeploy.state import Scope
from local.codepipeline.errors import ApiError, ResponseViolatesModelError

logger = logging.getLogger(__name__)

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([a-z0-9-]+)/codedeploy/aws4_request")
_ACCOUNT_ID = re.compile(r"\d{12}")


def create_app(api: Api, account_id: str) -> Flask:
    """The endpoint. Requests are for the account that their access key names, else for ``account_id``."""
    app = Flask("codedeploy")

    @app.post("/")
    def call() -> Response:
        try:
            return _response(200, _call(api, account_id))
        except ApiError as error:
            return _response(400, json.dumps({"__type": error.code, "message": error.message}).encode())

    @app.errorhandler(ResponseViolatesModelError)
    def broken(error: ResponseViolatesModelError) -> Response:
        logger.error("a response violates the service model: %s", error)
        return _response(500, json.dumps({"__type": "InternalFailure", "message": str(error)}).encode())

    return app


def _call(api: Api, account_id: str) -> bytes:
    scope, called, parameters = _scope(account_id), _operation(), _parameters()
    check_request(called, parameters)
    return wire(called, api.call(called.name, scope, parameters))


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
        raise ApiError("UnknownOperationException", f"CodeDeploy has no operation {name[:100]!r}.")
    return called


def _parameters() -> Any:
    try:
        return json.loads(request.get_data() or b"{}")
    except ValueError:
        raise ApiError("SerializationException", "The request body is not JSON.") from None


def _response(status: int, body: bytes) -> Response:
    response = Response(body, status, content_type="application/x-amz-json-1.1")
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response
