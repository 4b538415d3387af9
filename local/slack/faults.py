"""Faults that ``POST /faults`` puts into the Web API, each for the next so many calls of one method."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from local.slack.methods import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

OK, TOO_MANY_REQUESTS, UNAVAILABLE = 200, 429, 503
_KEYS = {"method", "status", "retry_after", "drop", "times", "error"}
_STATUSES = range(200, 600)


class Drop(StrEnum):
    """When the connection is closed without an answer."""

    BEFORE = "before"  # the call has no effect
    AFTER = "after"  # the call took effect: what true means


@dataclass(frozen=True)
class Fault:
    """How a call is answered instead. ``retry_after`` is in seconds, as Slack's header has it."""

    method: str
    status: int = OK
    retry_after: int | None = None
    error: str | None = None
    drop: Drop | None = None
    times: int = 1

    @classmethod
    def parse(cls, body: Any) -> Self:
        """Read ``POST /faults``.

        Raises:
            ValueError: in words for whoever posted it.
        """
        if not isinstance(body, dict):
            raise ValueError(f"a fault is a JSON object with some of {', '.join(sorted(_KEYS))}")  # noqa: TRY004 - an answer to the caller
        if unknown := sorted(set(body) - _KEYS):
            raise ValueError(f"unknown: {', '.join(unknown)}; a fault has {', '.join(sorted(_KEYS))}")
        status = _whole(body, "status", OK, _STATUSES.start, _STATUSES.stop - 1)
        fault = cls(
            method=_method(body),
            status=OK if status is None else status,
            retry_after=_whole(body, "retry_after", None, 0, None),
            error=_error(body),
            drop=_drop(body),
            times=_whole(body, "times", 1, 1, None) or 1,
        )
        fault._refuse_nonsense()
        return fault

    def answer(self) -> dict[str, Any]:
        """The body of the answer."""
        words = {TOO_MANY_REQUESTS: "ratelimited", UNAVAILABLE: "service_unavailable"}
        return {"ok": False, "error": self.error or words.get(self.status, "internal_error")}

    def headers(self) -> dict[str, str]:
        """The headers of the answer."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    def _refuse_nonsense(self) -> None:
        if self.drop is None and self.status == OK and self.error is None:
            raise ValueError("say what shall happen: a status other than 200, an error, or drop")
        if self.retry_after is not None and self.status != TOO_MANY_REQUESTS:
            raise ValueError("retry_after goes with status 429 only")


class Faults:
    """The faults in force; several for one method follow each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, deque[Fault]] = defaultdict(deque)

    def add(self, fault: Fault) -> None:
        """Let the next ``times`` calls of the method fail so."""
        with self._lock:
            self._next[fault.method].extend([fault] * fault.times)

    def take(self, method: str) -> Fault | None:
        """The fault of this call, if it has one."""
        with self._lock:
            return self._next[method].popleft() if self._next[method] else None

    def clear(self) -> None:
        """No faults from now on."""
        with self._lock:
            self._next.clear()


def _method(body: Mapping[str, Any]) -> str:
    method = body.get("method")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    return str(method)


def _error(body: Mapping[str, Any]) -> str | None:
    error = body.get("error")
    if error is not None and (not isinstance(error, str) or not error):
        raise ValueError(f"error must be one of Slack's words, such as channel_not_found, not {error!r}")
    return error


def _drop(body: Mapping[str, Any]) -> Drop | None:
    drop = body.get("drop", False)
    if isinstance(drop, bool):
        return Drop.AFTER if drop else None
    if drop not in list(Drop):
        raise ValueError(f"drop must be true, false, 'before' or 'after', not {drop!r}")
    return Drop(drop)


def _whole(body: Mapping[str, Any], key: str, default: int | None, low: int, high: int | None) -> int | None:
    value = body.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < low or (high is not None and value > high):
        limits = f"from {low} to {high}" if high is not None else f"of at least {low}"
        raise ValueError(f"{key} must be a whole number {limits}, not {value!r}")
    return value
