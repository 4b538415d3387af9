"""What a test asks of the workspace, the faults that it puts into it, and the clicks of its people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from local.slack.clicks import Clicks, NoInteractivityError
from local.slack.faults import Fault, Faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.slack.history import History
    from local.slack.messages import Messages


def inspection(messages: Messages, history: History, faults: Faults, clicks: Clicks) -> Blueprint:
    """``GET /history``, ``/messages`` and ``/views``; ``POST /faults``, ``/click`` and ``/submit``."""
    routes = Blueprint("inspection", __name__)

    @routes.get("/history")
    def show_history() -> Response:
        return jsonify(history.as_json())

    @routes.get("/messages")
    def show_messages() -> Response:
        return jsonify(messages.as_json())

    @routes.post("/faults")
    def add_fault() -> tuple[Response, int]:
        body = request.get_json(force=True, silent=True)
        try:
            faults.add(Fault.parse(body))
        except ValueError as error:
            return jsonify({"error": str(error)}), 400
        return jsonify(body), 200

    @routes.get("/views")
    def show_views() -> Response:
        return jsonify(clicks.views.as_json())

    @routes.post("/click")
    def click() -> tuple[Response, int]:
        return _answered(lambda body: clicks.click(body, request.host_url))

    @routes.post("/submit")
    def submit() -> tuple[Response, int]:
        return _answered(clicks.submit)

    return routes


def _answered(act: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[Response, int]:
    body = request.get_json(force=True, silent=True)
    try:
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")  # noqa: TRY004, TRY301 - an answer to the caller
        return jsonify(act(body)), 200
    except ValueError as error:
        return jsonify({"error": str(error)}), 400
    except NoInteractivityError as error:
        return jsonify({"error": str(error)}), 409
