"""A loopback AWS that answers at once with what was recorded, and a function's process under the real runtime client.

``Service`` is the AWS (and Slack, and whoever else is called), ``Function`` is one execution environment. Both serve a
single function at a time.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import re
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from local.slack.methods import TEAM_ID

ROOT = Path(__file__).parents[1]
FUNCTION_PROCESS = ROOT / "local/emulator/launcher/function_process.py"
RUNTIME = ROOT / ".tools/runtime/bin/python"
OBSERVER = Path(__file__).with_name("observed.py")
SLACK = {
    "ok": True,
    "team_id": TEAM_ID,
    "ts": "1700000000.000100",
    "channel": "C0RELEASES",
    "users": [],
    "user": {"id": "U0APPROVER"},
}
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
_SKIPPED = {"content-length", "transfer-encoding", "connection", "server", "date"}


def operation(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
    """What names an AWS request apart from its parameters: region, service, and the operation as its protocol says."""
    lower = {key.lower(): value for key, value in headers.items()}
    found = _SCOPE.search(lower.get("authorization", ""))
    scope = found.groups() if found else ()
    if target := lower.get("x-amz-target"):
        return (*scope, target)
    if "form-urlencoded" in lower.get("content-type", "") and scope:
        return (*scope, *parse_qs(body.decode())["Action"])
    parts = urlsplit(url)
    return (*scope, method, f"{parts.path}?{parts.query}" if scope else parts.path)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: Service

    def _serve(self) -> None:
        body = self._body()
        status, headers, content = self.service.answer(self.command, self.path, dict(self.headers), body)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _SKIPPED:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - the names that http.server looks for

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@dataclass
class Service:
    """Answers as recorded, after ``delay`` seconds: the same request the same way, else the next answer of the same
    operation; ``spare`` has more of them. ``others`` are the requests to anybody but AWS, ``times`` when each request
    came and when it was answered."""

    answers: list[Mapping[str, Any]]
    spare: list[Mapping[str, Any]] = field(default_factory=list)
    certificate: Path | None = None
    delay: float = 0.0
    others: list[tuple[str, str, str]] = field(default_factory=list)
    times: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.rewind()
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"{'https' if self.certificate else 'http'}://127.0.0.1:{self._server.server_port}"

    def rewind(self) -> None:
        """Begin the recording again."""
        self.times.clear()
        self._next: dict[tuple[str, ...], deque[Mapping[str, Any]]] = defaultdict(deque)
        for each in (*self.answers, *self.spare):
            self._next[operation_of(each)].append(each)

    def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and content."""
        came = time.monotonic()
        if self.delay:
            time.sleep(self.delay)
        self.times.append((came, time.monotonic()))
        key = operation(method, url, headers, body)
        if len(key) == 2 and key[0] in {"GET", "POST", "PUT"}:  # noqa: PLR2004 - no scope: nobody signed it for AWS
            with self._lock:
                self.others.append((method, url, body.decode("latin-1")))
            return 200, {"Content-Type": "application/json"}, json.dumps(SLACK).encode()
        with self._lock:
            recorded = self._next[key]
            if not recorded:
                return (
                    400,
                    {"x-amzn-errortype": "NotRecorded"},
                    json.dumps({"__type": "NotRecorded", "key": key}).encode(),
                )
            asked = [each for each in recorded if each["body"].encode("latin-1") == body]
            same = (asked or recorded)[0]
            recorded.remove(same)
            if len(asked) == 1 or not recorded:  # who asks more often than was recorded is answered the same again
                recorded.append(same)
        return same["status"], same["answered"], base64.b64decode(same["content"])

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


class _Runtime(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    function: Function

    def do_GET(self) -> None:
        """The next invocation, as soon as there is one."""
        self.function.waiting.set()
        event = self.function.events.get()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-8000-000000000000")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", self.function.arn)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + 900) * 1000)))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        """The answer to an invocation."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.function.answered.append((self.path.rpartition("/")[2], content.decode()))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@dataclass
class Function:
    """One execution environment: ``awslambdaric`` with the handler, in a process of its own, on one core if that is
    named."""

    handler: str
    code: Path
    layer: Path
    environment: Mapping[str, str]
    arn: str
    calls: bool = False
    core: int | None = None

    def __post_init__(self) -> None:
        self.waiting, self.events = threading.Event(), queue.Queue[bytes]()
        self.answered: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        handler = type("Handler", (_Runtime,), {"function": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._directory = Path(tempfile.mkdtemp(prefix="bench-"))
        environment = {
            **self.environment,
            "PATH": os.environ["PATH"],
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
            "LAMBDA_TASK_ROOT": str(self.code),
            "PYTHONPATH": str(self.layer),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CROSSCHECK_OBSERVER": str(OBSERVER),
            "CROSSCHECK_OBSERVE": str(self._directory),
            **({"CROSSCHECK_OBSERVE_CALLS": "true"} if self.calls else {}),
        }
        command: list[str | Path] = [RUNTIME, "-P", "-X", "utf8", FUNCTION_PROCESS, str(os.getpid()), self.handler]
        self._output = (self._directory / "output").open("w+")
        self._process = subprocess.Popen(command, env=environment, stdout=self._output, stderr=self._output)
        if self.core is not None:
            os.sched_setaffinity(self._process.pid, {self.core})
        return self

    def ready(self) -> float:
        """Wait for the end of what it does; the moment, in seconds of no particular clock."""
        self._wait()
        return self.now()

    @staticmethod
    def now() -> float:
        """This moment, by the same clock."""
        return time.monotonic()

    def invoke(self, event: str) -> str:
        """Invoke it; its answer.

        Raises:
            RuntimeError: it failed.
        """
        self._wait()
        self.waiting.clear()
        self.events.put(event.encode())
        self._wait()
        kind, answer = self.answered[-1]
        if kind != "response":
            raise RuntimeError(f"{self.handler}: {answer}\n{self.output}")
        return answer

    @property
    def output(self) -> str:
        """What it printed."""
        self._output.seek(0)
        return self._output.read()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What the observer told."""
        return [json.loads(line) for path in self._directory.glob("*.jsonl") for line in path.read_text().splitlines()]

    def _wait(self) -> None:
        while not self.waiting.wait(1):
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.handler} ended: {self.answered} {self.output}")

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._server.shutdown()
        self._server.server_close()
        self._output.close()
        shutil.rmtree(self._directory, ignore_errors=True)


def in_region(answers: Iterable[Mapping[str, Any]], region: str, other: str) -> list[Mapping[str, Any]]:
    """What one region answered, as another one answers."""

    def moved(answer: Mapping[str, Any]) -> Mapping[str, Any]:
        content = base64.b64decode(answer["content"]).replace(region.encode(), other.encode())
        text = json.dumps({**answer, "content": ""}).replace(region, other)
        return {**json.loads(text), "content": base64.b64encode(content).decode()}

    return [moved(each) for each in answers if operation_of(each)[0] == region]


def operation_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """What names a recorded request."""
    return operation(answer["method"], answer["url"], answer["headers"], answer["body"].encode("latin-1"))


def endpoints(service: Service) -> dict[str, str]:
    """The variables that lead a function's clients to the service."""
    return {
        "AWS_ENDPOINT_URL": service.url,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }


def without_endpoints(environment: Mapping[str, str], names: Iterable[str] = ()) -> dict[str, str]:
    """An environment that leads nowhere."""
    return {
        key: value
        for key, value in environment.items()
        if not key.startswith(("AWS_ENDPOINT_URL", "AWS_LAMBDA_RUNTIME_API", "CROSSCHECK_OBSERVE")) and key not in names
    }
