"""What a test asks of the workspace, and the faults that it puts into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from local.slack.faults import Fault, Faults

if TYPE_CHECKING:
    from local.slack.history import History
    from local.slack.messages import Messages


def inspection(messages: Messages, history: History, faults: Faults) -> Blueprint:
    """``GET /history``, ``GET /messages`` and ``POST /faults``."""
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

    return routes
