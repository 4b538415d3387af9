from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from crosscheck.ledger.states import State
from reconcile.reported import ReportedAction, reported_action, state_of, with_attempts


def run(name: str, state: State, started: float, updated: float = 0.0, stage: str = "Deploy") -> ReportedAction:
    return ReportedAction(stage, name, f"{name}-{started:.0f}", state, started, updated or started)


def attempts(*runs: ReportedAction, known: Mapping[str, int] | None = None) -> list[tuple[str, int]]:
    return [(action.id, attempt) for action, attempt in with_attempts(runs, known or {})]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("InProgress", State.STARTED),
        ("Succeeded", State.SUCCEEDED),
        ("Failed", State.FAILED),
        ("Cancelled", State.CANCELED),
        ("Superseded", State.SUPERSEDED),
        ("Stopping", State.STOPPING),
        ("Stopped", State.STOPPED),
        ("Abandoned", State.ABANDONED),
        ("Skipped", State.SKIPPED),
        ("Pondering", State.UNKNOWN),
    ],
)
def test_every_word_of_the_api_has_its_state(status: str, state: State) -> None:
    assert state_of(status) is state


def test_actions_of_a_release_without_a_failure_are_its_first_attempt() -> None:
    assert attempts(
        run("Source", State.SUCCEEDED, 0, 2, "Source"),
        run("One", State.SUCCEEDED, 3, 9),
        run("Two", State.STARTED, 3),
    ) == [("Source-0", 1), ("One-3", 1), ("Two-3", 1)]


def test_what_runs_again_is_a_retry_and_every_later_stage_is_of_it() -> None:
    assert attempts(
        run("One", State.FAILED, 3, 9),
        run("Two", State.SUCCEEDED, 3, 12),
        run("One", State.SUCCEEDED, 20, 25),
        run("Gate", State.SUCCEEDED, 26, 27, "Prove"),
    ) == [("One-3", 1), ("Two-3", 1), ("One-20", 2), ("Gate-26", 2)]


def test_an_action_behind_the_one_that_failed_is_counted_too() -> None:
    """Attempt 1 fails at One, attempt 2 at Two, which had never begun: attempt 3 is Two's second run."""
    assert attempts(
        run("One", State.FAILED, 3, 9),
        run("One", State.SUCCEEDED, 20, 25),
        run("Two", State.FAILED, 25, 30),
        run("Two", State.SUCCEEDED, 40, 45),
    ) == [("One-3", 1), ("One-20", 2), ("Two-25", 2), ("Two-40", 3)]


def test_a_stage_that_runs_again_without_a_failure_is_another_attempt() -> None:
    """It was stopped after its action, and retried with all its actions."""
    assert attempts(run("One", State.SUCCEEDED, 3, 9), run("One", State.STARTED, 20)) == [("One-3", 1), ("One-20", 2)]


def test_an_action_that_was_abandoned_is_retried() -> None:
    assert attempts(run("One", State.ABANDONED, 3, 9), run("One", State.STARTED, 20)) == [("One-3", 1), ("One-20", 2)]


def test_a_retry_that_repeats_several_actions_is_one_attempt() -> None:
    """The first of them has failed again before the second one starts."""
    assert attempts(
        run("One", State.FAILED, 3, 9),
        run("Two", State.FAILED, 3, 12),
        run("One", State.FAILED, 20, 21),
        run("Two", State.STARTED, 22),
    ) == [("One-3", 1), ("Two-3", 1), ("One-20", 2), ("Two-22", 2)]


def test_an_action_that_failed_while_a_retry_was_under_way_is_repeated_by_the_next_one() -> None:
    """A retry of failed actions lets those that are in progress go on."""
    assert attempts(
        run("One", State.FAILED, 3, 9),
        run("Two", State.FAILED, 3, 30),
        run("One", State.SUCCEEDED, 20, 25),
        run("Two", State.STARTED, 40),
    ) == [("One-3", 1), ("Two-3", 1), ("One-20", 2), ("Two-40", 3)]


def test_what_events_told_prevails() -> None:
    """A retry after a condition failed leaves no trace in the runs of actions."""
    known = {"Two-20": 2}
    runs = (run("One", State.SUCCEEDED, 3, 9), run("Two", State.SUCCEEDED, 20, 25), run("Three", State.STARTED, 26))
    assert attempts(*runs, known=known) == [("One-3", 1), ("Two-20", 2), ("Three-26", 2)]


def test_what_events_told_prevails_over_a_count_of_more() -> None:
    """The action that went on beside the retry may be told with the attempt that was under way when it ended."""
    known = {"Two-3": 2, "One-20": 2}
    runs = (run("One", State.FAILED, 3, 9), run("Two", State.SUCCEEDED, 3, 30), run("One", State.STARTED, 20))
    assert attempts(*runs, known=known) == [("One-3", 1), ("Two-3", 2), ("One-20", 2)]


def test_an_action_that_has_not_started_is_none() -> None:
    detail: Any = {"stageName": "Deploy", "actionName": "One", "status": "InProgress"}
    assert reported_action(detail) is None


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (run("Two", State.STARTED, 20), "Two-20"),  # it never ran before
        (run("Two", State.SUCCEEDED, 3, 30), "Two-3"),  # it went on beside it, and ended in it
    ],
)
def test_what_runs_again_after_an_event_told_of_the_retry_is_of_that_retry(first: ReportedAction, told: str) -> None:
    """The event of its start is lost. A third attempt, which nobody made, would be judged, and told to people."""
    runs = (run("One", State.FAILED, 3, 9), first, run("One", State.STARTED, 21))
    assert dict(attempts(*runs, known={told: 2}))["One-21"] == 2


def test_what_runs_again_is_of_no_attempt_before_its_own_last_one() -> None:
    """One of its neighbours went on beside the retry, the other one ended before it: both were told, and it was not."""
    one, two = run("One", State.SUCCEEDED, 0, 9), run("Two", State.FAILED, 1, 2)
    three, again = run("Three", State.SUCCEEDED, 3, 4), run("Two", State.STARTED, 7)
    assert dict(attempts(one, two, three, again, known={"One-0": 2, "Three-3": 1}))["Two-7"] == 2


def test_a_retry_that_an_event_told_began_no_later_than_what_ran_again_in_it() -> None:
    """What ended after that, and runs once more, runs by another retry."""
    first, beside = run("One", State.FAILED, 3, 9), run("Two", State.FAILED, 3, 30)
    again, once_more = run("One", State.STARTED, 21), run("Two", State.STARTED, 40)
    told = attempts(first, beside, run("Zero", State.SUCCEEDED, 3, 35), again, once_more, known={"Zero-3": 2})
    assert dict(told) == {"One-3": 1, "Two-3": 1, "Zero-3": 2, "One-21": 2, "Two-40": 3}
