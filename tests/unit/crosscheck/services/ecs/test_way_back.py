"""What comes between a rollback and its proof: somebody's next deployment, or a way back that fails by itself."""

from __future__ import annotations

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.registry.checks import run_check
from tests.unit.crosscheck.services.ecs.ecs_world import World


def begun(world: World) -> tuple[str, PlannedCheck]:
    """The deployment that is the way back, and its proof."""
    _, proof = world.begin(world.propose())
    return world.ecs.deployments[0]["serviceDeploymentArn"], proof


def looked(world: World, proof: PlannedCheck) -> Finding:
    return run_check(proof, world.aws)


@pytest.mark.parametrize(
    ("before", "way"),
    [
        ("SUCCESSFUL", "SUCCESSFUL"),
        ("SUCCESSFUL", "STOPPED"),
        ("IN_PROGRESS", "ROLLBACK_SUCCESSFUL"),
        ("IN_PROGRESS", "STOPPED"),
    ],
)
@pytest.mark.parametrize("later", ["SUCCESSFUL", "IN_PROGRESS"])
def test_a_way_back_gives_way_to_what_is_deployed_after_it(before: str, way: str, later: str) -> None:
    """ECS stops a deployment that is in progress as soon as another one begins."""
    world = World(before)
    back, proof = begun(world)
    world.ecs.become(back, way)
    world.ecs.deploy(world.eight, later)
    found = looked(world, proof)
    assert (found.verdict, found.moved_on) == (Verdict.INCONCLUSIVE, True)
    assert found.reason == "my-service: my-service:8 was deployed since"


@pytest.mark.parametrize(("before", "way"), [("SUCCESSFUL", "ROLLBACK_SUCCESSFUL"), ("IN_PROGRESS", "ROLLBACK_FAILED")])
@pytest.mark.parametrize("runs", [7, 8])
def test_a_way_back_that_failed_by_itself_has_failed_whatever_came_later(before: str, way: str, runs: int) -> None:
    world = World(before)
    back, proof = begun(world)
    world.ecs.become(back, way)
    world.ecs.shown["taskDefinition"] = world.seven
    world.ecs.shown["deployments"][0]["rolloutState"] = "COMPLETED"
    if runs == 8:
        world.ecs.deploy(world.eight)
    found = looked(world, proof)
    assert (found.verdict, found.moved_on) == (Verdict.FAIL, False)
    assert found.reason == f"my-service: the service runs my-service:{runs}, not my-service:6"


def test_what_the_rollback_itself_replaced_is_no_later_deployment() -> None:
    world = World()
    world.ecs.deploy(world.eight)  # in the moment of the rollback
    world.ecs.deploy(world.six, "IN_PROGRESS")
    world.ecs.shown["taskDefinition"] = world.eight
    found = looked(world, world.proof)
    assert (found.verdict, found.moved_on) == (Verdict.PENDING, False)


def test_what_was_deployed_before_a_way_back_that_ecs_does_not_list_yet_is_no_later_deployment() -> None:
    world = World()
    world.ecs.deploy(world.eight)
    found = looked(world, world.proof)
    assert (found.verdict, found.moved_on) == (Verdict.FAIL, False)


def test_a_deployment_of_which_ecs_tells_no_task_definition_is_a_later_one_all_the_same() -> None:
    world = World()
    back, proof = begun(world)
    world.ecs.become(back, "STOPPED")
    world.ecs.deploy(world.eight)
    del world.ecs.revisions[world.ecs.deployments[0]["target"]]
    assert looked(world, proof).reason == "my-service: something else was deployed since"
