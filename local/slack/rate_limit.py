"""One message per second and channel: https://docs.slack.dev/apis/web-api/rate-limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.slack.errors import RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL = 1.0
_RETRY_AFTER = 1


class RateLimit:
    """Counts ``chat.postMessage`` per channel; the caller serialises the calls."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}

    def admit(self, channel: str) -> None:
        """Count one message.

        Raises:
            RateLimitedError: the last one was less than a second ago.
        """
        now = self._clock()
        if now - self._last.get(channel, -_INTERVAL) < _INTERVAL:
            raise RateLimitedError(_RETRY_AFTER)
        self._last[channel] = now
