"""Tiny Lambda functions for tests of the emulator, and what the operating system says of their processes."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.clients import ACCOUNT_ID, Aws

REGION = "eu-west-1"
PATIENCE = 180.0  # seconds; only ends a test that would hang


def package(**modules: str) -> bytes:
    """A zip of modules; two underscores in a name stand for a directory."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, code in modules.items():
            archive.writestr(f"{name.replace('__', '/')}.py", code)
    return target.getvalue()


def deploy(aws: Aws, name: str, code: str, **options: Any) -> None:
    """Create a function of one module with a ``handler``."""
    aws.client("lambda", REGION).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT_ID}:role/functions",
        Handler="app.handler",
        Code={"ZipFile": package(app=code)},
        Timeout=60,
        **options,
    )


def invoke(aws: Aws, name: str, event: object = None) -> tuple[str | None, Any]:
    """The kind of error, if any, and what the function answered."""
    answer = aws.client("lambda", REGION).invoke(FunctionName=name, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def eventually[Found](look: Callable[[], Found]) -> Found:
    """Look until there is something, for a bounded time."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def running(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has just ended
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def listening(pid: int) -> set[str]:
    """The local addresses that a process listens on, as the kernel writes them: hexadecimal."""
    sockets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it has just been closed
            sockets.add(str(descriptor.readlink()))
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}
