"""Cold start, warm CPU and memory of every function, against a floor that makes the same calls.

    python -m bench.functions [function …]

A cold start is what a person waits for: the init phase, which has a full core, and the first invocation, which has the
share of a core that the memory buys. Both are CPU time of the process, so a busy machine spoils little. A function and
its floor run on one core, and all else on the others: none of ours has more than one, and threads that are handed from
core to core would cost up to a fifth more. AWS and Slack speak TLS on the loopback, so every connection costs a
handshake, and somebody has to load the CAs that are trusted.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from bench.recording import RECORDING
from bench.replay import Function, Service, endpoints, without_endpoints
from bench.timing import BUILT, machine, table

BUILD = Path(__file__).parents[1] / ".aws-sam/build"
FLOOR = Path(__file__).with_name("floor")
FULL_CORE = 1769  # MB: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
ROUNDS, WARM = 3, 10
PHASES = ("4 regions", "unhappy", "deployment")


@dataclass(frozen=True)
class Figures:
    """CPU milliseconds of the init phase, of the first invocation and of a warm one; peak memory in MB. ``cold`` is
    what a person waits for: the invocation has only a share of a core."""

    init: float
    first: float
    warm: float
    peak: float
    cold: float


@dataclass
class Measured:
    """A function of the recording, ready to run beside its floor."""

    name: str
    recorded: Mapping[str, Any]
    layer: Path
    service: Service
    slack: Service
    web: Service

    def ours(self, *, calls: bool = False) -> Function:
        """The function itself."""
        own = without_endpoints(self.recorded["environment"])
        host = self.web.url.removeprefix("http://")
        hosts = {"CROSSCHECK_RESPONSE_HOST": host}
        if own["CROSSCHECK_HOOKS_HOST"] in self.recorded["event"]:  # a click, which Slack signed, has its own within
            hosts["CROSSCHECK_HOOKS_HOST"] = host
        replaced = {"SLACK_API_URL": f"{self.slack.url}/api/", "SSL_CERT_FILE": str(trusted_roots()), **hosts}
        environment = {**own, **endpoints(self.service), **replaced}
        logical_id = "".join(word.title() for word in self.name.split("_"))
        code = BUILD / logical_id
        return Function(
            self.recorded["environment"]["_HANDLER"], code, self.layer, environment, self.recorded["arn"], calls
        )

    def floor(self, calls: Path) -> Function:
        """The same calls and nothing else."""
        own = without_endpoints(self.recorded["environment"])
        replaced = {"FLOOR": str(calls), "SSL_CERT_FILE": str(trusted_roots())}
        environment = {**own, **endpoints(self.service), **replaced}
        return Function("handler.handler", FLOOR, self.layer, environment, self.recorded["arn"])

    @property
    def memory(self) -> int:
        """The function's memory in MB."""
        return int(self.recorded["environment"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])

    def event(self) -> str:
        """The recorded event; what it wants answered goes to the loopback, and a click is one of now, signed anew."""
        event = json.loads(self.recorded["event"])
        if self.name == "apply_decision":
            [record] = event["Records"]
            record["body"] = json.dumps({**json.loads(record["body"]), "at": time.time()})
        if "ResponseURL" in event:
            event["ResponseURL"] = f"{self.web.url}/answer"
        if "x-slack-signature" in event.get("headers", {}):
            body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
            stamp = str(int(time.time()))
            signature = hmac.new(self._signing_secret(), b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256)
            event["headers"] |= {
                "x-slack-request-timestamp": stamp,
                "x-slack-signature": f"v0={signature.hexdigest()}",
            }
        own = self.recorded["environment"]["CROSSCHECK_HOOKS_HOST"]
        return json.dumps(event).replace(own, self.web.url.removeprefix("http://"))

    def _signing_secret(self) -> bytes:
        """That of the recorded account, whose Slack is gone."""
        answers = [base64.b64decode(each["content"]) for each in self.recorded["answers"]]
        [secret] = [json.loads(each)["SecretString"] for each in answers if b"SecretString" in each]
        return str(json.loads(secret)["signing_secret"]).encode()

    def run(self, *functions: Function, invocations: int, core: int) -> list[list[dict[str, Any]]]:
        """Start each alone on that core, then invoke them in turn so often; what the observer told of each."""
        with ExitStack() as running:
            for function in functions:
                function.core = core
                running.enter_context(function).ready()
            for number in range(invocations):
                for function in functions if number % 2 else reversed(functions):
                    self.service.rewind()
                    function.invoke(self.event())
            return [function.lines for function in functions]


def figures(lines: Iterable[Mapping[str, Any]], memory: int) -> Figures:
    """What the waits of a process say, of a function with so many MB."""
    waits = [line for line in lines if line["kind"] == "wait"]
    spent = [1000 * (after["cpu"] - before["cpu"]) for before, after in pairwise(waits)]
    warm = median(spent[2:]) if len(spent) > 2 else 0.0  # noqa: PLR2004 - the first is cold, the second fills caches
    init, first = 1000 * waits[0]["cpu"], spent[0]
    return Figures(init, first, warm, waits[-1]["peak"] / 1024, init + first * FULL_CORE / memory)


def calls_of(measured: Measured, path: Path, invocations: int) -> list[int]:
    """Write what the function calls in each invocation; how many calls each are."""
    found: list[list[dict[str, Any]]] = []
    with measured.ours(calls=True) as function:
        for _ in range(invocations):
            measured.service.rewind()
            for other in (measured.slack, measured.web):
                other.others.clear()
            before = len(function.lines)
            function.invoke(measured.event())
            calls = [line for line in function.lines[before:] if line["kind"] == "call"]
            others = [
                {"method": method, "url": f"{other.url}{url}", "body": body}
                for other in (measured.slack, measured.web)
                for method, url, body in other.others
            ]
            found.append([*calls, *others])
    path.write_text(json.dumps(found))
    return [len(each) for each in found]


