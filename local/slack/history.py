"""Every call that the Web API received, in order."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Call:
    """One call. ``at`` is in epoch seconds; ``ts`` names the message that it made or meant.

    ``payload`` has blocks and metadata decoded and never the token. A connection closed without an answer has
    ``status`` 0 and ``ok`` false, whether the call took effect or not.
    """

    method: str
    channel: str | None
    ts: str | None
    payload: Mapping[str, Any]
    at: float
    status: int
    ok: bool


class History:
    """The calls, from the first one on."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def add(self, method: str, payload: Mapping[str, Any], answer: Mapping[str, Any], status: int) -> None:
        """Note a call and how it was answered; an empty answer is a closed connection."""
        channel, ts = payload.get("channel"), answer.get("ts") or payload.get("ts")
        ok = bool(answer.get("ok"))
        call = Call(method, _text(channel), _text(ts), payload, self._clock(), status, ok)
        with self._lock:
            self._calls.append(call)

    def as_json(self) -> list[dict[str, Any]]:
        """The calls as ``GET /history`` shows them."""
        with self._lock:
            return [asdict(call) for call in self._calls]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
