"""Looking at many regions, and provisioning them, with 100 ms for every call.

    python -m bench.fan_out [images] [gate] [stores]

The bound is the critical path of the function's own dependency graph: the calls that one region makes one after the
other, each 100 ms. It is read off the runs with one region, where nothing else makes a call wait. The loopback AWS
speaks TLS. ``cold`` is the first invocation of a process, in which every client and connection is new; ``warm`` is a
later one. This is wall time, so only a quiet machine tells the truth.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Protocol

from bench.functions import prepared
from bench.image_look.recorded import recorded_image
from bench.load_stores import SIZES, regions
from bench.replay import Function, Service, in_region
from bench.timing import interleaved, machine, table

DELAY = 0.1
ROUNDS, INVOCATIONS = 3, 4
GATES = (1, 4, 16)  # as bench.recording releases them


class FanOut(Protocol):
    """A function that looks at regions, or provisions them, and the AWS that answers it."""

    @property
    def service(self) -> Service:
        """That AWS."""

    def ours(self) -> Function:
        """A new process of it."""

    def event(self) -> str:
        """What it is invoked with."""


@dataclass(frozen=True)
class Run:
    """Wall seconds of a process's first invocation and of its warm ones, and the longest chain of calls in any."""

    cold: float
    warm: float
    chain: int


def longest_chain(calls: Iterable[tuple[float, float]]) -> int:
    """The most calls of which each began after the one before had ended."""
    chain, until = 0, 0.0
    for came, answered in sorted(calls, key=lambda call: call[1]):
        if came >= until:
            chain, until = chain + 1, answered
    return chain


def run(measured: FanOut) -> Run:
    """Invoke a new process a few times; the second invocation still fills caches."""
    measured.service.delay = DELAY
    seconds, chains = [], []
    with measured.ours() as function:
        for _ in range(INVOCATIONS):
            measured.service.rewind()
            began = function.ready()
            function.invoke(measured.event())
            seconds.append(function.now() - began)
            chains.append(longest_chain(measured.service.times))
    return Run(seconds[0], median(seconds[2:]), min(chains))


def figures(what: str, measured: Mapping[int, FanOut]) -> Iterator[list[object]]:
    """A row for each number of regions, one of which is 1."""
    runs: dict[int, list[Run]] = {size: [] for size in measured}

    def timed(size: int) -> Callable[[], float]:
        def once() -> float:
            runs[size].append(run(measured[size]))
            return runs[size][-1].warm

        return once

    warm = interleaved(ROUNDS, {str(size): timed(size) for size in measured})
    bound = min(each.chain for each in runs[1]) * DELAY
    for size, found in runs.items():
        cold, seconds = median(each.cold for each in found), warm[str(size)]
        to_bound, to_one = seconds / bound, seconds / warm["1"]
        yield [what, size, f"{bound:.1f}", f"{seconds:.2f}", f"{to_bound:.2f}", f"{to_one:.2f}", f"{cold:.2f}"]


@contextmanager
def images() -> Iterator[Mapping[int, FanOut]]:
    """A look at an image, with nothing before it and nothing after."""
    with recorded_image(regions(max(SIZES))) as found:
        yield {size: found.of(size) for size in SIZES}


@contextmanager
def gates() -> Iterator[Mapping[int, FanOut]]:
    """A gate's last look, from the job to its answer."""
    with ExitStack() as stack:
        found: dict[int, FanOut] = {}
        for size in GATES:
            [found[size]] = stack.enter_context(prepared(["gate_stage"], [f"{size} regions"]))
        yield found


@contextmanager
def stores() -> Iterator[Mapping[int, FanOut]]:
    """A Create of stores. What no region was recorded for is answered as another region was."""
    with prepared(["provision_regions"], ["deployment"]) as [recorded]:
        event = json.loads(recorded.recorded["event"])
        known = ["us-east-1", *event["ResourceProperties"]["Regions"]]
        wanted = [*known, *(region for region in regions(max(SIZES)) if region not in known)]
        recorded.service.spare.append(_noted(recorded.recorded["answers"]))
        for region in wanted[len(known) :]:
            recorded.service.answers += in_region(recorded.recorded["answers"], known[1], region)
        yield {size: replace(recorded, recorded=_asking(recorded.recorded, wanted[1:size])) for size in SIZES}


def _noted(answers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The note which request is current, once it is written: the recorded request was done before it looked again."""
    read, written, *_ = (each for each in answers if "/CurrentRequest" in each["body"])
    note = json.loads(written["body"])
    content = {"Parameters": [{"Name": note["Name"], "Type": "String", "Value": note["Value"], "Version": 1}]}
    return {**read, "content": base64.b64encode(json.dumps(content).encode()).decode()}


def _asking(recorded: Mapping[str, Any], others: Sequence[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(recorded["event"])
    document["ResourceProperties"]["Regions"] = list(others)
    return {**recorded, "event": json.dumps(document)}


MEASURED = {
    "images": ("an image is looked for", images),
    "gate": ("the gate looks and tells", gates),
    "stores": ("stores are provisioned", stores),
}


def rows(names: Iterable[str] = ()) -> Iterator[list[object]]:
    """A row for each number of regions of each of these."""
    for name in names or MEASURED:
        what, subjects = MEASURED[name]
        with subjects() as measured:
            yield from figures(what, measured)


HEADER = ("what", "regions", "bound, s", "warm, s", "to the bound", "to one region", "cold, s")


def main() -> None:
    """Print the table."""
    print(machine())
    print(table(HEADER, rows(sys.argv[1:])))


if __name__ == "__main__":
    main()
