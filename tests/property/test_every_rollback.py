"""What holds of every rollback: it takes back what its execution brought, and nothing of anybody else's unnoticed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.rollback import Feasibility, SupersededError
from crosscheck.registry.rollbacks import ROLLBACKS
from tests.builders.rollback_worlds import WORLDS, EcsUpdated, RollbackWorld, WholeStage
from tests.fakes.json_protocol import RefusedError
from tests.fakes.killed import KilledError

OF_ACTIONS = [world for world in WORLDS if world is not WholeStage]


def test_there_is_a_world_for_every_rollback() -> None:
    assert {world.kind for world in OF_ACTIONS} == ROLLBACKS.keys()


@pytest.mark.parametrize("kind", OF_ACTIONS)
def test_f67_an_action_that_failed_without_a_trace_leaves_nothing_to_take_back(kind: type[RollbackWorld]) -> None:
    """Its configuration names somebody else's function, stack, service, environment or group, just deployed to."""
    world = kind()
    ready = world.propose()
    assert ready.feasibility is Feasibility.READY
    world.failed()
    assert world.propose().feasibility is not Feasibility.READY
    with suppress(SupersededError):
        world.execute(ready)
    assert world.writes() == []


@pytest.mark.parametrize("kind", WORLDS)
def test_a_rollback_replaces_nothing_of_somebody_elses_where_nobody_else_deploys(kind: type[RollbackWorld]) -> None:
    world = kind()
    proposal = world.propose()
    assert world.execute(proposal).replaced == ""
    assert len(world.writes()) == 1
    assert not world.serves_hotfix()


@pytest.mark.parametrize("kind", WORLDS)
def test_a_hotfix_between_any_two_calls_stays_or_is_named(kind: type[RollbackWorld]) -> None:
    alone = kind()
    proposal = alone.propose()
    alone.fake.calls.clear()
    alone.execute(proposal)
    written = alone.fake.calls.index(next(call for call in alone.fake.calls if call[0] in alone.writes()))
    fates = {at: _fate(kind(), at) for at in range(len(alone.fake.calls) + 1)}
    assert set(fates.values()) <= {"stays", "named", "refused"}
    assert [at for at, fate in fates.items() if fate == "named"] in ([], [written]), "only just before the write"


@pytest.mark.parametrize("kind", WORLDS)
def test_a_function_that_dies_between_any_two_calls_changes_the_service_once(kind: type[RollbackWorld]) -> None:
    alone = kind()
    alone.execute(alone.propose())
    for at in range(len(alone.fake.calls) + 1):
        world, left = kind(), [at]

        def strike(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == -1:
                raise KilledError

        world.fake.before_call = strike
        with suppress(KilledError):
            world.execute(world.propose())
        world.fake.before_call = lambda: None
        proposal = world.propose()
        if proposal.feasibility in {Feasibility.READY, Feasibility.ALREADY_BACK}:
            world.execute(proposal)
        # A call before which the process dies never reached the service.
        assert len(world.writes()) == 1, at


def test_a_hotfix_between_two_tries_of_a_call_that_was_throttled_is_named() -> None:
    world = EcsUpdated()
    proposal = world.propose()
    world.fake.refuse_once("UpdateService", RefusedError("ThrottlingException"))
    tries = [world.hotfix]
    world.fake.before_call = lambda: tries.pop()() if world.fake.called("UpdateService") and tries else None
    assert world.names in world.execute(proposal).replaced
    assert len(world.fake.called("UpdateService")) == 2
    assert not world.serves_hotfix()


def _fate(world: RollbackWorld, position: int) -> str:
    """What becomes of a hotfix that is deployed just before that call, or after the last one."""
    proposal, left = world.propose(), [position]

    def strike() -> None:
        if left[0] == 0:
            world.hotfix()
        left[0] -= 1

    world.fake.before_call = strike
    replaced = ""
    with suppress(SupersededError, ClientError):
        replaced = world.execute(proposal).replaced
    if left[0] == 0:
        world.hotfix()
    if world.refused:
        return "refused" if not replaced else "named, though it was refused"
    if world.serves_hotfix():
        return "stays" if not replaced else "named, though it stays"
    return "named" if world.names in replaced else f"lost: {replaced}"
