"""What the memory of a function buys, as a model of a warm invocation: ``python -m bench.memory``.

Nobody here can run a function with less or more of a core, so this is no measurement of Lambda. Measured are the CPU
time of an invocation and its longest chain of calls; what they come to is computed. The CPU time takes longer with
less memory, since a function has ``memory / 1769`` of a core; waiting for a call takes as long whatever the memory is.
Lambda asks for memory times duration, so what is paid for the CPU time is always the same, and the waiting costs more
with more memory: the smallest size that suffices is the cheapest, and what more memory buys is time.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator

from bench.costs import PRICES
from bench.fan_out import DELAY, longest_chain
from bench.functions import FULL_CORE, core_to_measure_on, figures, prepared
from bench.timing import table

SIZES = (256, 512, 1024, FULL_CORE)
SOME = 5
CALL_MILLISECONDS = 10.0  # assumed: from a function to AWS and back, in the same region
MILLION = 1_000_000


def duration(cpu: float, chain: int, memory: int) -> float:
    """Milliseconds of an invocation with so many CPU milliseconds and calls one after the other."""
    return cpu * max(1.0, FULL_CORE / memory) + chain * CALL_MILLISECONDS


def dollars(milliseconds: float, memory: int) -> float:
    """What a million such invocations cost on arm64, without the price of the requests, which is always the same."""
    price = json.loads(PRICES.read_text())["prices"]["lambda_gb_second_arm64"]
    return MILLION * milliseconds / 1000 * memory / 1024 * float(price["usd"]) / float(price["per"])


def rows(names: Iterable[str] = ()) -> Iterator[list[object]]:
    """A row for each function."""
    with core_to_measure_on() as core, prepared(names) as functions:
        for measured in functions:
            [told] = measured.run(measured.ours(), invocations=SOME, core=core)
            spent = figures(told, measured.memory)
            measured.service.delay = DELAY
            measured.run(measured.ours(), invocations=2, core=core)
            chain = longest_chain(measured.service.times)
            times = {memory: duration(spent.warm, chain, memory) for memory in SIZES}
            found = [f"{time:.0f} / {dollars(time, memory):.2f}" for memory, time in times.items()]
            yield [f"`{measured.name}`", measured.memory, f"{spent.warm:.1f}", chain, *found, f"{spent.peak:.0f}"]


HEADER = (
    "function",
    "memory, MB",
    "CPU ms",
    "calls in a row",
    *(f"{memory} MB: ms / $ a million" for memory in SIZES),
    "peak MB",
)


def main() -> None:
    """Print the table."""
    print(table(HEADER, rows(sys.argv[1:])))


if __name__ == "__main__":
    main()
