"""What runs in a function's process before the Lambda runtime client takes over.

Started as a script by the runtime's own Python: ``function_process.py <emulator's pid> <handler>``.
"""

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1


def _end_with(emulator: int) -> None:
    """Be killed when the emulator ends. Elsewhere than on Linux the runtime client ends at its next poll."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != emulator:
        sys.exit("the emulator is gone")


def main() -> None:
    """Run the handler that the arguments name."""
    _end_with(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the emulator ends its functions
    # As on Lambda: the code first, then the layers (PYTHONPATH), then the runtime's own packages.
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    if observer := os.environ.get("CROSSCHECK_OBSERVER"):  # a measurement's script
        runpy.run_path(observer)
    sys.argv[:] = ["awslambdaric", sys.argv[2]]
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
