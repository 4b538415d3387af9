"""``python -m local up`` and ``python -m local demo``: what ``make local`` and ``make demo`` call."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from local import demo, up
from local.account import AccountInUseError
from local.emulator import EmulatorError
from local.shutdown import ends_on_signals
from local.stack import DeployError

if TYPE_CHECKING:
    import threading

COMMANDS = {"up": up.run, "demo": demo.run}


def main(arguments: list[str]) -> int:
    """Run a command; the exit code."""
    match arguments:
        case [name] if name in COMMANDS:
            with ends_on_signals() as interrupted:
                return _run(name, interrupted)
        case _:
            sys.stderr.write(f"usage: python -m local {'|'.join(COMMANDS)}\n")
            return 2


def _run(name: str, interrupted: threading.Event) -> int:
    """Run a command; what went wrong in a way that we know is said in words, without a traceback."""
    try:
        return COMMANDS[name](interrupted)
    except (AccountInUseError, DeployError, EmulatorError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
