"""A Slack workspace in simulated time that takes one call a second in each channel, and none while it is down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from crosscheck.cards.layout import Card
from crosscheck.cards.slack import Slack
from tests.fakes.fifo_queue import SimulatedClock

INTERVAL = 1.0
CALL_SECONDS = 0.2


@dataclass
class SlowSlack:
    """Answers ``WebClient.api_call``. ``calls`` counts what was accepted and what was refused; ``down`` says when no
    call is answered."""

    clock: SimulatedClock
    down: Callable[[float], bool] = lambda _now: False
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)
    refused: int = 0
    _last: dict[str, float] = field(default_factory=dict)

    def api_call(self, client: WebClient, method: str, *, json: dict[str, Any]) -> dict[str, Any]:
        """Serve a call, or refuse it as Slack does."""
        self.clock.now += CALL_SECONDS
        now, channel = self.clock(), json["channel"]
        if self.down(now):
            self._refuse(client, 503, {})
        if now - self._last.get(channel, -INTERVAL) < INTERVAL:
            self._refuse(client, 429, {"Retry-After": "1"})
        self._last[channel] = now
        self.accepted.append(method)
        if method == "chat.update":
            assert json["ts"] in self.messages
        ts = json.get("ts") or f"{int(now)}.{len(self.accepted):06d}"
        self.messages[ts] = json
        return {"ok": True, "ts": ts}

    @property
    def cards(self) -> list[dict[str, Any]]:
        """What the metadata of each card says."""
        return [each["metadata"]["event_payload"] for each in self.messages.values() if "thread_ts" not in each]

    @property
    def replies(self) -> list[dict[str, Any]]:
        """What was told in threads."""
        return [each for each in self.messages.values() if "thread_ts" in each]

    def _refuse(self, client: WebClient, status: int, headers: dict[str, str]) -> None:
        self.refused += 1
        answer = SlackResponse(
            client=client,
            http_verb="POST",
            api_url="",
            req_args={},
            data={"ok": False, "error": "ratelimited" if status == 429 else ""},
            headers=headers,
            status_code=status,
        )
        raise SlackApiError("", answer)  # type: ignore[no-untyped-call]  # slack_sdk


class Session:
    """The workspace with a token that never ends."""

    def __init__(self) -> None:
        self._slack = Slack("xoxb-1", "http://127.0.0.1/")

    def post(self, channel: str, card: Card) -> str:
        """Post a card."""
        return self._slack.post(channel, card)

    def update(self, channel: str, timestamp: str, card: Card) -> None:
        """Update a card."""
        self._slack.update(channel, timestamp, card)

    def reply(self, channel: str, thread: str, card: Card) -> None:
        """Answer in a thread."""
        self._slack.reply(channel, thread, card)
