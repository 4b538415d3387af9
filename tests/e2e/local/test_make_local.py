"""``make local`` as a stranger starts and ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import Outside, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS, END_SECONDS = 600, 120


@pytest.fixture
def make(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    # A shell starts its background jobs with SIGINT ignored, and make would inherit that.
    ours = signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        ["make", "local"],  # noqa: S607 - the make that runs the tests
        cwd=ROOT,
        env={**os.environ, "CROSSCHECK_LOCAL_DIR": str(tmp_path)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    signal.signal(signal.SIGINT, ours)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _described(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text()) if file.exists() else {}


def _group(leader: int) -> list[str]:
    """The command lines of the processes of a process group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(entry.name)) == leader:
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except (OSError, ProcessLookupError):
            continue
    return found


def _listening(processes: set[int]) -> set[str]:
    """The addresses on which processes listen."""
    sockets = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").glob("*"):
            try:
                sockets.add(descriptor.readlink().name)
            except OSError:
                continue
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                addresses.add(fields[1].split(":")[0])
    return addresses


@pytest.mark.parametrize(
    ("number", "whole_group"), [(signal.SIGTERM, False), (signal.SIGINT, True), (signal.SIGINT, False)]
)
def test_a_signal_ends_every_process(
    make: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals, *, whole_group: bool
) -> None:
    file = tmp_path / "account.json"
    description = wait_until(lambda: _described(file), "account.json", START_SECONDS)
    outside = Outside(description)
    assert outside.client("sts").get_caller_identity()["Account"] == "111122223333"
    members = {int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _belongs(entry, make.pid)}
    assert _listening(members) == {"0100007F"}  # 127.0.0.1, as the kernel writes it
    if whole_group:
        os.killpg(make.pid, number)
    else:
        make.send_signal(number)
    make.wait(END_SECONDS)
    wait_until(lambda: _group(make.pid) == [], "the end of every process", END_SECONDS)
    assert not file.exists()


def _belongs(entry: Path, leader: int) -> bool:
    try:
        return os.getpgid(int(entry.name)) == leader
    except (OSError, ProcessLookupError):
        return False
