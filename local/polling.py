"""Looking again and again until there is something."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_SECONDS = 0.2


def poll[T](look: Callable[[], T], seconds: float) -> T | None:
    """The first true thing that ``look`` gives; None where it gives none within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(POLL_SECONDS)
    return None
