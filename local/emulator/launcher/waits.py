"""Step Functions' waits and retry intervals in the account's time, which ``POST /clock`` may change at any moment."""

import time
from pathlib import Path

from ministack.services import stepfunctions

SLICE = 1.0  # real seconds after which a wait looks at the clock again


def install(clock: str) -> None:
    """Let waits follow the speed that the file ``clock`` holds."""
    file = Path(clock)

    def wait(seconds: float) -> None:
        left = seconds
        while left > 0:
            speed = float(file.read_text())
            real = min(left / speed, SLICE)
            time.sleep(real)
            left -= real * speed

    stepfunctions._scaled_sleep = wait  # noqa: SLF001 - ministack offers no public name
