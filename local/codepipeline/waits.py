"""Waiting in AWS's time for something to change; a new speed of the clock counts for waits that run already."""

import time
from collections.abc import Callable

from local.clock import Clock
from local.codepipeline.records import State

# A wait is looked at again after so many real seconds at most.
_SLICE = 0.25


def wait_until(state: State, clock: Clock, done: Callable[[], bool], seconds: float, real_seconds: float = 0.0) -> bool:
    """Wait, holding ``state.changed`` for each look, until it is done.

    False once ``seconds`` of AWS's time and ``real_seconds`` of real time have both passed.
    """
    passed = real = 0.0
    with state.changed:
        while not done():
            if passed >= seconds and real >= real_seconds:
                return False
            speed, begun = clock.speed, time.monotonic()
            left = max((seconds - passed) / speed, real_seconds - real)
            state.changed.wait(min(_SLICE, max(left, 0.001)))
            elapsed = time.monotonic() - begun
            passed, real = passed + elapsed * speed, real + elapsed
        return True
