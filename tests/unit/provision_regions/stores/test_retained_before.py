"""What an earlier resource retained is emptied only after a request with ``Empty`` has succeeded."""

import pytest

from provision_regions.custom_resource.request import Status
from tests.fakes.regions.requests import PREFIX, properties, run
from tests.fakes.regions.stores import ASIA, EMPTY, EU, HOME, assert_nothing_left, bucket_name, created, live_keys
from tests.fakes.regions.world import World

OTHER = f"{PREFIX}.two"
ID = f"crosscheck/us-east-1/shop/Stores/{PREFIX}"


@pytest.fixture
def world() -> World:
    """Two stores with artifacts, whose resource was made to retain them and is deleted."""
    found = World()
    created(found, HOME, EU)
    for region in (HOME, EU):
        found.s3.put_object(bucket_name(region), "artifact.zip")
    assert run(found, "Delete", properties(HOME, EU)).status is Status.SUCCESS
    assert found.ssm.parameters == {}
    return found


def assert_retained(world: World) -> None:
    assert [len(world.s3.buckets[bucket_name(region)].versions) for region in (HOME, EU)] == [1, 1]
    assert {HOME, EU} <= {key.region for key in live_keys(world)}


@pytest.mark.parametrize("operation", ["CreateKey", "CreateBucket", "PutBucketTagging", "PutBucketPolicy"])
def test_a_create_that_fails_empties_only_what_it_made(world: World, operation: str) -> None:
    world.deny_by_scp(ASIA, operation)
    wanted = properties(HOME, EU, ASIA, **EMPTY)
    assert run(world, "Create", wanted).status is Status.FAILED
    world.revive()
    assert run(world, "Delete", wanted).status is Status.SUCCESS
    assert_retained(world)
    assert set(world.s3.buckets) == {bucket_name(HOME), bucket_name(EU)}
    assert {key.region for key in live_keys(world)} == {HOME, EU}
    assert world.ssm.parameters == {}


def test_a_create_that_is_tried_again_and_again_does_not_make_it_its_own(world: World) -> None:
    wanted = properties(HOME, EU, ASIA, **EMPTY)
    world.deny_by_scp(ASIA, "CreateBucket")
    for number in range(3):
        assert run(world, "Create", wanted, RequestId=f"run {number}").status is Status.FAILED
    world.revive()
    assert run(world, "Delete", wanted).status is Status.SUCCESS
    assert_retained(world)


def test_a_key_whose_bucket_is_gone_was_retained_as_well(world: World) -> None:
    for region in (HOME, EU):
        del world.s3.buckets[bucket_name(region)]
    world.deny_by_scp(ASIA, "CreateBucket")
    wanted = properties(HOME, EU, ASIA, **EMPTY)
    assert run(world, "Create", wanted).status is Status.FAILED
    world.revive()
    assert run(world, "Delete", wanted).status is Status.SUCCESS
    assert {key.region for key in live_keys(world)} == {HOME, EU}


def test_what_a_failed_create_left_is_retained_as_well_where_its_tags_could_not_be_read() -> None:
    """The Delete keeps the mark of a region that it cannot look at. That mark gives no right to empty what is there."""
    world = World()
    world.deny_by_scp(HOME, "CreateBucket")
    assert run(world, "Create", properties(HOME, EU)).status is Status.FAILED
    world.deny_by_scp(EU, "GetBucketTagging")
    assert run(world, "Delete", properties(HOME, EU)).status is Status.SUCCESS
    world.revive()
    kept = world.s3.buckets[bucket_name(EU)]
    world.deny_by_scp(HOME, "CreateBucket")
    wanted = properties(HOME, EU, **EMPTY)
    assert run(world, "Create", wanted).status is Status.FAILED
    world.revive()
    assert run(world, "Delete", wanted).status is Status.SUCCESS
    assert world.s3.buckets == {bucket_name(EU): kept}


def test_an_update_that_is_rolled_back_gives_no_right_to_what_it_took_over(world: World) -> None:
    created(world, ASIA, **EMPTY)
    old, wanted = properties(ASIA, **EMPTY), properties(ASIA, HOME, EU, "sa-east-1", **EMPTY)
    world.deny_by_scp("sa-east-1", "CreateBucket")
    assert run(world, "Update", wanted, old).status is Status.FAILED
    world.revive()
    assert run(world, "Update", old, wanted).status is Status.SUCCESS
    assert run(world, "Delete", old).status is Status.SUCCESS
    assert_retained(world)
    assert set(world.s3.buckets) == {bucket_name(HOME), bucket_name(EU)}


def test_a_renaming_to_a_retained_prefix_that_is_rolled_back_keeps_it(world: World) -> None:
    created(world, EU, Prefix=OTHER, **EMPTY)
    old, renamed = properties(EU, Prefix=OTHER, **EMPTY), properties(HOME, EU, ASIA, **EMPTY)
    world.deny_by_scp(ASIA, "CreateBucket")
    assert run(world, "Update", renamed, old, PhysicalResourceId=f"{ID}.two").status is Status.FAILED
    world.revive()
    assert run(world, "Update", old, renamed, PhysicalResourceId=f"{ID}.two").status is Status.SUCCESS
    assert_retained(world)
    assert run(world, "Delete", old, PhysicalResourceId=f"{ID}.two").status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(HOME), bucket_name(EU)}


def test_once_a_request_has_succeeded_they_are_its_own(world: World) -> None:
    created(world, HOME, EU, **EMPTY)
    assert run(world, "Delete", properties(HOME, EU, **EMPTY)).status is Status.SUCCESS
    assert_nothing_left(world)


def test_a_key_that_awaits_its_deletion_was_not_retained() -> None:
    world = World()
    created(world, EU, **EMPTY)
    assert run(world, "Delete", properties(EU, **EMPTY)).status is Status.SUCCESS
    world.deny_by_scp(EU, "PutBucketPolicy")
    assert run(world, "Create", properties(EU, **EMPTY)).status is Status.FAILED
    world.revive()
    assert run(world, "Delete", properties(EU, **EMPTY)).status is Status.SUCCESS
    assert_nothing_left(world)
