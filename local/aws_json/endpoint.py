"""The HTTP endpoint of a service."""

import logging
from collections.abc import Callable

from flask import Flask, Response, request

from local.aws_json.errors import ApiError, ResponseViolatesModelError
from local.aws_json.messages import Answer, Request, internal_failure, parse, refusal
from local.aws_json.model import Service

logger = logging.getLogger(__name__)


def create_app(service: Service, account_id: str, handler: Callable[[Request], Answer]) -> Flask:
    """The service at ``POST /``; what the handler refuses becomes the service's error answer."""
    app = Flask(service.name)

    @app.post("/")
    def serve() -> Response:
        try:
            answer = handler(parse(service, dict(request.headers), request.get_data(), account_id))
        except ApiError as error:
            answer = refusal(error.code, error.message)
        except ResponseViolatesModelError as error:
            logger.exception("a response violates the service model")
            answer = internal_failure(str(error))
        return Response(answer.body, answer.status, dict(answer.headers))

    return app
