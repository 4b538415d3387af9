"""``control``: what a test or a demonstration does to the account from outside. Wrong input is answered in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, jsonify, request

from local.events import EventEmitter, EventFaults
from local.outcomes import Outcome, Outcomes

if TYPE_CHECKING:
    from flask import Response

PROVIDERS = {"ECS"}


class Pushes(Protocol):
    """Makes a commit in a connected repository and starts the pipelines that follow it."""

    def __call__(self, repository: str, branch: str, message: str, author: str) -> list[str]:
        """The ids of the executions that it started."""


def control_app(events: EventEmitter, outcomes: Outcomes, push: Pushes) -> Flask:
    """``POST /events``, ``POST /deployments`` and ``POST /push``."""
    app = Flask(__name__)

    def set_events(body: Mapping[str, Any]) -> dict[str, Any]:
        _refuse_unknown(body, {"shuffle", "duplicate", "drop", "seed"})
        events.inject(EventFaults(**body))
        return dict(body)

    def set_deployments(body: Mapping[str, Any]) -> dict[str, Any]:
        _refuse_unknown(body, {"region", "provider", "service", "outcome"})
        provider = _text(body, "provider")
        if provider not in PROVIDERS:
            raise ValueError(f"provider must be one of {', '.join(sorted(PROVIDERS))}")
        outcome = _outcome(_text(body, "outcome"))
        outcomes.choose(_text(body, "region"), provider, body.get("service"), outcome)
        return dict(body)

    def push_commit(body: Mapping[str, Any]) -> dict[str, Any]:
        _refuse_unknown(body, {"repository", "branch", "message", "author"})
        started = push(
            _text(body, "repository"),
            body.get("branch", "main"),
            body.get("message", "A change"),
            body.get("author", "release-bot"),
        )
        return {"executions": started}

    for path, action in (("/events", set_events), ("/deployments", set_deployments), ("/push", push_commit)):
        app.add_url_rule(path, path, _answering(action), methods=["POST"])
    return app


def _answering(action: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Callable[[], tuple[Response, int]]:
    def answer() -> tuple[Response, int]:
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            return jsonify({"error": "the body must be a JSON object"}), 400
        try:
            return jsonify(action(body)), 200
        except (ValueError, TypeError) as error:
            return jsonify({"error": str(error)}), 400

    return answer


def _refuse_unknown(body: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(body.keys() - known):
        raise ValueError(f"unknown key {unknown[0]!r}; known: {', '.join(sorted(known))}")


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} must be a text")
    return value


def _outcome(value: str) -> Outcome:
    try:
        return Outcome(value)
    except ValueError as error:
        raise ValueError(f"outcome must be one of {', '.join(Outcome)}") from error
