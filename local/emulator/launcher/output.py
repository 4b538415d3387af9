"""A function's output on its way from the pipe into its log."""

import os
import select
import threading
import time
from pathlib import Path
from typing import Any

_CHUNK = 65536
_LOOK_SECONDS = 0.001
_WITHIN = 5.0  # seconds; a function may write without an end after its answer


class Output:
    """A stream of lines, each copied into a log file, that knows when everything written so far was handed on.

    Only one thread may read it.
    """

    def __init__(self, stream: Any, log: Path) -> None:
        self._stream = stream
        self._log = log.open("ab", buffering=0)
        self._lock = threading.Lock()
        self._rest = b""
        self._waiting = self._over = False

    def readline(self) -> bytes:
        """The next line; empty at the end."""
        while b"\n" not in self._rest and self._read():
            pass
        line, end, self._rest = self._rest.partition(b"\n")
        self._log.write(line + end)
        self._over = not line + end
        return line + end

    def wait_until_handed_on(self) -> None:
        """Wait until whoever reads has had every line that is written by now, and asks for the next one."""
        deadline = time.monotonic() + _WITHIN
        while not self._handed_on() and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)

    def close(self) -> None:
        """Close the stream and the log file."""
        self._stream.close()
        self._log.close()

    def _read(self) -> bool:
        """Wait for something to read, and read it; False at the end. Nothing is taken out of the pipe unnoticed."""
        self._waiting = True
        self._readable(None)
        with self._lock:
            self._waiting = False
            chunk = os.read(self._stream.fileno(), _CHUNK)
            self._rest += chunk
        return bool(chunk)

    def _handed_on(self) -> bool:
        with self._lock:
            return self._over or (self._waiting and not self._readable(0))

    def _readable(self, milliseconds: int | None) -> bool:
        poll = select.poll()
        poll.register(self._stream.fileno(), select.POLLIN)
        return bool(poll.poll(milliseconds))
