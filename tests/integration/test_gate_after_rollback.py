"""A stage deploys to two regions at once, and a gate stands behind it. One action fails; the other one succeeds, its
region is broken, and Crosscheck takes that back, as the gate has no turn any more. Somebody retries the stage with the
button that the card offers: CodePipeline runs the failed action alone, the stage succeeds, and the gate has its turn.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html (FAILED_ACTIONS)
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.execution_facts import (
    ActionState,
    ExecutionState,
    Outline,
    OutlineAction,
    OutlineStage,
    ReportedRun,
    StageState,
)
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState, State
from crosscheck.pipelines.scope import Position
from crosscheck.releases.fold import fold
from crosscheck.releases.model import RegionState
from crosscheck.releases.next_step import next_step
from crosscheck.verification.item import VerificationItem
from gate_stage.answers import Answer, Continue, Fail
from gate_stage.job import Job
from gate_stage.job_runner import JobRunner
from gate_stage.look import GateLook
from gate_stage.recording import VerdictRecorder
from plan_checks.release.plan_inputs import FinishedStage
from tests.fakes.cards import Cards
from tests.fakes.codepipeline_plans import EXECUTION, GATE, HOME, PIPELINE, STARTED, deploys, gates, source, stage
from tests.integration.test_retried_stage import AP, EU, STAGE, SUBJECT, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROVE, SEES = "Validate", '{"regions": ["eu-west-1"]}'
TOLERANT = '{"regions": ["eu-west-1"], "failure_limit": 1}'


class Gated(World):
    """The same pipeline with a gate in a stage of its own, behind the one that deploys."""

    def __init__(self, table: DynamoDBClient) -> None:
        super().__init__(table)
        self.pipelines.define(
            [source(), stage(STAGE, deploys("EU", EU), deploys("AP", AP)), stage(PROVE, gates("Gate", SEES))]
        )
        outline = (
            OutlineStage(STAGE, (OutlineAction("EU", "Deploy", "ECS", EU), OutlineAction("AP", "Deploy", "ECS", AP))),
            OutlineStage(PROVE, (OutlineAction("Gate", "Invoke", "Lambda", HOME),)),
        )
        self.ledger.merge(SUBJECT, Outline(3, outline).to_fact(self.now()))

    def looks_as_gate(self, parameters: str, token: str = "") -> Answer:
        """One look of the gate."""
        look, recorder = GateLook(self.aws, self.now, ledger=self.ledger), VerdictRecorder(self.ledger, Cards())
        job = Job("job", GATE, parameters, token, PIPELINE, EXECUTION, HOME, Position(PROVE, "Gate"))
        return JobRunner(look, recorder, self.now).answer(job, lambda: 60.0)

    def gate(self, parameters: str = SEES) -> Answer:
        """A job of the gate, from its delivery to its answer."""
        self.pipelines.ran(PROVE, "Gate", "InProgress", second=int(self.second))
        self.second += 5
        answer = self.looks_as_gate(parameters)
        while isinstance(answer, Continue):
            self.second += 30
            answer = self.looks_as_gate(parameters, answer.token)
        return answer

    def deploy_what_does_not_run(self) -> str:
        """The release's own version, none of whose tasks runs; the task definition that ran before it."""
        good = self.run_before_the_release()
        self.ecs.clock = STARTED + timedelta(seconds=110)
        self.deploy(7, running=0)
        self.second = 200
        for name, region in (("EU", EU), ("AP", AP)):
            self.pipelines.ran(STAGE, name, second=100, inputArtifacts=[])
            self.told(name, region, State.SUCCEEDED, 1)
        return good

    def gates_stage_failed(self, attempt: int) -> list[VerificationItem]:
        """What follows once the gate's stage has failed."""
        run = ReportedRun(State.FAILED, attempt, self.now())
        self.ledger.merge(SUBJECT, StageState(PROVE, run).to_fact("event"))
        return self.planning.plan(FinishedStage(SUBJECT, PROVE, succeeded=False, attempt=attempt, at=self.now()))

    def pipeline_is(self, state: State, attempt: int) -> None:
        run = ReportedRun(state, attempt, self.now())
        self.ledger.merge(SUBJECT, ExecutionState(run).to_fact("event"))


def test_a_gate_does_not_call_crosschecks_own_rollback_a_later_deployment(ledger_table: DynamoDBClient) -> None:
    world = Gated(ledger_table)
    good = world.run_before_the_release()
    item = world.first_attempt()
    world.pipeline_is(State.FAILED, 1)
    assert world.looks(item)["verdict"] == Verdict.FAIL
    world.take_back(item, good)
    release = fold(SUBJECT, KnownFacts(world.ledger.read(SUBJECT)))
    assert release.retryable == (STAGE,)  # the card offers the retry

    world.second += 100
    world.pipeline_is(State.RESUMED, 2)
    world.pipelines.ran(STAGE, "AP", second=int(world.second), inputArtifacts=[])
    world.second += 60
    world.told("AP", AP, State.SUCCEEDED, 2)
    assert EU not in world.finished(State.SUCCEEDED, 2)
    assert world.region().state is RegionState.ROLLED_BACK

    world.second += 5
    answer = world.gate()
    assert isinstance(answer, Fail)
    assert answer.message.startswith(f"FAIL regions={EU}: {EU}: it was taken back: my-service: 2 of 2 tasks run")
    assert EU not in {each.region for each in world.gates_stage_failed(2)}
    world.pipeline_is(State.FAILED, 2)
    part = world.region()
    assert (part.state, part.rollback) == (RegionState.ROLLED_BACK, RollbackState.DONE)
    assert part.follow_up.startswith("was: my-service: 0 of 2 tasks run")
    assert "a person has to look" not in next_step(fold(SUBJECT, KnownFacts(world.ledger.read(SUBJECT))))


