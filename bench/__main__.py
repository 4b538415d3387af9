"""Everything that is measured, one table after the other: ``make bench``.

Releases are recorded anew, unless ``--again`` says that ``build/bench/recording.json`` will do.
"""

import json
import sys

from bench import calls, fan_out, functions, memory, package_size, recording
from bench.timing import machine, table


def main() -> None:
    """Print the tables."""
    if "--again" not in sys.argv:
        recording.main()
    print(machine())
    recorded = json.loads(recording.RECORDING.read_text())
    for title, header, rows in (
        ("Functions: `python -m bench.functions`", functions.HEADER, functions.rows()),
        ("Fan-out: `python -m bench.fan_out`", fan_out.HEADER, fan_out.rows()),
        (
            "Calls of a release: `python -m bench.calls`",
            calls.HEADER,
            calls.rows(recorded),
        ),
        ("Memory, a model: `python -m bench.memory`", memory.HEADER, memory.rows()),
        ("Packages: `python -m bench.package_size`", package_size.HEADER, package_size.rows()),
    ):
        print(f"\n## {title}\n\n{table(header, rows)}", flush=True)


if __name__ == "__main__":
    main()
