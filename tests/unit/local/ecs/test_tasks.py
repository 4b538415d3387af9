from itertools import pairwise

import pytest

from local.ecs.model import ROLLOUT, Phase, phase, settled
from local.ecs.tasks import counts, tasks
from local.outcomes import Outcome
from tests.unit.local.ecs.histories import START, deployment, steady

END = START + ROLLOUT


def _times(step: float = 1.0, until: float = 300.0) -> list[float]:
    return [START + step * number for number in range(int(until / step))]


def test_a_healthy_deployment_takes_over_and_the_old_tasks_go() -> None:
    history = steady().and_then(deployment(2))

    assert counts(history, 1, START).pending == 2
    assert counts(history, 1, END - 1).running == 2
    assert counts(history, 0, END - 1).running == 2
    assert (counts(history, 1, END).running, counts(history, 0, END).running) == (2, 0)
    assert counts(history, 0, END).desired == 0
    assert {task.stop.code for task in tasks(history, 0, END) if task.stop} == {"ServiceSchedulerInitiated"}


def test_an_unhealthy_revision_never_runs_once_it_is_completed() -> None:
    history = steady().and_then(deployment(2, Outcome.UNHEALTHY))

    after = [time for time in _times() if phase(history, 1, time) is Phase.COMPLETED]
    assert after
    assert {counts(history, 1, time).running for time in after} == {0}
    assert {counts(history, 1, time).pending for time in after} == {2}
    assert counts(history, 1, END - 1).running == 2


def test_the_failures_of_an_unhealthy_revision_grow_and_stay_visible() -> None:
    history = steady().and_then(deployment(2, Outcome.UNHEALTHY))

    failed = [counts(history, 1, time).failed for time in _times()]
    assert all(earlier <= later for earlier, later in pairwise(failed))
    assert failed[int(ROLLOUT)] == 2
    assert failed[-1] > 20
    stops = [task.stop for task in tasks(history, 1, END + 200) if task.stop]
    assert {(stop.code, stop.exit_code) for stop in stops} == {("EssentialContainerExited", 1)}


@pytest.mark.parametrize("outcome", [Outcome.ROLLED_BACK, Outcome.FAIL])
def test_while_a_deployment_fails_the_old_tasks_serve(outcome: Outcome) -> None:
    history = steady().and_then(deployment(2, outcome))

    for time in _times():
        now = settled(history, time)
        assert counts(now, 1, time).running == 0
        assert sum(counts(now, index, time).running for index in range(len(now.deployments))) == 2


def test_a_hanging_deployment_only_has_pending_tasks() -> None:
    history = steady().and_then(deployment(2, Outcome.HANG))

    assert counts(history, 1, START + 10_000).pending == 2
    assert counts(history, 1, START + 10_000).failed == 0
    assert counts(history, 0, START + 10_000).running == 2


def test_an_image_that_is_not_there_cannot_be_pulled() -> None:
    history = steady().and_then(deployment(2, pulled=False))

    stops = [task.stop for task in tasks(history, 1, START + 100) if task.stop]
    assert {stop.code for stop in stops} == {"TaskFailedToStart"}
    assert "CannotPullContainerError" in stops[0].reason
    assert stops[0].exit_code is None
    assert counts(history, 1, START + 100).running == 0


def test_with_no_tasks_wanted_none_run_and_none_fail() -> None:
    history = steady(desired=0).and_then(deployment(2))

    assert counts(history, 1, END) == counts(history, 0, START)
    assert tasks(history, 1, END) == ()


def test_a_task_keeps_its_id_while_it_lives() -> None:
    history = steady().and_then(deployment(2))

    assert {task.id for task in tasks(history, 1, START)} == {task.id for task in tasks(history, 1, END + 50)}
    assert not {task.id for task in tasks(history, 0, START)} & {task.id for task in tasks(history, 1, START)}
