"""Answers to clicks, which only the person sees who clicked: ``response_url``.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: five times, within half an hour.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS, USES = 1_800, 5


@dataclass
class Hooks:
    """The addresses that were given out, and what was said to whom."""

    clock: Callable[[], float]
    _given: dict[str, dict[str, Any]] = field(default_factory=dict)
    _said: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, channel: str, user: str) -> str:
        """The path of a new address for an answer to this user in this channel."""
        with self._lock:
            name = secrets.token_hex(12)
            self._given[name] = {"channel": channel, "user": user, "until": self.clock() + SECONDS, "left": USES}
            return f"/actions/{name}"

    def said_to(self, channel: str, user: str) -> list[dict[str, Any]]:
        """What only this user sees in this channel, each with ``text`` and ``at``."""
        with self._lock:
            return [said for said in self._said if (said["channel"], said["user"]) == (channel, user)]

    def blueprint(self) -> Blueprint:
        """``POST /actions/<name>``, and ``GET /ephemerals``: ``[{channel, user, text, at}]``."""
        routes = Blueprint("hooks", __name__)

        @routes.post("/actions/<name>")
        def say(name: str) -> tuple[Response, int]:
            body = request.get_json(force=True, silent=True)
            with self._lock:
                given = self._given.get(name)
                if given is None or given["until"] < self.clock() or not given["left"]:
                    return jsonify({"ok": False, "error": "expired_url"}), 404
                if not isinstance(body, dict) or not isinstance(body.get("text"), str) or not body["text"]:
                    return jsonify({"ok": False, "error": "no_text"}), 500
                if body.get("response_type") != "ephemeral" or body.get("replace_original") is not False:
                    return jsonify({"ok": False, "error": "not_supported_here"}), 500
                given["left"] -= 1
                place = {"channel": given["channel"], "user": given["user"]}
                self._said.append({**place, "text": body["text"], "at": self.clock()})
            return jsonify({"ok": True}), 200

        @routes.get("/ephemerals")
        def ephemerals() -> Response:
            with self._lock:
                return jsonify(self._said)

        return routes
