"""What Slack sends when somebody clicks or submits a dialog, read strictly.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload and
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from crosscheck.cards.buttons import BLOCK_ID
from crosscheck.decisions.click import REASON_LIMIT, Click, parse_click
from crosscheck.decisions.request import parse_request
from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.size_limits import parse_json
from crosscheck.text import one_line

CALLBACK = "crosscheck_reason"
REASON, CHECK = "reason", "check"
ID_LIMIT = 40
TRIGGER_LIMIT = 200


class OddRequestError(CrosscheckError):
    """A request that no button or dialog of ours causes; the text says what is odd, and quotes nothing."""


@dataclass(frozen=True)
class Pressed:
    """A button was clicked. ``trigger`` lets a dialog be opened for three seconds."""

    click: Click
    trigger: str


@dataclass(frozen=True)
class Submitted:
    """A dialog was submitted, with the reason and perhaps with the check that was chosen."""

    click: Click


def read_payload(body: bytes, now: float) -> Pressed | Submitted | None:
    """What the request says; None for what concerns nobody: a button that only leads to a page, a dialog of others.

    Raises:
        OddRequestError: it says nothing that Slack would.
    """
    try:
        [text] = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=2)["payload"]
        payload = parse_json(text)
        match payload["type"]:
            case "block_actions":
                return _pressed(payload, now)
            case "view_submission":
                return _submitted(payload, now)
            case _:
                return None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, ConfigurationError) as error:
        raise OddRequestError(f"not what Slack sends ({type(error).__name__})") from None


def _pressed(payload: Mapping[str, Any], now: float) -> Pressed | None:
    [action] = payload["actions"]
    if action.get("block_id") != BLOCK_ID:
        return None
    click = Click(
        request=parse_request(action["value"]),
        user=_id(payload["user"]["id"]),
        team=_id(payload["user"].get("team_id") or payload["team"]["id"]),
        channel=_id(payload["container"]["channel_id"]),
        at=now,
        response_url=_text(payload["response_url"], 1_000),
    )
    return Pressed(click, _text(payload["trigger_id"], TRIGGER_LIMIT))


def _submitted(payload: Mapping[str, Any], now: float) -> Submitted | None:
    view = payload["view"]
    if view["callback_id"] != CALLBACK:
        return None
    opened = parse_click(view["private_metadata"])
    values = view["state"]["values"]
    reason = one_line(_text(values[REASON][REASON]["value"], REASON_LIMIT * 4), REASON_LIMIT)
    check = values.get(CHECK, {}).get(CHECK, {}).get("selected_option", {}).get("value", "")
    request = parse_request(opened.request.at(check).value) if check else opened.request
    # Whoever opened the dialog submits it; who that was is read from what Slack says now.
    user = _id(payload["user"]["id"])
    return Submitted(replace(opened, request=request, user=user, at=now, reason=reason))


def _id(value: object) -> str:
    text = _text(value, ID_LIMIT)
    if not (text.isascii() and text.isalnum()):
        raise ValueError("not an id")
    return text


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise ValueError("not a text")
    return value
