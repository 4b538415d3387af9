"""The calls of a release, counted while it went through the deployed stack: ``python -m bench.calls``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.costs import counted
from bench.recording import RECORDING
from bench.timing import table

HEADER = ("regions", "invocations", "AWS calls", "Slack calls", "states outside the Map", "by function")


def rows(recording: Mapping[str, Any]) -> Iterator[list[object]]:
    """A row for each number of regions."""
    for size, release in counted(recording).items():
        calls = {name: number for name, number in sorted(release["calls"].items()) if number}
        told = ", ".join(f"{name} {number}" for name, number in calls.items())
        invocations = sum(release["invocations"].values())
        yield [size, invocations, sum(calls.values()), release["slack"], release["transitions"], told]


def main() -> None:
    """Print the table."""
    print(table(HEADER, rows(json.loads(RECORDING.read_text()))))


if __name__ == "__main__":
    main()
