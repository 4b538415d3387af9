"""Simulated time: what takes a minute on AWS takes a second here."""

import threading
import time

DEFAULT_SPEED = 60.0
# ``follow`` looks at the speed again after so many real seconds.
_SLICE = 0.25


class Clock:
    """Turns AWS's waiting times into short ones. Timestamps stay real: only waiting is compressed."""

    def __init__(self, speed: float = DEFAULT_SPEED) -> None:
        self._speed = speed
        self._stopped = threading.Event()

    @property
    def speed(self) -> float:
        """How many seconds of AWS's time pass in a second here."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self._speed = speed

    def real(self, seconds: float) -> float:
        """The real seconds that stand for so many of AWS's."""
        return seconds / self._speed

    def sleep(self, seconds: float) -> bool:
        """Wait for so many of AWS's seconds; False as soon as the account stops."""
        return not self._stopped.wait(self.real(seconds))

    def follow(self, seconds: float) -> bool:
        """As ``sleep``, but a new speed counts for a wait that runs already."""
        left = seconds
        while left > 0:
            speed, begun = self._speed, time.monotonic()
            if self._stopped.wait(min(left / speed, _SLICE)):
                return False
            left -= (time.monotonic() - begun) * speed
        return not self.stopped

    def now(self) -> float:
        """The real time, in epoch seconds."""
        return time.time()

    @property
    def stopped(self) -> bool:
        """Whether the account is shutting down."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Wake every sleeper: the account is shutting down."""
        self._stopped.set()
