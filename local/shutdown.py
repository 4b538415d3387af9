"""Ending in good order: SIGINT and SIGTERM become an exception that unwinds everything that was started."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

POLL_SECONDS = 0.5


class Interrupted(BaseException):
    """A signal asked the program to end. No ``except Exception`` catches it."""


@contextmanager
def ends_on_signals() -> Iterator[threading.Event]:
    """Raise Interrupted in the main thread on the first SIGINT or SIGTERM; later ones are ignored.

    The event is set from then on. Interrupted does not leave the block: whoever asked for the end gets a
    clean exit.
    """
    interrupted = threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        if interrupted.is_set():
            return
        interrupted.set()
        raise Interrupted

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    threading.Thread(target=_watch_parent, args=(os.getppid(),), name="parent", daemon=True).start()
    try:
        yield interrupted
    except Interrupted:
        raise SystemExit(0) from None


def _watch_parent(parent: int) -> None:
    """End when make is gone, or was interrupted alone.

    ``kill -INT`` of make's process id reaches make only, which then waits for its children without telling them.
    Linux shows that make is inside its signal handler: SIGINT is blocked there.
    """
    pause = threading.Event()
    while not pause.wait(POLL_SECONDS):
        if os.getppid() != parent or _is_interrupted_make(parent):
            os.kill(os.getpid(), signal.SIGINT)
            return


def _is_interrupted_make(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False  # no Linux, or the parent is just ending
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    blocked = int(fields.get("SigBlk", "0"), 16)
    return fields.get("Name") == "make" and bool(blocked >> (signal.SIGINT - 1) & 1)
