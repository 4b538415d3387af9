"""A stack that holds an ECS service: what dies in it fails the release, though the stack stays deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import Outside, words
from tests.e2e.stack_pipeline import StackPipeline
from tests.e2e.verifications import settled

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e

EU, NAME = "eu-west-1", "cart-stack"


def _resources(number: int) -> dict[str, dict[str, Any]]:
    """A service of two tasks; each number is another revision of its task definition."""
    container = {
        "Name": "cart",
        "Image": "public.ecr.aws/example/cart:1",
        "Essential": True,
        "Memory": 64,
        "Environment": [{"Name": "NUMBER", "Value": str(number)}],
    }
    properties = {"Cluster": NAME, "ServiceName": NAME, "TaskDefinition": {"Ref": "Task"}, "DesiredCount": 2}
    return {
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {"Family": NAME, "ContainerDefinitions": [container]},
        },
        "Service": {"Type": "AWS::ECS::Service", "Properties": properties},
    }


@pytest.fixture(scope="module")
def cart(account: Account) -> StackPipeline:
    Outside(account.describe()).client("ecs", EU).create_cluster(clusterName=NAME)
    return StackPipeline.create(account, NAME, EU, _resources(1), rollback="auto")


@pytest.mark.usefixtures("unrefused")
def test_a_service_in_a_stack_passes_with_it(account: Account, cart: StackPipeline, outside: Outside) -> None:
    card = words(settled(outside, cart.pipeline.first, eu_west_1="passed"))
    assert f"{NAME}: CREATE_COMPLETE; {NAME}: 2 of 2 tasks run (task definition {NAME}:1)" in card
    execution = cart.release(_resources(2))
    assert cart.pipeline.ended(execution) == "Succeeded"
    card = words(settled(outside, execution, eu_west_1="passed"))
    assert f"{NAME}: UPDATE_COMPLETE; {NAME}: 2 of 2 tasks run (task definition {NAME}:2)" in card


@pytest.mark.usefixtures("unrefused")
def test_f61_a_service_whose_tasks_die_while_its_stack_stays_deployed_fails_the_region(
    account: Account, cart: StackPipeline, outside: Outside
) -> None:
    outside.deployments(EU, "unhealthy")
    execution = cart.release(_resources(3))
    assert cart.pipeline.ended(execution) == "Succeeded"
    card = words(settled(outside, execution, eu_west_1="failed"))
    assert f"{NAME}: UPDATE_COMPLETE; {NAME}: 0 of 2 tasks run" in card
    (stack,) = outside.client("cloudformation", EU).describe_stacks(StackName=NAME)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    (service,) = outside.client("ecs", EU).describe_services(cluster=NAME, services=[NAME])["services"]
    assert service["taskDefinition"].endswith(f"{NAME}:3")
