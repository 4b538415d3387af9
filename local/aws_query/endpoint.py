"""The HTTP endpoint of a service that speaks the query protocol."""

import logging
import uuid
from collections.abc import Callable

from flask import Flask, Response, request

from local.aws_json.errors import ApiError, ResponseViolatesModelError
from local.aws_json.messages import BAD_REQUEST, INTERNAL_ERROR, OK, Answer, Request
from local.aws_json.model import Service
from local.aws_query import xml
from local.aws_query.form import parse

logger = logging.getLogger(__name__)

FORBIDDEN = 403
# What JSON services call so, and what it is called here: with both the caller has no access.
_NO_ACCESS = {
    "AccessDeniedException": "AccessDenied",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
}


def create_app(service: Service, account_id: str, handler: Callable[[Request], Answer]) -> Flask:
    """The service at ``POST /``. The handler's answers are JSON, as those of ``aws_json`` are; here they become XML."""
    app = Flask(service.name)

    @app.post("/")
    def serve() -> Response:
        request_id = str(uuid.uuid4())
        try:
            asked = parse(service, dict(request.headers), request.get_data(), account_id)
            request_id = asked.id
            return _response(OK, xml.success(asked.operation, handler(asked).parsed, request_id))
        except ApiError as error:
            status = FORBIDDEN if error.code in _NO_ACCESS else BAD_REQUEST
            return _response(status, xml.refusal(_NO_ACCESS.get(error.code, error.code), error.message, request_id))
        except ResponseViolatesModelError as error:
            logger.exception("a response violates the service model")
            return _response(INTERNAL_ERROR, xml.refusal("InternalFailure", str(error), request_id, "Receiver"))

    return app


def _response(status: int, body: bytes) -> Response:
    return Response(body, status, content_type="text/xml")
