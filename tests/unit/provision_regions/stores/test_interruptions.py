"""F24: the process is killed after every single AWS call; nothing ever leaks."""

import pytest

from provision_regions.custom_resource.request import Status
from tests.fakes.regions.errors import Killed
from tests.fakes.regions.requests import properties, run
from tests.fakes.regions.stores import EMPTY, EU, HOME, assert_nothing_left, bucket_name, created
from tests.fakes.regions.world import World


def _calls_of(kind: str, world: World) -> int:
    before = len(world.journal)
    run(world, kind, properties(HOME, EU, **EMPTY))
    return len(world.journal) - before


def test_f24_killed_after_every_call_of_create_then_retried_then_deleted_nothing_is_left() -> None:
    calls = _calls_of("Create", World())
    assert calls > 30
    for kill in range(1, calls + 1):
        world = World(kill_after=kill)
        with pytest.raises(Killed):
            run(world, "Create", properties(HOME, EU, **EMPTY))
        world.revive()
        created(world, HOME, EU, **EMPTY)
        assert len(world.kms.keys) == 2, f"a key leaked at call {kill}"
        assert len(world.s3.buckets) == 2
        assert run(world, "Delete", properties(HOME, EU, **EMPTY)).status is Status.SUCCESS
        assert_nothing_left(world)


def test_f24_killed_after_every_call_of_create_then_deleted_at_once() -> None:
    for kill in range(1, _calls_of("Create", World()) + 1):
        world = World(kill_after=kill)
        with pytest.raises(Killed):
            run(world, "Create", properties(HOME, EU, **EMPTY))
        world.revive()
        assert run(world, "Delete", properties(HOME, EU, **EMPTY)).status is Status.SUCCESS
        assert_nothing_left(world)


def test_f24_killed_after_every_call_of_delete_then_retried_nothing_is_left() -> None:
    def full() -> World:
        world = World()
        created(world, HOME, EU, **EMPTY)
        world.s3.put_object(bucket_name(EU), "artifact.zip")
        return world

    for kill in range(1, _calls_of("Delete", full()) + 1):
        world = full()
        world.revive()
        world.kill_after = kill
        with pytest.raises(Killed):
            run(world, "Delete", properties(HOME, EU, **EMPTY))
        world.revive()
        assert run(world, "Delete", properties(HOME, EU, **EMPTY)).status is Status.SUCCESS
        assert_nothing_left(world)


def test_f24_a_second_delivery_makes_nothing_new() -> None:
    world = World()
    first = created(world, HOME, EU)
    assert created(world, HOME, EU) == first
    assert len(world.kms.keys) == 2
