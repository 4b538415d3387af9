"""What Slack sends to the Function URL, signed, as Lambda hands it on."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from crosscheck.cards.buttons import BLOCK_ID
from handle_interaction.payload import CALLBACK, CHECK, REASON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.decisions.request import DecisionRequest

SIGNS = "signs-clicks"
NOW = 1_800_000_000.0
USER, TEAM, CHANNEL = "U0APPROVER", "T0CROSSCHECK", "C0RELEASES"
ANSWER_TO = "https://hooks.slack.com/actions/T0CROSSCHECK/1/abc"


def event(
    body: bytes, headers: Mapping[str, str] | None = None, *, secret: str = SIGNS, at: float = NOW
) -> dict[str, Any]:
    """A request with this body, signed at that moment; ``headers`` replace those of Slack."""
    timestamp = str(int(at))
    signed = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    given = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={signed}",
        **(headers or {}),
    }
    return {"version": "2.0", "headers": given, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def form(payload: Any) -> bytes:
    """The body that carries a payload."""
    return urlencode({"payload": payload if isinstance(payload, str) else json.dumps(payload)}).encode()


def pressed(request: DecisionRequest, **changed: Any) -> dict[str, Any]:
    """The payload of a click on a button of a card."""
    return {
        "type": "block_actions",
        "user": {"id": USER, "team_id": TEAM},
        "team": {"id": TEAM},
        "container": {"type": "message", "channel_id": CHANNEL, "message_ts": "1.1"},
        "trigger_id": "1.2.abc",
        "response_url": ANSWER_TO,
        "actions": [{"type": "button", "block_id": BLOCK_ID, "action_id": request.kind.value, "value": request.value}],
        **changed,
    }


def submitted(metadata: str, reason: str, check: str = "", user: str = USER) -> dict[str, Any]:
    """The payload of a dialog that was submitted."""
    values: dict[str, Any] = {REASON: {REASON: {"type": "plain_text_input", "value": reason}}}
    if check:
        values[CHECK] = {CHECK: {"type": "static_select", "selected_option": {"value": check}}}
    view = {"callback_id": CALLBACK, "private_metadata": metadata, "state": {"values": values}}
    return {"type": "view_submission", "user": {"id": user}, "team": {"id": TEAM}, "view": view}
