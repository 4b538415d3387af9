"""F24: the process is killed after every single AWS call; no rule is ever left behind."""

import pytest

from tests.fakes.regions.errors import Killed
from tests.fakes.regions.forwarding_world import ASIA, EU, LONDON, ForwardingWorld, properties, run, succeed

OLD, NEW = properties(EU, ASIA), properties(EU, LONDON)
WANTED = {"Create": [EU, LONDON], "Update": [EU, LONDON], "Delete": []}


def _world(kind: str) -> ForwardingWorld:
    """A world in which the request comes next."""
    world = ForwardingWorld()
    if kind != "Create":
        succeed(world, "Create", OLD)
    world.journal.clear()
    world.revive()
    return world


def _kills(kind: str) -> range:
    world = _world(kind)
    succeed(world, kind, NEW)
    assert len(world.journal) >= 8
    return range(1, len(world.journal) + 1)


def _killed(kind: str, kill: int) -> ForwardingWorld:
    world = _world(kind)
    world.kill_after = kill
    with pytest.raises(Killed):
        run(world, kind, NEW)
    world.revive()
    return world


def _assert_nothing_left(world: ForwardingWorld, kill: int) -> None:
    assert (world.events.rules, world.ssm.parameters) == ({}, {}), f"killed at {kill}"


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_f24_killed_after_every_call_then_retried_then_deleted(kind: str) -> None:
    for kill in _kills(kind):
        world = _killed(kind, kill)
        succeed(world, kind, NEW)
        assert world.events.regions == WANTED[kind], f"killed at {kill}"
        assert all(len(rule.targets) == 1 for rule in world.events.rules.values())
        succeed(world, "Delete", NEW)
        _assert_nothing_left(world, kill)


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_f24_killed_after_every_call_then_deleted_at_once(kind: str) -> None:
    for kill in _kills(kind):
        world = _killed(kind, kill)
        succeed(world, "Delete", NEW)
        _assert_nothing_left(world, kill)


def test_f24_f25_killed_after_every_call_of_update_then_rolled_back() -> None:
    for kill in _kills("Update"):
        world = _killed("Update", kill)
        succeed(world, "Update", OLD)
        assert world.events.regions == [ASIA, EU], f"killed at {kill}"
