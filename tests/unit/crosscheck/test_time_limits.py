from __future__ import annotations

import threading

import pytest

from crosscheck.time_limits import OutOfTimeError, all_within, within
from gate_stage.bootstrap import IMPATIENT
from gate_stage.job_runner import ANSWER_SECONDS, RECORD_SECONDS
from gate_stage.look import REGION_SECONDS

FUNCTION_SECONDS = 60


def test_f13_what_hangs_is_left_behind_and_the_rest_is_kept() -> None:
    released = threading.Event()
    try:
        assert all_within(1.0, {"hangs": released.wait, "answers": lambda: True}) == {"answers": True}
    finally:
        released.set()


def test_f13_no_time_left_is_out_of_time() -> None:
    released = threading.Event()
    try:
        with pytest.raises(OutOfTimeError):
            within(-5.0, released.wait)
    finally:
        released.set()


def test_what_the_work_raises_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        within(60.0, lambda: 1 // 0)


def test_nothing_to_do_is_done() -> None:
    assert all_within(1.0, {}) == {}


def test_f20_a_black_hole_costs_less_than_a_regions_time_and_that_less_than_the_functions() -> None:
    settings = IMPATIENT.__dict__
    attempts = settings["retries"]["total_max_attempts"]
    assert attempts * (settings["connect_timeout"] + settings["read_timeout"]) < REGION_SECONDS
    assert REGION_SECONDS + RECORD_SECONDS + ANSWER_SECONDS < FUNCTION_SECONDS
