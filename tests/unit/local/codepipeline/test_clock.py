"""The clock's speed changes while something waits."""

import threading

from local.clock import Clock
from local.codepipeline.records import State
from local.codepipeline.waits import wait_until
from local.outcomes import Outcome
from tests.unit.local.codepipeline.harness import HOME, Account, wait_for
from tests.unit.local.codepipeline.wires import build, ecs, git_source, pipeline

YEAR = 365 * 24 * 60 * 60


def test_a_wait_ends_sooner_once_time_runs_faster() -> None:
    clock, over = Clock(speed=1), threading.Event()

    def wait() -> None:
        if not wait_until(State(), clock, lambda: False, YEAR):
            over.set()

    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    clock.speed = 1e10
    waiter.join()
    assert over.is_set()


def test_a_wait_that_began_fast_does_not_end_at_once_when_time_runs_slower() -> None:
    clock, state, looks = Clock(speed=1e9), State(), 0

    def done() -> bool:
        nonlocal looks
        looks += 1
        clock.speed = 0.001
        return looks > 2

    assert wait_until(state, clock, done, YEAR)


def test_real_time_must_pass_too() -> None:
    clock, looks = Clock(speed=1e12), 0

    def done() -> bool:
        nonlocal looks
        looks += 1
        return False

    assert not wait_until(State(), clock, done, 1, real_seconds=0.05)
    assert looks > 1


def test_an_action_that_waits_in_slow_time_goes_on_in_fast_time(account: Account) -> None:
    account.clock.speed = 0.001
    execution = account.create(pipeline([git_source()], [build()]))
    account.running("my-pipeline", execution, "Build")
    account.clock.speed = 10_000
    assert account.ended("my-pipeline", execution) == "Succeeded"


def test_an_action_that_hangs_survives_every_speed_and_can_be_abandoned(account: Account) -> None:
    account.aws.client("ecs", HOME).add_service("production", "my-service", {"web": "old:1"})
    account.outcomes.choose(HOME, "ECS", None, Outcome.HANG)
    execution = account.create(pipeline([git_source()], [build()], [ecs()]))
    account.running("my-pipeline", execution, "Deploy")
    for speed in (0.001, 1e9, 60):
        account.clock.speed = speed
        run = account.actions("my-pipeline", execution)["Deploy"]
        assert run["status"] == "InProgress"
    account.api().stop_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=execution, abandon=True)
    wait_for(lambda: account.ended("my-pipeline", execution) == "Stopped", "the end")
