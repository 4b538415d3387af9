"""A person's click on a button, sent to the app's interactivity URL and signed as Slack signs it.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload and
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests

from local.slack.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local.slack.messages import Message, Messages

KEYS = ("channel", "ts", "action_id", "user")
ANSWER_WITHIN = 3  # seconds, after which Slack shows the person an error


class NoInteractivityError(RuntimeError):
    """The app has told Slack no URL for clicks."""


@dataclass
class Clicks:
    """Sends clicks. ``url`` is what the app's configuration would hold, empty while it holds nothing."""

    messages: Messages
    clock: Callable[[], float]
    signing_secret: str = field(default="", repr=False)
    url: str = ""

    def click(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Click; ``{"status", "body"}`` of the app's answer.

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
        if not self.url:
            raise NoInteractivityError("the app has no interactivity URL, so Slack would show the person an error")
        return self._send(_payload(channel, message, action, user))

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
        "user": {"id": user, "team_id": "T0LOCAL"},
        "team": {"id": "T0LOCAL"},
        "api_app_id": "A0LOCAL",
        "channel": {"id": channel},
        "container": {"type": "message", "channel_id": channel, "message_ts": message.ts},
        "message": message.as_json(),
        "trigger_id": secrets.token_hex(8),
        "response_url": "https://hooks.slack.com/actions/local",
        "actions": [{key: action[key] for key in keys if key in action}],
    }


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
