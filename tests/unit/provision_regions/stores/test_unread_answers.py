"""A request is done, and CloudFormation never reads that: it had cancelled the resource, because another one failed."""

from provision_regions.custom_resource.request import Status
from tests.fakes.regions.requests import properties, run
from tests.fakes.regions.stores import ASIA, EMPTY, EU, bucket_name, created
from tests.fakes.regions.world import World


def test_the_delete_of_a_create_whose_answer_was_not_read_empties_nothing_that_was_retained_before() -> None:
    """Its id is the one that CloudFormation made up, so it was never told that the stores are there."""
    world = World()
    created(world, EU)
    assert run(world, "Delete", properties(EU)).status is Status.SUCCESS
    assert bucket_name(EU) in world.s3.buckets
    created(world, EU, ASIA, **EMPTY)
    made_up = "shop-Stores-1ABCDEFGHIJKL"
    stack = "arn:aws:cloudformation:us-east-1:111122223333:stack/shop/0f"
    world.stacks.resources[stack, "Stores"].physical_id = made_up
    wanted = properties(EU, ASIA, **EMPTY)
    assert run(world, "Delete", wanted, PhysicalResourceId=made_up).status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(EU)}
