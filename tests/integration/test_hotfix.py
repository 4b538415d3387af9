"""A person deploys by hand, then the next release breaks the region, in the mode ``auto``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import RegionVerdict, Verdict, judge
from crosscheck.ledger.execution_facts import ReportedRun, StageState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict, PreflightSeen
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.checks import of_the_region, run_check
from crosscheck.releases.proven import ProvenStates
from crosscheck.verification.attribution import CheckResult, attributed
from crosscheck.verification.item import Purpose, VerificationItem
from roll_back.log import RollbackLog
from roll_back.region_rollback import RegionRollback
from tests.builders import tables
from tests.fakes.cards import Cards
from tests.fakes.ecr import ACCOUNT
from tests.fakes.ecs_deployments import DeployedEcs
from tests.fakes.json_protocol import FakeClients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION, CLUSTER, SERVICE = "eu-west-1", "production-eu", "my-service"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{SERVICE}"


class World:
    """One service, three releases of one pipeline, and a person."""

    def __init__(self, table: DynamoDBClient) -> None:
        self.ledger = Ledger(table, tables.NAME, 90)
        self.states = ProvenStates(self.ledger)
        self.ecs = DeployedEcs(REGION, CLUSTER, SERVICE)
        self.ecr = self.ecs.registry
        self.aws = FakeClients({("ecs", REGION): self.ecs, ("ecr", REGION): self.ecr})
        self.rollback = RegionRollback(self.aws, RollbackLog(self.ledger, Cards(), self.now))

    def now(self) -> float:
        return self.ecs.clock.timestamp()

    def deploy(self, number: int) -> None:
        definition = self.ecs.define(f"{SERVICE}:{number}", {"app": f"{REPOSITORY}:{number}"})
        digest = self.ecr.push(SERVICE, str(number), salt=str(number))
        self.ecs.deploy(definition)
        self.ecs.tasks.clear()
        for _ in range(2):
            self.ecs.run(SERVICE, definition, {"app": digest})

    def release(self, number: int) -> tuple[Subject, PlannedCheck]:
        """A release of the pipeline: its preflight, then its deployment. Its check."""
        subject = Subject("us-east-1", "p", f"0000000{number}-2222-4333-8444-555555555555")
        if self.ecs.deployments:
            before = PlannedCheck("ecs-service", REGION, {"cluster": CLUSTER, "service": SERVICE}, baseline_only=True)
            found = judge(REGION, [run_check(before, self.aws)])
            self.ledger.merge(subject, PreflightSeen(found, self.now()).to_fact())
            self.states.seen_before([before], found, self.now())
        self.ecs.clock = self.ecs.clock.replace(second=30)
        started = self.now()
        self.deploy(number)
        run = ActionRun("Deploy", "EU", "Succeeded", started, ended=started + 50)
        self.ledger.merge(subject, StageState("Deploy", ReportedRun(State.SUCCEEDED, 1, started + 50)).to_fact("e"))
        return subject, PlannedCheck("ecs-service", REGION, {"cluster": CLUSTER, "service": SERVICE}, run)

    def judged(self, subject: Subject, check: PlannedCheck) -> RegionVerdict:
        """The fan-out's last word after one look."""
        finding = run_check(check, self.aws)
        look = CheckResult(check.id, REGION, finding, of_the_region(check))
        said = judge(REGION, [each.finding for each in attributed([look])])
        word = JudgeVerdict("Deploy", said, self.now(), final=True, look=1)
        self.ledger.merge(subject, word.to_fact(self.now()))
        self.states.judged(subject, "Deploy", [check], said, self.now())
        return said

    def take_back(self, subject: Subject, check: PlannedCheck) -> tuple[RollbackState, str]:
        item = VerificationItem(
            Purpose.STAGE, subject, REGION, self.now(), (check,), stage="Deploy", attempt=1, mode="auto"
        )
        self.rollback.run(item, "verification")
        told = KnownFacts(self.ledger.read(subject)).rollback("Deploy", REGION)
        assert told
        return told.state, told.reason


@pytest.mark.parametrize("gives_way", [False, True])
def test_what_a_person_had_deployed_before_the_bad_release_is_left_to_a_person(
    ledger_table: DynamoDBClient, gives_way: bool
) -> None:
    """While the release before it was observed still, or when that had passed."""
    world = World(ledger_table)
    world.ecs.clock = world.ecs.clock.replace(minute=1)
    first = world.release(1)
    assert world.judged(*first).verdict is Verdict.PASS
    second = world.release(2)
    if not gives_way:
        assert world.judged(*second).verdict is Verdict.PASS
    world.deploy(3)  # a person's hotfix
    if gives_way:
        said = world.judged(*second)
        assert said.verdict is Verdict.INCONCLUSIVE
        assert "gave way to a later deployment" in said.reason
    world.ecs.clock = world.ecs.clock.replace(hour=15)
    third = world.release(4)
    world.ecs.tasks.clear()
    world.ecs.shown["deployments"][0] |= {"runningCount": 0, "failedTasks": 5}
    world.ecs.shown["runningCount"] = 0
    assert world.judged(*third).verdict is Verdict.FAIL
    state, reason = world.take_back(*third)
    calls = [name for name, _ in world.ecs.calls if name.startswith(("Update", "Stop"))]
    assert (state, calls) == (RollbackState.SUGGESTED, []), reason
    assert "just before this release" in reason
    assert f"{SERVICE}:3" in reason
