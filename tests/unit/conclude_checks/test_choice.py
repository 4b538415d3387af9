from __future__ import annotations

import pytest

from conclude_checks.choice import Found, choose
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Standing, WayBack
from crosscheck.ledger.rollback_states import RollbackState


def found(standing: Standing, reason: str = "because", target: str = "") -> Found:
    return Found(PlannedCheck("ecs-service", "eu-west-1", {"service": reason}), WayBack(standing, reason, target))


READY = found(Standing.READY, "runs my-service:8", "my-service:7")


@pytest.mark.parametrize(("mode", "state"), [("auto", RollbackState.RUNNING), ("suggest", RollbackState.SUGGESTED)])
def test_what_is_ready_is_taken_back_or_suggested(mode: str, state: RollbackState) -> None:
    choice = choose([found(Standing.BACK), READY, found(Standing.MOVED_ON)], mode)
    assert (choice.state, choice.reason, choice.target) == (state, "runs my-service:8", "my-service:7")
    assert choice.ready == (READY,)


@pytest.mark.parametrize(
    ("standings", "state"),
    [
        ([Standing.BACK], RollbackState.BACK),
        ([Standing.BACK, Standing.MOVED_ON], RollbackState.MOVED_ON),
        ([Standing.MOVED_ON, Standing.STUCK, Standing.BACK], RollbackState.SUGGESTED),
        ([], RollbackState.SUGGESTED),
    ],
)
def test_where_nothing_is_ready_the_most_telling_obstacle_is_told(
    standings: list[Standing], state: RollbackState
) -> None:
    choice = choose([found(standing, standing.value) for standing in standings], "auto")
    assert (choice.state, choice.ready) == (state, ())
    assert choice.reason
