"""What a call of the Web API carries: a form or JSON, and a token that goes no further than here."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.slack.errors import SlackError

if TYPE_CHECKING:
    from flask import Request

# A form carries these as JSON in a string; JSON bodies may do so too.
_JSON_FIELDS = ("blocks", "metadata", "attachments")
_JSON_ERRORS = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}


@dataclass(frozen=True)
class Payload:
    """The decoded arguments without the token; ``error`` says what could not be decoded."""

    arguments: dict[str, Any]
    token: str | None
    error: SlackError | None = None


def read(request: Request) -> Payload:
    """Decode a request, whatever it is: what cannot be decoded is an error of the payload, none of ours."""
    is_json = request.mimetype == "application/json"
    try:
        fields = _json_body(request) if is_json else {**request.args.to_dict(), **request.form.to_dict()}
    except SlackError as error:
        return Payload({}, _bearer(request), error)
    # Slack takes a token from a form's field, but not from a JSON body.
    field_token = fields.pop("token", None)
    token = _bearer(request) or (None if is_json else field_token)
    return _decoded(fields, token)


def check_token(token: str | None, accepted: str) -> None:
    """Refuse a missing or a wrong token."""
    if not token:
        raise SlackError("not_authed")
    if not hmac.compare_digest(token.encode(), accepted.encode()):
        raise SlackError("invalid_auth")


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _json_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data() or b"{}")
    except (ValueError, RecursionError) as error:
        raise SlackError("invalid_json") from error
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _decoded(fields: dict[str, Any], token: str | None) -> Payload:
    error: SlackError | None = None
    for name in _JSON_FIELDS:
        value = fields.get(name)
        if isinstance(value, str) and value:
            try:
                fields[name] = json.loads(value)
            except (ValueError, RecursionError):
                error = error or SlackError(_JSON_ERRORS.get(name, "invalid_arguments"))
    return Payload(fields, token, error)