@pytest.mark.parametrize("parameters", [SEES, TOLERANT])
def test_a_retry_of_the_gate_alone_does_not_unsay_what_it_had_found(
    ledger_table: DynamoDBClient, parameters: str
) -> None:
    """The gate has failed the region, and that was taken back. CodePipeline runs the gate again, and no deployment."""
    world = Gated(ledger_table)
    good = world.deploy_what_does_not_run()
    assert EU not in world.finished(State.SUCCEEDED, 1)
    world.second += 5
    assert isinstance(world.gate(parameters), Fail)
    (item,) = (each for each in world.gates_stage_failed(1) if each.region == EU)
    world.take_back(item, good)
    world.pipeline_is(State.FAILED, 1)
    before = world.region()
    assert (before.state, before.follow_up[:33]) == (RegionState.ROLLED_BACK, "was: my-service: 0 of 2 tasks run")

    for attempt in (2, 3):
        world.second += 100
        world.pipeline_is(State.RESUMED, attempt)
        assert isinstance(world.gate(parameters), Fail)
        world.gates_stage_failed(attempt)
        world.pipeline_is(State.FAILED, attempt)
        assert world.region() == before


def test_the_retried_gate_is_not_told_as_a_failure_that_no_line_explains(ledger_table: DynamoDBClient) -> None:
    """The line says why the region had failed, and that it is back. The card must not list the gate's action too."""
    world = Gated(ledger_table)
    good = world.deploy_what_does_not_run()
    world.finished(State.SUCCEEDED, 1)
    for attempt in (1, 2, 3):
        world.second += 100
        began = world.now()
        answer = world.gate()
        assert isinstance(answer, Fail)
        ended = ReportedRun(State.FAILED, attempt, world.now(), began)
        action = ActionState(PROVE, "Gate", ended, HOME, "Invoke", summary=answer.message)
        world.ledger.merge(SUBJECT, action.to_fact("event"))
        items = world.gates_stage_failed(attempt)
        if attempt == 1:
            world.take_back(next(each for each in items if each.region == EU), good)
        else:
            assert answer.message.startswith(f"FAIL regions={EU}: {EU}: it was taken back: ")
            assert EU not in {each.region for each in items}
        world.pipeline_is(State.FAILED, attempt)
        failures = fold(SUBJECT, KnownFacts(world.ledger.read(SUBJECT))).failures
        assert [(each.action, each.regions, each.told) for each in failures] == [("Gate", (EU,), True)], attempt


def test_a_gate_that_goes_on_beside_the_fan_out_does_not_unsay_a_rollback(ledger_table: DynamoDBClient) -> None:
    """One gate for each region, at once. The other region's gate fails, and with it the stage, while ours goes on
    ("all actions that are still in progress continue working"). The fan-out takes ours over, fails the region too, and
    takes it back. The gate's next look sees that."""
    world = Gated(ledger_table)
    other = gates("Other", '{"regions": ["ap-southeast-1"]}')
    world.pipelines.define(
        [source(), stage(STAGE, deploys("EU", EU), deploys("AP", AP)), stage(PROVE, gates("Gate", TOLERANT), other)]
    )
    good = world.deploy_what_does_not_run()
    assert world.finished(State.SUCCEEDED, 1) == {}

    world.pipelines.ran(PROVE, "Gate", "InProgress", second=205)
    world.pipelines.ran(PROVE, "Other", "Failed", second=205)
    world.second = 210
    first = world.looks_as_gate(TOLERANT)
    assert isinstance(first, Continue)
    world.second = 212
    (item,) = (each for each in world.gates_stage_failed(1) if each.region == EU)
    assert world.looks(item)["verdict"] == Verdict.FAIL
    world.take_back(item, good)

    world.second = 245
    assert isinstance(world.looks_as_gate(TOLERANT, first.token), Fail)
    world.pipeline_is(State.FAILED, 1)
    assert world.region().state is RegionState.ROLLED_BACK


def test_a_rollback_of_an_earlier_run_excuses_no_later_deployment(ledger_table: DynamoDBClient) -> None:
    """The retry has brought the region something anew, and then somebody else deployed there."""
    world = Gated(ledger_table)
    good = world.run_before_the_release()
    item = world.first_attempt()
    assert world.looks(item)["verdict"] == Verdict.FAIL
    world.take_back(item, good)

    world.second += 100
    world.ecs.clock = STARTED + timedelta(seconds=world.second + 1)
    world.deploy(7)
    world.deploy(8)
    for name, region in (("EU", EU), ("AP", AP)):
        world.pipelines.ran(STAGE, name, second=int(world.second), inputArtifacts=[])
        world.told(name, region, State.SUCCEEDED, 2)
    world.second += 200
    answer = world.gate()
    assert isinstance(answer, Fail)
    assert answer.message.startswith(f"FAIL regions=: unknown {EU}: gave way to a later deployment")
