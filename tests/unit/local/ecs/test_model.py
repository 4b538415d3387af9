from dataclasses import replace
from math import inf

import pytest

from local.ecs.model import ROLLOUT, STOP_ROLLBACK, History, Phase, phase, settled, source, stopped
from local.outcomes import Outcome
from tests.unit.local.ecs.histories import START, deployment, steady

END = START + ROLLOUT


@pytest.mark.parametrize(
    ("outcome", "before", "after"),
    [
        (Outcome.HEALTHY, Phase.IN_PROGRESS, Phase.COMPLETED),
        (Outcome.UNHEALTHY, Phase.IN_PROGRESS, Phase.COMPLETED),
        (Outcome.ROLLED_BACK, Phase.IN_PROGRESS, Phase.FAILED),
        (Outcome.FAIL, Phase.IN_PROGRESS, Phase.FAILED),
        (Outcome.HANG, Phase.IN_PROGRESS, Phase.IN_PROGRESS),
    ],
)
def test_a_deployment_ends_as_its_outcome_says(outcome: Outcome, before: Phase, after: Phase) -> None:
    history = steady().and_then(deployment(2, outcome))

    assert phase(history, 1, END - 1) is before
    assert phase(history, 1, END) is after
    assert phase(history, 0, END) is Phase.COMPLETED


def test_a_deployment_that_is_displaced_before_its_end_is_stopped() -> None:
    history = steady().and_then(deployment(2)).and_then(deployment(3, at=START + 10))

    assert phase(history, 1, END) is Phase.STOPPED
    assert source(history, 2) == history.deployments[0]


def test_the_circuit_breaker_goes_back_to_the_last_completed_deployment() -> None:
    history = steady().and_then(deployment(2, Outcome.ROLLED_BACK))

    assert settled(history, END - 1) == history
    after = settled(history, END)
    assert after.current.revision == history.deployments[0].revision
    assert after.current.rollback is not None
    assert (after.current.rollback.failed, after.current.rollback.to) == ("ecs-svc/2", "ecs-svc/1")
    assert phase(after, 1, END) is Phase.FAILED
    assert phase(after, 2, END) is Phase.COMPLETED


def test_looking_late_or_often_shows_the_same_rollback() -> None:
    history = steady().and_then(deployment(2, Outcome.ROLLED_BACK))

    late = settled(history, END + 900)
    assert late == settled(settled(history, END), END + 900)


def test_a_first_deployment_has_nothing_to_go_back_to() -> None:
    history = History(2, (deployment(1, Outcome.ROLLED_BACK),))

    assert settled(history, END) == history
    assert phase(history, 0, END) is Phase.FAILED


def test_stopping_with_rollback_takes_a_while() -> None:
    history = stopped(steady().and_then(deployment(2, Outcome.HANG)), START + 5, rollback=True)

    assert phase(history, 1, START + 5) is Phase.STOPPED
    assert phase(history, 2, START + 5) is Phase.IN_PROGRESS
    assert phase(history, 2, START + 5 + STOP_ROLLBACK) is Phase.COMPLETED
    assert history.current.revision == history.deployments[0].revision


def test_aborting_goes_back_to_nothing() -> None:
    history = stopped(steady().and_then(deployment(2, Outcome.HANG)), START + 5, rollback=False)

    assert len(history.deployments) == 2
    assert phase(history, 1, START + 5) is Phase.STOPPED


@pytest.mark.parametrize(("breaker", "ends"), [(Outcome.HANG, inf), (Outcome.FAIL, END), (Outcome.ROLLED_BACK, END)])
def test_without_its_images_a_deployment_ends_as_the_circuit_breaker_says(breaker: Outcome, ends: float) -> None:
    waiting = deployment(2, Outcome.HEALTHY, pulled=False, unpullable=breaker)

    assert waiting.ending is breaker
    assert waiting.ends == ends


def test_an_image_that_arrives_late_begins_the_rollout_then() -> None:
    arrived = replace(deployment(2, pulled=False), pulled=START + 100)

    assert (arrived.begins, arrived.ends) == (START + 100, START + 100 + ROLLOUT)
