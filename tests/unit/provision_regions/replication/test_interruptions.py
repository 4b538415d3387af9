"""F24: the process is killed after every single AWS call; our rules are known again, and nobody else's is lost."""

import pytest

from tests.fakes.regions.ecr_world import ASIA, EU, RegistryWorld, properties, rule, run, succeed
from tests.fakes.regions.errors import Killed

THEIRS = [rule(ASIA, prefixes=("team",))]
OLD, NEW = properties(EU), properties(EU, ASIA, prefixes=("my-service", "web"))


def _world(kind: str) -> RegistryWorld:
    """A world in which the request comes next."""
    world = RegistryWorld()
    world.ecr.rules = THEIRS
    if kind != "Create":
        succeed(world, "Create", OLD)
    world.journal.clear()
    world.revive()
    return world


def _kills(kind: str) -> range:
    world = _world(kind)
    succeed(world, kind, NEW)
    assert len(world.journal) >= 4
    return range(1, len(world.journal) + 1)


def _killed(kind: str, kill: int) -> RegistryWorld:
    world = _world(kind)
    world.kill_after = kill
    with pytest.raises(Killed):
        run(world, kind, NEW)
    world.revive()
    return world


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_f24_killed_after_every_call_then_retried_then_deleted(kind: str) -> None:
    for kill in _kills(kind):
        world = _killed(kind, kill)
        succeed(world, kind, NEW)
        assert world.ecr.rules == [*THEIRS, rule(ASIA, EU, prefixes=("my-service", "web"))], f"killed at {kill}"
        succeed(world, "Delete", NEW)
        assert (world.ecr.rules, world.ssm.parameters) == (THEIRS, {}), f"killed at {kill}"


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_f24_killed_after_every_call_then_deleted_at_once(kind: str) -> None:
    for kill in _kills(kind):
        world = _killed(kind, kill)
        succeed(world, "Delete", NEW)
        assert (world.ecr.rules, world.ssm.parameters) == (THEIRS, {}), f"killed at {kill}"


def test_f24_f25_killed_after_every_call_of_update_then_rolled_back() -> None:
    for kill in _kills("Update"):
        world = _killed("Update", kill)
        succeed(world, "Update", OLD)
        assert world.ecr.rules == [*THEIRS, rule(EU, prefixes=("my-service",))], f"killed at {kill}"


def test_f24_an_identical_rule_made_by_somebody_else_after_a_kill_before_the_record_is_not_ours() -> None:
    world = _killed("Create", 1)
    theirs = rule(EU, ASIA, prefixes=("my-service", "web"))
    world.ecr.rules = [theirs]
    succeed(world, "Create", NEW)
    succeed(world, "Delete", NEW)
    assert world.ecr.rules == [theirs]
