"""Waits that run while the clock's speed changes."""

import threading

from local.clock import Clock

YEAR = 365 * 24 * 60 * 60
PATIENCE = 60.0  # seconds; only ends a test that would hang


class Follower:
    """A thread that follows a clock for a year of AWS's time."""

    def __init__(self, clock: Clock) -> None:
        self.passed: bool | None = None
        self._thread = threading.Thread(target=self._run, args=(clock,), daemon=True)
        self._thread.start()

    def ended(self) -> bool | None:
        self._thread.join(PATIENCE)
        return self.passed

    def _run(self, clock: Clock) -> None:
        self.passed = clock.follow(YEAR)


def test_a_wait_that_follows_the_clock_ends_sooner_once_time_runs_faster() -> None:
    clock = Clock(speed=1)
    follower = Follower(clock)
    clock.speed = 1e10
    assert follower.ended() is True


def test_a_wait_that_follows_the_clock_ends_when_the_account_stops() -> None:
    clock = Clock(speed=1)
    follower = Follower(clock)
    clock.stop()
    assert follower.ended() is False


def test_no_time_to_wait_is_no_wait() -> None:
    assert Clock(speed=1e-9).follow(0)
