"""Starts the emulator as a process of its own and ends it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 180.0
STOPPED_WITHIN = 5.0
LOG_TAIL = 20  # lines
PORTS = range(10_000, 30_000)  # below those that Linux, macOS and Windows choose for a connection or for port 0

# The developer's own AWS settings must not reach the emulator, nor the functions that inherit its environment.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "SSL_CERT_FILE")


class EmulatorError(RuntimeError):
    """The emulator did not come up; the message quotes the end of its log."""


def free_port() -> int:
    """A loopback port that nobody listens on now, and that no system gives away by itself until somebody does."""
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            return port


class Emulator:
    """A running emulator. It ends with ``stop``, and by itself when the process that started it is gone.

    ``service_token`` is what PutEvents must carry to emit events of ``aws.*`` sources, which EventBridge refuses
    from everybody else (see ``service_events``).
    """

    def __init__(self, directory: Path, port: int, environment: Mapping[str, str]) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.service_token = secrets.token_hex(16)
        self.log = directory / "emulator.log"
        self._clock = directory / "clock"
        temporary = directory / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        self.set_speed(1)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [ROOT / ".tools/emulator/bin/python", "-m", "local.emulator.launcher"],
                cwd=ROOT,
                env=self._environment(directory, environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @classmethod
    def start(cls, directory: Path, environment: Mapping[str, str], port: int | None = None) -> Self:
        """Start an emulator and wait until it answers.

        Everything that it and its functions write lies under ``directory``: ``emulator.log``,
        ``functions/<name>.log`` and temporary files. ``environment`` is added to the emulator's own; functions
        inherit what begins with ``AWS_`` or ``CROSSCHECK_``, for example ``AWS_ENDPOINT_URL_ECS``.

        Raises:
            EmulatorError: if it ends instead, or is not ready within three minutes.
        """
        emulator = cls(directory.resolve(), port or free_port(), environment)
        try:
            emulator._wait_until_ready()
        except BaseException:
            emulator.stop()
            raise
        return emulator

    def set_speed(self, speed: float) -> None:
        """Let so many seconds of Step Functions' waits pass in a second, from now on."""
        draft = self._clock.with_suffix(".draft")
        draft.write_text(str(speed))
        draft.replace(self._clock)

    def stop(self) -> None:
        """End the emulator and the functions that it runs."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """The process id of the emulator."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _environment(self, directory: Path, environment: Mapping[str, str]) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "TMPDIR": str(directory / "tmp"),
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",  # tasks are simulated by local.ecs, never run
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CROSSCHECK_RIC_PYTHON": str(ROOT / ".tools/runtime/bin/python"),
            "CROSSCHECK_FUNCTIONS": str(directory / "functions"),
            "CROSSCHECK_SERVICE_TOKEN": self.service_token,
            "CROSSCHECK_PARENT": str(os.getpid()),
            "CROSSCHECK_CLOCK": str(directory / "clock"),
            **environment,
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if (code := self._process.poll()) is not None:
                raise EmulatorError(f"the emulator ended with code {code}; the end of {self.log}:\n{self._tail()}")
            if self._answers():
                return
            time.sleep(0.05)
        raise EmulatorError(
            f"the emulator was not ready after {READY_WITHIN:g} s; the end of {self.log}:\n{self._tail()}"
        )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=5):  # noqa: S310 - our own loopback URL
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_TAIL:])