def typical(invocations: list[dict[str, Any]], phases: Iterable[str]) -> dict[str, Any]:
    """The invocation of the first of these phases that has one: the one that called most."""
    for phase in phases:
        found = [each for each in invocations if each["phase"] == phase]
        if found:
            return max(found, key=lambda each: len(each["answers"]))
    raise LookupError(f"no invocation in {list(phases)}: record again with `python -m bench.recording`")


@cache
def trusted_certificate() -> Path:
    """A file with the loopback's certificate and its key."""
    path = BUILT / "loopback.pem"
    path.parent.mkdir(parents=True, exist_ok=True)
    make_certificate(path)
    return path


@cache
def trusted_roots() -> Path:
    """The CAs of the system and the loopback's certificate, for what is no AWS."""
    path = BUILT / "roots.pem"
    system = Path(ssl.get_default_verify_paths().cafile or BUILD / "KernelLayer/python/botocore/cacert.pem")
    path.write_text(f"{system.read_text()}\n{_without_key(trusted_certificate())}")
    return path


def _without_key(certificate: Path) -> str:
    own, end, _ = certificate.read_text().partition("-----END CERTIFICATE-----\n")
    return own + end


@cache
def trusting_layer() -> Path:
    """The layer as it is built now, which trusts the loopback's certificate as well."""
    layer = BUILT / "layer"
    shutil.rmtree(layer, ignore_errors=True)
    shutil.copytree(BUILD / "KernelLayer/python", layer)
    for bundle in ("botocore/cacert.pem", "crosscheck/amazon_roots.pem"):
        if (layer / bundle).exists():
            with (layer / bundle).open("a") as file:
                file.write(_without_key(trusted_certificate()))
    return layer


@contextmanager
def prepared(names: Iterable[str] = (), phases: Iterable[str] = PHASES) -> Iterator[list[Measured]]:
    """The functions of the recording."""
    recorded_invocations = json.loads(RECORDING.read_text())["invocations"]
    services: list[Service] = []
    found = []
    for name in sorted(set(names) or {each["function"] for each in recorded_invocations}):
        own = [each for each in recorded_invocations if each["function"] == name]
        recorded = typical(own, phases)
        spare = [answer for each in own if each is not recorded for answer in each["answers"]]
        certificate = trusted_certificate()
        own_services = (
            Service(recorded["answers"], spare, certificate),
            Service([], certificate=certificate),
            Service([]),
        )
        services += own_services
        found.append(Measured(name, recorded, trusting_layer(), *own_services))
    try:
        yield found
    finally:
        for service in services:
            service.close()


def make_certificate(path: Path) -> None:
    """Write a self-signed certificate for loopback, and then its key."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=loopback"]
    command += [
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-keyout",
        str(path) + ".key",
        "-out",
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(str(path) + ".key").read_text())


@contextmanager
def core_to_measure_on() -> Iterator[int]:
    """A core that this process leaves alone meanwhile, if it has another one."""
    cores = os.sched_getaffinity(0)
    core = max(cores)
    os.sched_setaffinity(0, cores - {core} or cores)
    try:
        yield core
    finally:
        os.sched_setaffinity(0, cores)


def compare(
    measured: Measured, core: int, rounds: int = ROUNDS, warm: int = WARM
) -> tuple[Figures, Figures, list[int]]:
    """The function and its floor, invoked in turn in every round; the medians of both, and how many calls each
    invocation makes."""
    path = BUILT / f"{measured.name}.calls.json"
    counted = calls_of(measured, path, warm)
    runs: list[tuple[Figures, Figures]] = []
    for number in range(rounds):
        both = [measured.ours(), measured.floor(path)]
        told = measured.run(*(both if number % 2 else reversed(both)), invocations=warm, core=core)
        ours, floor = (figures(lines, measured.memory) for lines in (told if number % 2 else reversed(told)))
        runs.append((ours, floor))
    return _median([ours for ours, _ in runs]), _median([floor for _, floor in runs]), counted


def _median(runs: list[Figures]) -> Figures:
    return Figures(*(median(getattr(run, name) for run in runs) for name in ("init", "first", "warm", "peak", "cold")))


def rows(names: Iterable[str] = (), rounds: int = ROUNDS) -> Iterator[list[object]]:
    """A row for each function."""
    with core_to_measure_on() as core, prepared(names) as functions:
        for measured in functions:
            ours, floor, counted = compare(measured, core, rounds)
            yield [
                f"`{measured.name}`",
                f"{ours.init:.0f} + {ours.first:.0f}",
                f"{floor.init:.0f} + {floor.first:.0f}",
                f"{ours.cold / floor.cold:.2f}",
                f"{ours.warm:.1f} / {floor.warm:.1f}",
                f"{ours.warm / floor.warm:.2f}",
                f"{ours.peak:.0f}",
                f"{counted[0]} / {counted[-1]}",
            ]


HEADER = (
    "function",
    "cold: init + first, CPU ms",
    "floor",
    "cold, ratio",
    "warm / floor, CPU ms",
    "warm, ratio",
    "peak MB",
    "calls cold / warm",
)


def main() -> None:
    """Print the table."""
    print(machine())
    print(table(HEADER, rows(sys.argv[1:])))


if __name__ == "__main__":
    main()
