from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.ledger.execution_facts import ReportedRun, StageState
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict, PreflightSeen
from plan_checks.preflight_plan import PreflightPlanning
from plan_checks.release.plan import ReleasePlanning
from plan_checks.release.plan_inputs import FinishedStage
from plan_checks.rollback_mode import Mode
from plan_checks.settings import PlanSettings
from tests.builders import tables
from tests.fakes.cards import Cards
from tests.fakes.codepipeline_plans import EXECUTION, GATE, HOME, PIPELINE, STARTED, FakePipelines
from tests.fakes.json_protocol import SESSION, FakeClients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from crosscheck.verification.item import VerificationItem

SUBJECT = Subject(HOME, PIPELINE, EXECUTION)
FINISHED = STARTED.timestamp() + 300
PLAN = "/crosscheck/plans/my-plan"
# Who judges what a stage of the canary service deploys.
GATES = {
    "DeployPrimary": "ValidatePrimary/Validate-US-East",
    "DeploySecondary": "ValidateSecondary/Validate-Secondary",
}


class Account:
    """A home region with a pipeline, plans and a ledger, as plan_checks sees it; ``now`` is its clock."""

    def __init__(self, table: DynamoDBClient) -> None:
        self.codepipeline = FakePipelines()
        self.ledger = Ledger(table, tables.NAME, 90)
        self.cards = Cards()
        self.clients = FakeClients({("codepipeline", HOME): self.codepipeline})
        self.settings = PlanSettings((HOME,), (), Mode.AUTO, GATE)
        self.now = FINISHED + 10

    def plan(self, stage: str, *, succeeded: bool = True, attempt: int = 1) -> list[VerificationItem]:
        """What follows from a stage that finished five minutes after the release began."""
        planning = ReleasePlanning(self.clients, self.ledger, self.cards, self.settings, lambda: self.now)
        return planning.plan(FinishedStage(SUBJECT, stage, succeeded, attempt, FINISHED))

    def preflight(self) -> list[VerificationItem]:
        """What is looked at when the execution starts."""
        planning = PreflightPlanning(self.clients, self.ledger, self.cards, self.settings, lambda: self.now)
        return planning.plan(SUBJECT)

    def tag(self, **tags: str) -> None:
        """Tag the pipeline; a tag of somebody else's is there already."""
        known = self.codepipeline.tags.get(PIPELINE, {"team": "web", "cost": "7"})
        self.codepipeline.tags[PIPELINE] = {**known, **{f"crosscheck:{key}": tags[key] for key in tags}}

    def publish(self, plan: str) -> None:
        """Write a plan, and name it by the pipeline's tag."""
        SESSION.client("ssm", region_name=HOME).put_parameter(
            Name=PLAN, Value=plan, Type="String", Tier="Advanced", Overwrite=True
        )
        self.tag(plan=PLAN)

    def set_mode(self, mode: Mode) -> None:
        """Set the stack's RollbackMode."""
        self.settings = replace(self.settings, rollback_mode=mode)

    def forbid_lifts(self) -> None:
        """Set the stack's PlansMayRollBack to false."""
        self.settings = replace(self.settings, plans_may_roll_back=False)

    def gate_said(
        self, stage: str, region: str, verdict: Verdict, *, final: bool = True, second: int = 60, judge: str = ""
    ) -> None:
        """What the gate of a stage saw of a region, so many seconds after the release began."""
        judged = RegionVerdict(region, verdict, "as the gate saw it", ())
        now = STARTED.timestamp() + second
        said = JudgeVerdict(stage, judged, now, final=final, judge=judge or GATES[stage], look=1)
        self.ledger.merge(SUBJECT, said.to_fact(now))

    def preflight_saw(self, region: str, *findings: Finding, second: int = -5) -> None:
        """What preflight saw of a region."""
        judged = RegionVerdict(region, Verdict.PASS, "", findings)
        self.ledger.merge(SUBJECT, PreflightSeen(judged, STARTED.timestamp() + second).to_fact())

    def stage_is(self, stage: str, state: str, attempt: int) -> None:
        """What an event told of a stage."""
        run = ReportedRun(State(state), attempt, STARTED.timestamp())
        self.ledger.merge(SUBJECT, StageState(stage, run).to_fact("event"))


@pytest.fixture
def account(ledger_table: DynamoDBClient) -> Account:
    return Account(ledger_table)


@pytest.fixture
def canary(account: Account) -> Account:
    """Release A as far as its primary's gate."""
    account.codepipeline.ran("DeployPrimary", "Deploy-US-East", second=10)
    return account


@pytest.fixture
def secondaries(canary: Account) -> Account:
    """Release A with a secondary that was deployed and one that was not."""
    canary.codepipeline.ran("ValidatePrimary", "Validate-US-East", second=30)
    canary.codepipeline.ran("DeploySecondary", "Deploy-EU-West", second=100, external="ecs-svc/1")
    canary.codepipeline.ran("DeploySecondary", "Deploy-AP", "Failed", second=101, error="JobFailed")
    return canary
