"""Crosscheck takes a region back, which takes ECS minutes. Before that is proven the next release, or a person, deploys
a fix to the region: in SUPERSEDED, QUEUED and PARALLEL mode the stage is free once it has ended.

https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.execution_facts import ExecutionState, ReportedRun
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.fold import fold
from crosscheck.releases.next_step import next_step
from crosscheck.verification.item import parse_item
from tests.fakes.codepipeline_plans import STARTED
from tests.integration.test_retried_stage import EU, STAGE, SUBJECT, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_a_rollback_that_gave_way_to_the_next_release_is_none_that_did_not_work(ledger_table: DynamoDBClient) -> None:
    world = World(ledger_table)
    world.run_before_the_release()
    item = world.first_attempt()
    assert world.looks(item)["verdict"] == Verdict.FAIL
    world.ecs.clock = STARTED + timedelta(seconds=world.second)
    begun = world.rollback.run(item, "verification")
    assert begun["state"] == RollbackState.RUNNING

    world.second += 20
    world.ecs.clock = STARTED + timedelta(seconds=world.second)
    world.ecs.become(world.ecs.deployments[0]["serviceDeploymentArn"], "STOPPED")
    world.deploy(8)
    world.second += 60
    world.looks(parse_item(begun["verification"]))
    run = ReportedRun(State.FAILED, 1, world.now())
    world.ledger.merge(SUBJECT, ExecutionState(run).to_fact("event"))
    known = KnownFacts(world.ledger.read(SUBJECT))
    rollback = known.rollback(STAGE, EU)
    assert rollback
    assert rollback.state is RollbackState.MOVED_ON
    assert rollback.reason.endswith("gave way to a later deployment: my-service: my-service:8 was deployed since")
    assert "a person has to mend" not in next_step(fold(SUBJECT, known))
