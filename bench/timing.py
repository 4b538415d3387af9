"""The one way to time: rounds in which everything that is compared takes its turn, and the medians of them."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import median

BUILT = Path(__file__).parents[1] / "build" / "bench"


def interleaved(rounds: int, measured: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Measure each once a round, in an order that turns round; the median of each."""
    figures: dict[str, list[float]] = {name: [] for name in measured}
    for number in range(rounds):
        names = list(measured)
        for name in names if number % 2 else reversed(names):
            figures[name].append(measured[name]())
    return {name: median(values) for name, values in figures.items()}


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    lines = [[str(cell) for cell in row] for row in (header, *rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """The machine that measures, for whoever reads the figures."""
    models = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    named = f"{len(models)} x {models[0]}" if models else platform.processor() or platform.machine()
    return f"{named}, {platform.system()} {platform.release()}, Python {sys.version.split()[0]}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
