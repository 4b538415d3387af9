"""``/api/<method>``: token, faults, the method itself, and the note of it in the history."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from local.slack.connection import close_connection
from local.slack.errors import RateLimitedError, SlackError
from local.slack.faults import OK, TOO_MANY_REQUESTS, Drop, Fault, Faults
from local.slack.payload import Payload, check_token, read

if TYPE_CHECKING:
    from local.slack.history import History
    from local.slack.methods import Methods
    from local.slack.rate_limit import RateLimit

POST_MESSAGE = "chat.postMessage"
# What a bot's token needs for each method; https://docs.slack.dev/reference/methods. Our channels are public ones.
NEEDED = {
    "chat.delete": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.info": "channels:read",
    "usergroups.users.list": "usergroups:read",
}
EVERY_SCOPE = frozenset(NEEDED.values())


@dataclass(frozen=True)
class Answer:
    """What goes back; ``closed`` means nothing does."""

    body: dict[str, Any]
    status: int = OK
    headers: dict[str, str] = field(default_factory=dict)
    closed: bool = False


CLOSED = Answer({}, status=0, closed=True)


class WebApi:
    """Calls are served one after the other, so the history's order is the order of their effects."""

    def __init__(
        self,
        token: str,
        scopes: frozenset[str],
        methods: Methods,
        faults: Faults,
        history: History,
        rate_limit: RateLimit | None,
    ) -> None:
        self._token = token
        self._scopes = scopes
        self._methods = methods
        self._faults = faults
        self._history = history
        self._rate_limit = rate_limit
        self._lock = threading.Lock()

    def blueprint(self) -> Blueprint:
        """The route of every method."""
        routes = Blueprint("web_api", __name__)
        routes.add_url_rule("/api/<method>", "call", self._serve, methods=["GET", "POST"])
        return routes

    def _serve(self, method: str) -> Response:
        payload = read(request)
        with self._lock:
            answer = self._answer(method, payload)
            self._history.add(method, payload.arguments, answer.body, answer.status)
        if answer.closed:
            close_connection(request.environ)
            return Response()
        response = jsonify(answer.body)
        response.status_code = answer.status
        response.headers.update(answer.headers)
        return response

    def _answer(self, method: str, payload: Payload) -> Answer:
        fault = self._faults.take(method)
        if fault is None:
            return self._call(method, payload)
        return self._fail(fault, payload)

    def _fail(self, fault: Fault, payload: Payload) -> Answer:
        if fault.drop is None:
            return Answer(fault.answer(), fault.status, fault.headers())
        if fault.drop is Drop.AFTER:
            self._call(fault.method, payload)
        return CLOSED

    def _call(self, method: str, payload: Payload) -> Answer:
        try:
            check_token(payload.token, self._token)
            _check_scope(method, self._scopes)
            if payload.error:
                raise payload.error
            if self._rate_limit and method == POST_MESSAGE:
                self._rate_limit.admit(str(payload.arguments.get("channel")))
            headers = {"X-OAuth-Scopes": ",".join(sorted(self._scopes))}
            return Answer({"ok": True, **self._methods.call(method, payload.arguments)}, headers=headers)
        except RateLimitedError as error:
            return Answer(_refusal(error), TOO_MANY_REQUESTS, {"Retry-After": str(error.retry_after)})
        except SlackError as error:
            return Answer(_refusal(error))


def _check_scope(method: str, scopes: frozenset[str]) -> None:
    if method in NEEDED and NEEDED[method] not in scopes:
        raise SlackError("missing_scope")


def _refusal(error: SlackError) -> dict[str, Any]:
    body: dict[str, Any] = {"ok": False, "error": error.code}
    if error.messages:
        body["response_metadata"] = {"messages": error.messages}
    return body
