"""What of the time counts towards a deadline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.verification.progress import Progress, begin


def test_times_are_kept_to_the_millisecond() -> None:
    progress = begin(1_000.00049)
    assert progress.since == 1_000.0
    waiting = progress.after_waiting(1_010.00051, waiting=True)
    assert waiting.waiting_since == 1_010.001
    assert waiting.after_waiting(1_020.00151, waiting=False).waited == 10.001


@pytest.mark.parametrize(("now", "counted"), [(1_040.0, 40.0), (1_100.0, 40.0), (990.0, 0.0)])
def test_the_clock_stands_still_while_a_window_is_closed(now: float, counted: float) -> None:
    assert Progress(1_000.0, waiting_since=1_040.0).counted(now) == counted


def test_what_was_waited_before_does_not_count_either() -> None:
    waited = Progress(1_000.0, waiting_since=1_040.0).after_waiting(1_100.0, waiting=False)
    assert (waited.waited, waited.waiting_since, waited.counted(1_110.0)) == (60.0, None, 50.0)
    again = replace(waited, waiting_since=1_120.0)
    assert again.counted(1_130.0) == 60.0
    assert again.after_waiting(1_130.0, waiting=False).waited == 70.0


def test_a_wait_that_ends_in_the_moment_in_which_it_began_takes_no_time() -> None:
    """Also where another clock is behind."""
    for ended in (1_040.0, 1_030.0):
        assert Progress(1_000.0, waiting_since=1_040.0).after_waiting(ended, waiting=False).waited == 0.0
