"""A person deploys by hand, then the next release breaks the region, in the mode ``auto``."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
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
HOTFIX = 3
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

    def passes(self, hours: int) -> None:
        """So much time."""
        self.ecs.clock = self.ecs.clock.replace(second=0) + timedelta(hours=hours)

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

    def breaks(self) -> None:
        """Every task of the service dies."""
        self.ecs.tasks.clear()
        self.ecs.shown["deployments"][0] |= {"runningCount": 0, "failedTasks": 5}
        self.ecs.shown["runningCount"] = 0

    def goes_back(self, number: int) -> None:
        """The circuit breaker takes the newest deployment back to an earlier number."""
        self.ecs.become(self.ecs.deployments[0]["serviceDeploymentArn"], "ROLLBACK_SUCCESSFUL")
        self.ecs.tasks.clear()
        for _ in range(2):
            self.ecs.run(SERVICE, self.ecs.shown["taskDefinition"], {"app": self.ecr.tags[SERVICE, str(number)]})

    def left_to_a_person(self, subject: Subject, check: PlannedCheck) -> bool:
        """Whether a rollback is only suggested, and names the hotfix."""
        state, reason = self.take_back(subject, check)
        calls = [name for name, _ in self.ecs.calls if name.startswith(("Update", "Stop"))]
        named = f"just before this release {SERVICE}:{HOTFIX} (sha256:" in reason
        return (state, calls, named) == (RollbackState.SUGGESTED, [], True)

    def fails(self, number: int) -> None:
        """A release whose deployment goes wrong, and so does its action."""
        subject, check = self.release(number)
        made = self.ecs.deployments[0]["serviceDeploymentArn"].rpartition("/")[2]
        self.breaks()
        failed = replace(check.deployed, status="Failed", external=made, error="JobFailed")
        assert self.judged(subject, replace(check, run=failed)).verdict is Verdict.FAIL

    def take_back(self, subject: Subject, check: PlannedCheck) -> tuple[RollbackState, str]:
        item = VerificationItem(
            Purpose.STAGE, subject, REGION, self.now(), (check,), stage="Deploy", attempt=1, mode="auto"
        )
        self.rollback.run(item, "verification")
        told = KnownFacts(self.ledger.read(subject)).rollback("Deploy", REGION)
        assert told
        return told.state, told.reason


@pytest.mark.parametrize("observed", [False, True])
def test_a_hotfix_is_left_to_a_person(ledger_table: DynamoDBClient, observed: bool) -> None:
    """It came while the release before it was observed still, or when that had passed."""
    world = World(ledger_table)
    assert world.judged(*world.release(1)).verdict is Verdict.PASS
    second = world.release(2)
    if not observed:
        assert world.judged(*second).verdict is Verdict.PASS
    world.deploy(HOTFIX)
    if observed:
        assert "gave way to a later deployment" in world.judged(*second).reason
    world.passes(hours=3)
    last = world.release(4)
    world.breaks()
    assert world.judged(*last).verdict is Verdict.FAIL
    assert world.left_to_a_person(*last)


def test_a_hotfix_of_a_release_whose_action_failed_is_left_to_a_person(ledger_table: DynamoDBClient) -> None:
    world = World(ledger_table)
    assert world.judged(*world.release(1)).verdict is Verdict.PASS
    world.passes(hours=1)
    world.fails(2)
    world.passes(hours=1)
    world.deploy(HOTFIX)
    world.passes(hours=1)
    last = world.release(4)
    world.breaks()
    assert world.judged(*last).verdict is Verdict.FAIL
    assert world.left_to_a_person(*last)


def test_a_hotfix_to_which_the_circuit_breaker_went_back_is_left_to_a_person(ledger_table: DynamoDBClient) -> None:
    world = World(ledger_table)
    for number in (1, 2):
        assert world.judged(*world.release(number)).verdict is Verdict.PASS
    world.deploy(HOTFIX)
    world.passes(hours=1)
    taken_back = world.release(4)
    world.goes_back(HOTFIX)
    assert world.judged(*taken_back).verdict is Verdict.FAIL
    world.passes(hours=1)
    last = world.release(5)
    world.breaks()
    assert world.judged(*last).verdict is Verdict.FAIL
    assert world.left_to_a_person(*last)


def test_two_bad_releases_in_a_row_are_taken_back_to_what_was_proven(ledger_table: DynamoDBClient) -> None:
    """The first of them failed in its action, and was left as it was."""
    world = World(ledger_table)
    assert world.judged(*world.release(1)).verdict is Verdict.PASS
    world.passes(hours=1)
    world.fails(2)
    world.passes(hours=1)
    last = world.release(3)
    world.breaks()
    assert world.judged(*last).verdict is Verdict.FAIL
    state, reason = world.take_back(*last)
    assert state is RollbackState.RUNNING, reason
    assert world.ecs.shown["taskDefinition"].endswith(f"{SERVICE}:1")
