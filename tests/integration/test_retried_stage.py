"""A stage deploys to two regions at once. One action fails; the other one succeeds, its region is broken, and that is
taken back. Then somebody retries the stage: CodePipeline runs the failed action alone.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html (FAILED_ACTIONS)
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from check_region.region_check import RegionCheck
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict, judge
from crosscheck.ledger.execution_facts import ActionState, ReportedRun, StageState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import PreflightSeen
from crosscheck.registry.checks import run_check
from crosscheck.releases.fold import fold
from crosscheck.releases.model import RegionProgress, RegionState
from crosscheck.releases.proven import ProvenStates
from crosscheck.verification.item import VerificationItem, parse_item
from plan_checks.release.plan import ReleasePlanning
from plan_checks.release.plan_inputs import FinishedStage
from plan_checks.rollback_mode import Mode
from plan_checks.settings import PlanSettings
from roll_back.log import RollbackLog, RollbackRefusedError
from roll_back.region_rollback import RegionRollback
from tests.builders import tables
from tests.fakes.cards import Cards
from tests.fakes.codepipeline_plans import (
    EXECUTION,
    GATE,
    HOME,
    PIPELINE,
    STARTED,
    FakePipelines,
    deploys,
    source,
    stage,
)
from tests.fakes.ecr import ACCOUNT
from tests.fakes.ecs_deployments import DeployedEcs
from tests.fakes.json_protocol import FakeClients, RefusedError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EU, AP, STAGE = "eu-west-1", "ap-southeast-1", "Deploy"
CLUSTER, SERVICE = "production-eu", "my-service"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.{EU}.amazonaws.com/{SERVICE}"
SUBJECT = Subject(HOME, PIPELINE, EXECUTION)


class World:
    """A pipeline, its European service, and the functions of the fan-out."""

    def __init__(self, table: DynamoDBClient) -> None:
        self.ledger, cards = Ledger(table, tables.NAME, 90), Cards()
        self.pipelines = FakePipelines([source(), stage(STAGE, deploys("EU", EU), deploys("AP", AP))])
        self.ecs = DeployedEcs(EU, CLUSTER, SERVICE)
        self.aws = FakeClients(
            {("codepipeline", HOME): self.pipelines, ("ecs", EU): self.ecs, ("ecr", EU): self.ecs.registry}
        )
        self.second = 0.0
        settings = PlanSettings((HOME,), (), Mode.AUTO, GATE)
        self.planning = ReleasePlanning(self.aws, self.ledger, cards, settings, self.now)
        self.check = RegionCheck(self.aws, self.ledger, cards, self.now)
        self.rollback = RegionRollback(self.aws, RollbackLog(self.ledger, cards, self.now))

    def now(self) -> float:
        return STARTED.timestamp() + self.second

    def deploy(self, number: int, running: int = 2) -> str:
        definition = self.ecs.define(f"{SERVICE}:{number}", {"app": f"{REPOSITORY}:{number}"})
        self.ecs.registry.push(SERVICE, str(number), salt=str(number))
        self.ecs.deploy(definition)
        self.serve(definition, running)
        return definition

    def serve(self, definition: str, running: int) -> None:
        digest = self.ecs.registry.tags[SERVICE, definition.rpartition(":")[2]]
        self.ecs.tasks.clear()
        for _ in range(running):
            self.ecs.run(SERVICE, definition, {"app": digest})
        self.ecs.shown["runningCount"] = running
        self.ecs.shown["deployments"][0] |= {"runningCount": running, "failedTasks": 0 if running else 5}

    def told(self, name: str, region: str, state: State, attempt: int) -> None:
        """The events of an action, and of its stage."""
        run = ReportedRun(state, attempt, self.now(), self.now() - 50)
        self.ledger.merge(SUBJECT, ActionState(STAGE, name, run, region, "Deploy").to_fact("event"))

    def finished(self, state: State, attempt: int) -> dict[str, VerificationItem]:
        run = ReportedRun(state, attempt, self.now())
        self.ledger.merge(SUBJECT, StageState(STAGE, run).to_fact("event"))
        found = self.planning.plan(FinishedStage(SUBJECT, STAGE, state is State.SUCCEEDED, attempt, self.now()))
        return {item.region: item for item in found}

    def looks(self, item: VerificationItem) -> dict[str, Any]:
        """Looks until one is the last."""
        answer: dict[str, Any] = {}
        for _ in range(20):
            document = item.to_json() | ({"looked": answer} if answer else {})
            answer = self.check.look(parse_item(document))
            if answer["final"]:
                return answer
            self.second += answer["wait"]
        raise AssertionError(answer)

    def run_before_the_release(self) -> str:
        """A healthy version that preflight sees; its task definition."""
        self.ecs.clock = STARTED - timedelta(hours=1)
        good = self.deploy(6)
        before = PlannedCheck("ecs-service", EU, {"cluster": CLUSTER, "service": SERVICE}, baseline_only=True)
        seen = judge(EU, [run_check(before, self.aws)])
        self.ledger.merge(SUBJECT, PreflightSeen(seen, self.now()).to_fact())
        ProvenStates(self.ledger).seen_before([before], seen, self.now())
        return good

    def first_attempt(self) -> VerificationItem:
        """Europe's action is green and its tasks die; the other action fails."""
        self.ecs.clock = STARTED + timedelta(seconds=110)
        self.deploy(7, running=0)
        self.pipelines.ran(STAGE, "EU", second=100, inputArtifacts=[])
        self.pipelines.ran(STAGE, "AP", "Failed", second=100, error="JobFailed")
        self.second = 200
        self.told("EU", EU, State.SUCCEEDED, 1)
        self.told("AP", AP, State.FAILED, 1)
        return self.finished(State.FAILED, 1)[EU]

    def take_back(self, item: VerificationItem, good: str) -> None:
        """The rollback, and its proof."""
        self.ecs.clock = STARTED + timedelta(seconds=self.second)
        begun = self.rollback.run(item, "verification")
        self.ecs.become(self.ecs.deployments[0]["serviceDeploymentArn"], "SUCCESSFUL")
        self.serve(good, 2)
        assert self.looks(parse_item(begun["verification"]))["verdict"] == Verdict.PASS

    def region(self) -> RegionProgress:
        release = fold(SUBJECT, KnownFacts(self.ledger.read(SUBJECT)))
        return next(each for each in release.regions if each.region == EU)


