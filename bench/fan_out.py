"""Looking at many regions, and provisioning them, with 100 ms for every call.

    python -m bench.fan_out

The bound is the critical path of the function's own dependency graph: the calls that one region makes one after the
other, each 100 ms. It is read off the quickest run with one region, where nothing else makes a call wait. The loopback
AWS speaks TLS. ``cold`` is the first invocation of a process, in which every client and connection is new; ``warm``
is a later one. This is wall time, so only a quiet machine tells the truth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bench.functions import Measured, prepared
from bench.timing import interleaved, machine, table

DELAY = 0.1
ROUNDS = 3
COLD, WARM = "cold", "warm"


def longest_chain(calls: Iterable[tuple[float, float]]) -> int:
    """The most calls of which each began after the one before had ended."""
    chain, until = 0, 0.0
    for came, answered in sorted(calls, key=lambda call: call[1]):
        if came >= until:
            chain, until = chain + 1, answered
    return chain


def look(measured: Measured, invocations: int) -> list[tuple[float, int]]:
    """Wall seconds and the longest chain of calls of each invocation of a new process."""
    measured.service.delay = DELAY
    found = []
    with measured.ours() as function:
        for _ in range(invocations):
            measured.service.rewind()
            began = function.ready()
            function.invoke(measured.event())
            found.append((function.now() - began, longest_chain(measured.service.times)))
    return found


def figures(measured: Mapping[str, Measured]) -> dict[str, float]:
    """Medians of seconds by what is measured, cold and warm, and the bound."""
    bound = [10**9]

    def run(name: str, kind: str) -> Callable[[], float]:
        def timed() -> float:
            seconds, chain = look(measured[name], 3)[2 if kind == WARM else 0]
            if name == "one":
                bound[0] = min(bound[0], chain)
            return seconds

        return timed

    kinds = [(name, kind) for name in measured for kind in (COLD, WARM)]
    found = interleaved(ROUNDS, {f"{name} {kind}": run(name, kind) for name, kind in kinds})
    return found | {"bound": bound[0] * DELAY}


def rows() -> Iterator[list[object]]:
    """A row for the gate's look, one for the stores."""
    with prepared(["gate_stage"], ["1 regions"]) as one, prepared(["gate_stage"], ["16 regions"]) as many:
        yield _row("the gate looks at 16 regions", figures({"one": one[0], "many": many[0]}))
    with prepared(["provision_regions"], ["deployment"]) as many:
        [stores] = many
        single = replace(stores, recorded={**stores.recorded, "event": _one_region(stores.recorded["event"])})
        yield _row("stores in 16 regions are provisioned", figures({"one": single, "many": stores}))


def _one_region(event: str) -> str:
    document: dict[str, Any] = json.loads(event)
    document["ResourceProperties"]["Regions"] = []
    return json.dumps(document)


def _row(what: str, found: Mapping[str, float]) -> list[object]:
    return [
        what,
        f"{found['bound']:.1f}",
        f"{found['many warm']:.2f}",
        f"{found['many warm'] / found['bound']:.2f}",
        f"{found['many cold']:.2f}",
        f"{found['many warm'] / found['one warm']:.2f}",
    ]


HEADER = ("what", "bound, s", "16 warm, s", "to the bound", "16 cold, s", "16 to one")


def main() -> None:
    """Print the table."""
    print(machine())
    print(table(HEADER, rows()))


if __name__ == "__main__":
    main()
