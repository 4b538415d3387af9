"""A person's click on a button, or submission of a dialog, sent to the app's interactivity URL and signed as Slack
signs it.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload,
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload and
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests

from local.slack.errors import SlackError
from local.slack.methods import APP_ID, TEAM_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local.slack.hooks import Hooks
    from local.slack.messages import Message, Messages
    from local.slack.views import Views

KEYS = ("channel", "ts", "action_id", "user")
ANSWER_WITHIN = 10  # seconds; Slack shows an error after 3, which a busy laptop may need for a cold start


class NoInteractivityError(RuntimeError):
    """The app has told Slack no URL for clicks."""


@dataclass
class Clicks:
    """Sends clicks. ``url`` is what the app's configuration would hold, empty while it holds nothing."""

    messages: Messages
    views: Views
    hooks: Hooks
    clock: Callable[[], float]
    signing_secret: str = field(default="", repr=False)
    url: str = ""

    def click(self, body: Mapping[str, Any], base_url: str) -> dict[str, Any]:
        """Click; ``{"status", "body"}`` of the app's answer. ``base_url`` is this workspace's own.

        Raises:
            ValueError: the click is not possible; says why.
            NoInteractivityError: nobody listens.
        """
        channel, ts, action_id, user = (_text(body, key) for key in KEYS)
        try:
            message = self.messages.get(channel, ts)
        except SlackError as error:
            raise ValueError(f"there is no such message: {error}") from error
        action = next((one for one in _elements(message) if one.get("action_id") == action_id), None)
        if action is None:
            known = ", ".join(str(one.get("action_id")) for one in _elements(message)) or "none"
            raise ValueError(f"the message has no action {action_id!r}; its actions: {known}")
        self._require_url()
        triggered = {
            "trigger_id": self.views.trigger(user),
            "response_url": base_url.rstrip("/") + self.hooks.give(channel, user),
        }
        return self._send({**_payload(channel, message, action, user), **triggered})

    def submit(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Submit a dialog; ``{"status", "body"}`` of the app's answer. The dialog closes if that is 200.

        Raises:
            ValueError: the submission is not possible; says why.
            NoInteractivityError: nobody listens.
        """
        user, view = self.views.filled(body)
        self._require_url()
        answer = self._send({"type": "view_submission", **_of(user), "view": view})
        if answer["status"] == requests.codes.ok:
            self.views.close(view["id"])
        return answer

    def _require_url(self) -> None:
        if not self.url:
            raise NoInteractivityError("the app has no interactivity URL, so Slack would show the person an error")

    def _send(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        content = urlencode({"payload": json.dumps(payload)})
        timestamp = str(int(self.clock()))
        signed = hmac.new(self.signing_secret.encode(), f"v0:{timestamp}:{content}".encode(), hashlib.sha256)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={signed.hexdigest()}",
        }
        answer = requests.post(self.url, data=content, headers=headers, timeout=ANSWER_WITHIN)
        return {"status": answer.status_code, "body": answer.text}


def _payload(channel: str, message: Message, action: Mapping[str, Any], user: str) -> dict[str, Any]:
    keys = ("action_id", "block_id", "type", "value", "text")
    return {
        "type": "block_actions",
        **_of(user),
        "channel": {"id": channel},
        "container": {"type": "message", "channel_id": channel, "message_ts": message.ts},
        "message": message.as_json(),
        "actions": [{key: action[key] for key in keys if key in action}],
    }


def _of(user: str) -> dict[str, Any]:
    return {"user": {"id": user, "team_id": TEAM_ID}, "team": {"id": TEAM_ID}, "api_app_id": APP_ID}


def _elements(message: Message) -> Iterator[dict[str, Any]]:
    """Everything on the message that can be clicked."""
    for block in message.blocks:
        parts = [*block.get("elements", []), block.get("accessory") or {}]
        yield from ({"block_id": block.get("block_id", ""), **part} for part in parts if part.get("action_id"))


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} must be a text; a click has {', '.join(KEYS)}")
    return value
