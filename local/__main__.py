"""``python -m local up`` and ``python -m local demo``: what ``make local`` and ``make demo`` call."""

from __future__ import annotations

import sys

from local import demo, up
from local.shutdown import ends_on_signals

COMMANDS = {"up": up.run, "demo": demo.run}


def main(arguments: list[str]) -> int:
    """Run a command; the exit code."""
    match arguments:
        case [name] if name in COMMANDS:
            with ends_on_signals() as interrupted:
                return COMMANDS[name](interrupted)
        case _:
            sys.stderr.write(f"usage: python -m local {'|'.join(COMMANDS)}\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
