"""Limits of what comes from outside: every byte is counted, so that no single answer fills a function's memory.

A function that is killed for its memory loses all the verdicts of its look: a bad release could avert its own rollback.
What AWS's own APIs answer is not counted here: their quotas bound it.
"""

import io
import json
from collections.abc import Iterable
from typing import Any, Protocol

from crosscheck.errors import CrosscheckError

JSON_LIMIT = 1024 * 1024
JSON_DEPTH = 50


class OverLimitError(CrosscheckError):
    """More comes from outside than may be read."""


class Allowance:
    """How many bytes may still be read from one source."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def spend(self, count: int) -> None:
        """Count bytes that were read, or that are about to be.

        Raises:
            OverLimitError: they are more than are left.
        """
        self._left -= count
        if self._left < 0:
            raise OverLimitError("more bytes than may be read")


class Readable(Protocol):
    """A stream of bytes, as sockets and HTTP answers have it."""

    def readinto1(self, buffer: Any, /) -> int | None:
        """Read at most once, so without waiting for more than has come; how many bytes that is."""
        ...

    def close(self) -> None:
        """Let go of the stream."""
        ...


class CountedStream(io.RawIOBase):
    """A stream that ends with OverLimitError, whatever its reader asks for: a line, a number of bytes, or the rest."""

    def __init__(self, stream: Readable, limit: int) -> None:
        super().__init__()
        self._stream = stream
        self._allowance = Allowance(limit)

    def readable(self) -> bool:
        """As of every stream that is read."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """As the stream's own, and counted. What has come is enough: whoever answers may leave the connection open."""
        count = self._stream.readinto1(buffer)
        self._allowance.spend(count or 0)
        return count

    def close(self) -> None:
        """Close the stream, too."""
        if not self.closed:
            self._stream.close()
        super().close()


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON document from outside.

    Raises:
        ValueError: it is no JSON, longer than JSON_LIMIT characters, or nested deeper than JSON_DEPTH.
    """
    if len(text) > JSON_LIMIT:
        raise ValueError(f"over {JSON_LIMIT} characters")
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _opening(text) < JSON_DEPTH:  # too few brackets to be nested too deeply
        return document
    level: list[Any] = [document]
    for _ in range(JSON_DEPTH):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return document
    raise ValueError("nested too deeply")


def _opening(text: str | bytes) -> int:
    return text.count("{") + text.count("[") if isinstance(text, str) else text.count(b"{") + text.count(b"[")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
