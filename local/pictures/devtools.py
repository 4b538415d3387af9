"""The Chrome DevTools Protocol over the browser's own pipe: NUL-separated JSON, no port, no further program.

https://chromedevtools.github.io/devtools-protocol/ and Chromium's ``--remote-debugging-pipe``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

# As root there is no sandbox; the rest keeps the browser from calling home.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--remote-debugging-pipe",
)
# The browser reads commands from descriptor 3 and answers on 4.
_ON_PIPES = ("/bin/sh", "-c", 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null')
_CHUNK = 1 << 20


class BrowserError(Exception):
    """The browser did not do what it was asked to; the message says what."""


class DevTools:
    """Commands to a browser and its answers; ``session`` is the page that commands go to."""

    def __init__(self, process: subprocess.Popen[bytes], why_ended: Callable[[], str]) -> None:
        assert process.stdin  # noqa: S101 - a pipe
        assert process.stdout  # noqa: S101 - a pipe
        self._to, self._from = process.stdin, process.stdout
        self._why_ended = why_ended
        self._buffer = b""
        self._id = 0
        self._events: list[dict[str, Any]] = []
        self.session: str | None = None

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method and wait for its result.

        Raises:
            BrowserError: it failed, or the browser has ended.
        """
        self._id += 1
        command = {"id": self._id, "method": method, "params": parameters}
        self._send(command | ({"sessionId": self.session} if self.session else {}))
        while (message := self._receive()).get("id") != self._id:
            self._events.append(message)
        if "error" in message:
            raise BrowserError(f"{method}: {message['error'].get('message', 'failed')}")
        return dict(message["result"])

    def wait_for(self, event: str) -> dict[str, Any]:
        """The parameters of the first event of that name since the last one, whether it has come already or not."""
        while True:
            for index, message in enumerate(self._events):
                if message.get("method") == event:
                    del self._events[: index + 1]
                    return dict(message["params"])
            self._events = [self._receive()]

    def _send(self, command: dict[str, Any]) -> None:
        try:
            self._to.write(json.dumps(command).encode() + b"\0")
        except OSError as error:
            raise BrowserError(self._why_ended()) from error

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            chunk = os.read(self._from.fileno(), _CHUNK)
            if not chunk:
                raise BrowserError(self._why_ended())
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def browser(program: Path, seconds: float) -> Iterator[DevTools]:
    """A running browser with an empty profile. It is killed at the end, or after so many seconds.

    Should this process be killed, the browser reads the end of its pipe and ends by itself.
    """
    with (
        tempfile.TemporaryDirectory(prefix="crosscheck-browser-", ignore_cleanup_errors=True) as profile,
        Path(profile, "log").open("wb") as log,
        _start(program, profile, log) as process,
    ):
        late = threading.Event()
        timer = threading.Timer(seconds, _kill, (process, late))
        timer.daemon = True
        timer.start()
        try:
            yield DevTools(process, lambda: f"it took longer than {seconds:g} s" if late.is_set() else _last(log))
        finally:
            timer.cancel()
            _kill(process)


def _start(program: Path, profile: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*_ON_PIPES, str(program), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, "HOME": profile, "XDG_CONFIG_HOME": profile, "XDG_CACHE_HOME": profile},
        bufsize=0,  # a command that could not be sent must not be tried again on closing
        process_group=0,
    )


def _last(log: IO[bytes]) -> str:
    lines = Path(log.name).read_text(errors="replace").strip().splitlines()
    return "the browser has ended" + (f": {lines[-1][:200]}" if lines else "")


def _kill(process: subprocess.Popen[bytes], late: threading.Event | None = None) -> None:
    if late:
        late.set()
    with suppress(ProcessLookupError, PermissionError):  # macOS answers the latter for a group that has ended
        os.killpg(process.pid, signal.SIGKILL)
