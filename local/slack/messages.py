"""The channels and the messages that they show."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from local.slack.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MICRO = 1_000_000


@dataclass(frozen=True)
class Message:
    """A message as it is shown now. ``thread_ts`` names the message that it replies to; a reply that is ``broadcast``
    is shown in the channel as well."""

    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    edited_ts: str | None = None
    broadcast: bool = False

    def as_json(self) -> dict[str, Any]:
        """The message as ``GET /messages`` shows it."""
        shown = {"ts": self.ts, "text": self.text, "blocks": self.blocks, "metadata": self.metadata}
        thread = {"thread_ts": self.thread_ts} if self.thread_ts else {}
        return shown | thread | ({"subtype": "thread_broadcast"} if self.broadcast else {})


class Messages:
    """Thread-safe; every method raises ``SlackError`` with Slack's own word for what it does not find."""

    def __init__(self, channels: Mapping[str, str], clock: Callable[[], float]) -> None:
        self.channels = dict(channels)
        self._clock = clock
        self._lock = threading.RLock()
        self._shown: dict[str, dict[str, Message]] = {channel: {} for channel in self.channels}
        self._last = 0

    def post(self, channel: str, draft: Message) -> Message:
        """Show a new message; its ts is given here."""
        with self._lock:
            shown = self._channel(channel)
            if draft.thread_ts is not None and draft.thread_ts not in shown:
                raise SlackError("cannot_reply_to_message")
            message = replace(draft, ts=self._next_ts())
            shown[message.ts] = message
            return message

    def update(self, channel: str, ts: str, change: Callable[[Message], Message]) -> Message:
        """Replace a message by what ``change`` makes of it, marked as edited."""
        with self._lock:
            message = change(self.get(channel, ts))
            shown = replace(message, edited_ts=self._next_ts())
            self._channel(channel)[ts] = shown
            return shown

    def delete(self, channel: str, ts: str) -> None:
        """Remove a message."""
        with self._lock:
            self.get(channel, ts)
            del self._channel(channel)[ts]

    def get(self, channel: str, ts: str) -> Message:
        """The message as it is shown now."""
        with self._lock:
            if (message := self._channel(channel).get(ts)) is None:
                raise SlackError("message_not_found")
            return message

    def shown(self, channel: str) -> list[Message]:
        """The channel's messages, replies among them, oldest first."""
        with self._lock:
            return list(self._channel(channel).values())

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """Every channel as ``GET /messages`` shows it."""
        with self._lock:
            return {channel: [message.as_json() for message in self.shown(channel)] for channel in self.channels}

    def _channel(self, channel: str) -> dict[str, Message]:
        if channel not in self._shown:
            raise SlackError("channel_not_found")
        return self._shown[channel]

    def _next_ts(self) -> str:
        self._last = max(round(self._clock() * _MICRO), self._last + 1)
        return f"{self._last // _MICRO}.{self._last % _MICRO:06d}"
