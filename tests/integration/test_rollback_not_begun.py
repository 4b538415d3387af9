"""A region is broken, and its rollback is refused: a right is missing, so nothing is changed. Somebody gives the right,
and retries the stage with the button that the card offers. CodePipeline runs the other region's failed action alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.model import RegionState
from tests.fakes.json_protocol import RefusedError
from tests.integration.test_retried_stage import AP, EU, STAGE, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_a_region_whose_rollback_changed_nothing_is_judged_and_taken_back_after_a_retry(
    ledger_table: DynamoDBClient,
) -> None:
    world = World(ledger_table)
    good = world.run_before_the_release()
    item = world.first_attempt()
    assert world.looks(item)["verdict"] == Verdict.FAIL
    world.ecs.refuse_once("UpdateService", RefusedError("AccessDeniedException", "not authorized"))
    assert world.rollback.run(item, "verification")["state"] == RollbackState.FAILED
    assert world.ecs.shown["taskDefinition"].endswith(":7")

    world.second += 100
    world.pipelines.ran(STAGE, "AP", second=int(world.second), inputArtifacts=[])
    world.second += 60
    world.told("AP", AP, State.SUCCEEDED, 2)
    item = world.finished(State.SUCCEEDED, 2)[EU]
    assert world.looks(item)["verdict"] == Verdict.FAIL
    world.take_back(item, good)
    assert world.region().state is RegionState.ROLLED_BACK
