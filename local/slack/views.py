"""Dialogs: opened by an app soon after a click, and submitted by the person who clicked.

https://docs.slack.dev/reference/views/modal-views and https://docs.slack.dev/reference/methods/views.open
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.slack.block_rules import problems
from local.slack.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable

TRIGGER_SECONDS = 10  # 3 in Slack, see clicks.py
BLOCKS, TITLE, CALLBACK, PRIVATE, OPTIONS, OPTION, INPUT = 100, 24, 255, 3_000, 100, 75, 3_000
KEYS = ("view_id", "user", "values")


@dataclass
class Views:
    """The dialogs that are open, each in front of one person."""

    clock: Callable[[], float]
    _triggers: dict[str, tuple[str, float]] = field(default_factory=dict)
    _open: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def trigger(self, user: str) -> str:
        """What lets an app open one dialog in front of the user, soon."""
        with self._lock:
            trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
            self._triggers[trigger] = (user, self.clock())
            return trigger

    def open(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """views.open; the view as it was opened.

        Raises:
            SlackError: with Slack's word for what is wrong.
        """
        view = arguments.get("view")
        try:
            view = json.loads(view) if isinstance(view, str) else view
        except ValueError as error:
            raise SlackError("invalid_arguments", "[ERROR] must be a JSON object [json-pointer:/view]") from error
        with self._lock:
            trigger = arguments.get("trigger_id")
            if not isinstance(trigger, str) or trigger not in self._triggers:
                raise SlackError("invalid_trigger_id")
            user, at = self._triggers.pop(trigger)
            if self.clock() - at > TRIGGER_SECONDS:
                raise SlackError("expired_trigger_id")
            if not isinstance(view, dict) or (found := list(_problems(view))):
                raise SlackError("invalid_arguments", *(f"[ERROR] {each}" for each in found if view))
            shown = {**view, "id": f"V{secrets.token_hex(5).upper()}", "user": user}
            self._open[shown["id"]] = shown
            return {key: value for key, value in shown.items() if key != "user"}

    def as_json(self) -> list[dict[str, Any]]:
        """The dialogs that are open, each with the ``user`` before whom it stands."""
        with self._lock:
            return list(self._open.values())

    def filled(self, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The user, and the view with what they entered. ``values`` holds a text for each ``block_id``: what was typed,
        or the value of the option that was chosen.

        Raises:
            ValueError: a person could not submit that; says why.
        """
        view_id, user, values = (body.get(key) for key in KEYS)
        with self._lock:
            view = self._open.get(str(view_id))
        if view is None or view["user"] != user or not isinstance(values, dict):
            raise ValueError(f"no such dialog is open before this user; a submission has {', '.join(KEYS)}")
        state = {block["block_id"]: _entered(block, values) for block in view["blocks"] if block["type"] == "input"}
        return str(user), {**{key: value for key, value in view.items() if key != "user"}, "state": {"values": state}}

    def close(self, view_id: str) -> None:
        """The dialog is gone."""
        with self._lock:
            self._open.pop(view_id, None)


def _entered(block: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    element, value = block["element"], values.get(block["block_id"])
    if not isinstance(value, str) or not value:
        raise ValueError(f"{block['block_id']} has to be filled in")
    if element["type"] == "plain_text_input":
        if len(value) > element.get("max_length", INPUT):
            raise ValueError(f"{block['block_id']} is too long")
        return {element["action_id"]: {"type": element["type"], "value": value}}
    chosen = next((option for option in element["options"] if option["value"] == value), None)
    if chosen is None:
        raise ValueError(f"{block['block_id']} has no option {value!r}")
    return {element["action_id"]: {"type": element["type"], "selected_option": chosen}}


def _problems(view: Mapping[str, Any]) -> Iterator[str]:
    if view.get("type") != "modal":
        yield "must be modal [json-pointer:/view/type]"
    for name in ("title", "submit", "close"):
        text = view.get(name, {}).get("text", "") if name in view else None
        if text is not None and not 0 < len(text) <= TITLE:
            yield f"must have 1 to {TITLE} characters [json-pointer:/view/{name}]"
    for name, limit in (("callback_id", CALLBACK), ("private_metadata", PRIVATE)):
        if len(view.get(name, "")) > limit:
            yield f"must be less than {limit + 1} characters [json-pointer:/view/{name}]"
    blocks: Sequence[Mapping[str, Any]] = view.get("blocks", [])
    if "title" not in view or not 0 < len(blocks) <= BLOCKS:
        yield "missing title, or no or too many blocks [json-pointer:/view]"
    inputs = [block for block in blocks if block.get("type") == "input"]
    if inputs and "submit" not in view:
        yield "submit is required with input blocks [json-pointer:/view/submit]"
    yield from problems([block for block in blocks if block.get("type") != "input"])
    for block in inputs:
        yield from _input_problems(block)


def _input_problems(block: Mapping[str, Any]) -> Iterator[str]:
    element = block.get("element", {})
    if not block.get("block_id") or not element.get("action_id") or not block.get("label", {}).get("text"):
        yield "missing block_id, action_id or label"
    match element.get("type"):
        case "plain_text_input":
            if not 0 < element.get("max_length", INPUT) <= INPUT:
                yield f"max_length must be 1 to {INPUT}"
        case "static_select":
            options = element.get("options", [])
            if not 0 < len(options) <= OPTIONS:
                yield f"must have 1 to {OPTIONS} options"
            if len({option["value"] for option in options}) < len(options):
                yield "options must have different values"
            if any(not 0 < len(option[part]) <= OPTION for option in map(_option, options) for part in option):
                yield f"an option's text and value must have 1 to {OPTION} characters"
        case kind:
            yield f"unsupported type: {kind}"


def _option(option: Mapping[str, Any]) -> dict[str, str]:
    return {"text": option.get("text", {}).get("text", ""), "value": option.get("value", "")}