def test_a_region_that_was_taken_back_stays_so_when_its_stage_is_retried(ledger_table: DynamoDBClient) -> None:
    world = World(ledger_table)
    good = world.run_before_the_release()
    item = world.first_attempt()
    assert world.looks(item)["verdict"] == Verdict.FAIL
    world.take_back(item, good)
    assert world.region().state is RegionState.ROLLED_BACK

    world.second += 100
    world.pipelines.ran(STAGE, "AP", second=int(world.second), inputArtifacts=[])
    world.second += 60
    world.told("AP", AP, State.SUCCEEDED, 2)
    assert list(world.finished(State.SUCCEEDED, 2)) == [AP]
    assert world.region().state is RegionState.ROLLED_BACK


def test_a_rollback_that_is_throttled_while_somebody_retries_is_done(
    ledger_table: DynamoDBClient,
) -> None:
    """The ledger says RUNNING before anything is changed. The retry repeats the other region's action alone."""
    world = World(ledger_table)
    world.run_before_the_release()
    item = world.first_attempt()
    assert world.looks(item)["verdict"] == Verdict.FAIL
    world.ecs.refuse("UpdateService", RefusedError("ThrottlingException", "Rate exceeded"))
    with pytest.raises(RollbackRefusedError):
        world.rollback.run(item, "verification")

    world.second += 60
    world.pipelines.ran(STAGE, "AP", second=int(world.second), inputArtifacts=[])
    world.second += 60
    world.told("AP", AP, State.SUCCEEDED, 2)
    assert list(world.finished(State.SUCCEEDED, 2)) == [AP]
    world.ecs.refusals.clear()
    world.rollback.run(item, "verification")  # the state machine asks again
    assert world.ecs.shown["taskDefinition"].endswith(":6")


def test_a_region_to_which_nothing_was_deployed_is_judged_again_after_a_retry(ledger_table: DynamoDBClient) -> None:
    """The action succeeded and changed nothing, and for a moment the tasks died: nothing was there to be taken back."""
    world = World(ledger_table)
    good = world.run_before_the_release()
    world.serve(good, 0)
    world.pipelines.ran(STAGE, "EU", second=100, inputArtifacts=[])
    world.pipelines.ran(STAGE, "AP", "Failed", second=100, error="JobFailed")
    world.second = 200
    world.told("EU", EU, State.SUCCEEDED, 1)
    world.told("AP", AP, State.FAILED, 1)
    item = world.finished(State.FAILED, 1)[EU]
    assert world.looks(item)["verdict"] == Verdict.FAIL
    assert world.rollback.run(item, "verification") == {"state": RollbackState.BACK}

    world.serve(good, 2)
    world.second += 60
    world.pipelines.ran(STAGE, "AP", second=int(world.second), inputArtifacts=[])
    world.second += 60
    world.told("AP", AP, State.SUCCEEDED, 2)
    assert EU in world.finished(State.SUCCEEDED, 2)
