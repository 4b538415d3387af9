"""How long a way back shifts traffic, by the service's strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crosscheck.services.ecs.situation import shifting_seconds
from crosscheck.services.ecs.state import ServiceState
from tests.unit.crosscheck.services.ecs.ecs_world import World

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentConfigurationOutputTypeDef

LINEAR: DeploymentConfigurationOutputTypeDef = {
    "strategy": "LINEAR",
    "bakeTimeInMinutes": 5,
    "linearConfiguration": {"stepPercent": 30.0, "stepBakeTimeInMinutes": 10},
}


@pytest.mark.parametrize(
    ("configuration", "minutes"),
    [
        ({}, 0),
        ({"strategy": "ROLLING", "bakeTimeInMinutes": 5}, 0),
        ({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1440}, 1440),
        ({"strategy": "LINEAR"}, 9 * 6),
        (LINEAR, 3 * 10 + 5),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 100.0}}, 0),
        ({"strategy": "CANARY", "bakeTimeInMinutes": 15}, 10 + 15),
        ({"strategy": "CANARY", "canaryConfiguration": {"canaryBakeTimeInMinutes": 0}}, 0),
    ],
)
def test_the_time_of_steps_and_bake(configuration: DeploymentConfigurationOutputTypeDef, minutes: int) -> None:
    assert shifting_seconds(configuration) == minutes * 60


def test_the_proof_of_a_way_back_is_given_that_time() -> None:
    world = World()
    world.ecs.shown["deploymentConfiguration"] = LINEAR
    assert world.propose().settle_seconds == 35 * 60


def test_of_a_service_that_nothing_was_deployed_to_since_no_way_back_is_read() -> None:
    world = World(status="")
    world.propose()
    assert "DescribeTaskDefinition" not in {name for name, _ in world.ecs.calls}


def test_without_a_baseline_no_task_definition_is_asked_for_it() -> None:
    world = World()
    world.propose("")
    assert "" not in {given.get("taskDefinition") for _, given in world.ecs.calls}


def test_a_baseline_that_names_a_task_definition_without_its_arn_is_that_one() -> None:
    world = World()
    way = world.propose(ServiceState("my-service:6", {"app": world.digest}).text)
    assert way.to.task_definition == world.six
