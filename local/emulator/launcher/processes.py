"""Nothing outlives the process that started it, SIGKILL included, and nothing leaves its process group."""

import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, NoReturn

from ministack.core import lambda_runtime

PARENT_CHECK = 0.25  # seconds

# Linux ends a child when the THREAD that forked it ends (PR_SET_PDEATHSIG, set in function_process). Ministack forks
# from threads that live as long as one invocation, so all functions are forked by this one.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forker")


def _fork(*arguments: Any, **options: Any) -> Any:
    return _forker.submit(subprocess.Popen, *arguments, **options).result()


def _end(*_: object) -> NoReturn:
    """There is no state to save: kill the functions, running ones too, and be gone."""
    for workers in list(lambda_runtime._workers.values()):  # noqa: SLF001 - ministack offers no public name
        for worker in list(workers):
            process = worker._proc  # noqa: SLF001 - as above
            if process is not None and process.poll() is None:
                process.kill()
    os._exit(0)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK)
    _end()


def end_with(parent: int) -> None:
    """End on SIGTERM and SIGINT, and as soon as the parent process is gone."""
    lambda_runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": _fork})
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()
