"""The cards that the Slack workspace shows, as a test or the demonstration looks for them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_SECONDS = 0.2

type Card = dict[str, Any]


class CardTimeoutError(TimeoutError):
    """The card did not become what was waited for; the message shows what it was last."""


def cards(slack_url: str, execution: str) -> list[Card]:
    """Every message of every channel that is about the execution."""
    channels: dict[str, list[Card]] = requests.get(f"{slack_url}/messages", timeout=60).json()
    return [
        message
        for messages in channels.values()
        for message in messages
        if (message.get("metadata") or {}).get("event_payload", {}).get("execution") == execution
    ]


def wait_for_card(slack_url: str, execution: str, good: Callable[[Card], bool], seconds: float = 240) -> Card:
    """The execution's card as soon as ``good`` says so of its metadata's payload.

    Raises:
        CardTimeoutError: not in time.
    """
    deadline = time.monotonic() + seconds
    found: list[Card] = []
    while time.monotonic() < deadline:
        found = cards(slack_url, execution)
        if found and good(found[0]["metadata"]["event_payload"]):
            return found[0]
        time.sleep(POLL_SECONDS)
    last = f"{found[0]['metadata']['event_payload']} {found[0]['blocks']}" if found else "no card at all"
    raise CardTimeoutError(f"the card of {execution} was not as expected after {seconds:g} s; last: {last}")
