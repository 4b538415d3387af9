"""Executions of verify_release with the functions that it calls: what one state gives is what the next one reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

import check_region.handler
import conclude_checks.handler
import plan_checks.handler
import roll_back.handler
from check_region.region_check import RegionCheck
from conclude_checks.conclude import UNJUDGED, Conclusion
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.execution_facts import ReportedRun, StageState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.proof_facts import ProvenState
from crosscheck.ledger.rollback_facts import RollbackClaim
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import DeployTarget, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.codepipeline.rollback import StageRollback
from crosscheck.verification.engine import Limits
from crosscheck.verification.item import Purpose, VerificationItem
from roll_back.log import RollbackLog
from roll_back.region_rollback import RegionRollback
from roll_back.stage_rollback import WholeStageRollback
from tests.builders import tables
from tests.fakes.cards import Cards
from tests.fakes.codepipeline_stages import FakeStages
from tests.fakes.json_protocol import FakeClients, RefusedError
from tests.fakes.rollback import FakeRollback, refused
from tests.fakes.state_machine import ExecutionFailedError, StateMachine
from tests.unit.statemachines.test_verify_release import MACHINE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXECUTION = "verification-1"
REGIONS = ("eu-west-1", "sa-east-1")
# The decorator of the log reads no more of it than this.
CONTEXT: Any = SimpleNamespace(
    function_name="function", memory_limit_in_mb=256, invoked_function_arn="arn:of:it", aws_request_id="1"
)


class Account:
    """The four functions over one ledger, with the items of the plan and the findings of the looks that a test gives.

    The clock goes on by a second whenever somebody reads it, and by what the state machine waits.
    """

    def __init__(self, table: DynamoDBClient, patch: Callable[..., None]) -> None:
        self.codepipeline = FakeStages("p", "Source", "Deploy")
        good = self.codepipeline.execute(Source="Succeeded", Deploy="Succeeded")
        self.release = Subject("us-east-1", "p", self.codepipeline.execute(Source="Succeeded", Deploy="Succeeded"))
        self.ledger, self.service, self.ticks = Ledger(table, tables.NAME, 90), FakeRollback(), 1_800_000_000.0
        proven = ProvenState(good, "execution#us-east-1#p#good", self.ticks - 900, self.ticks - 800)
        self.ledger.merge(DeployTarget("us-east-1", "pipeline-stage p/Deploy"), proven.to_fact())
        self.items: list[VerificationItem] = []
        self.planning: Exception | None = None
        self.looks: dict[str, list[Verdict | Exception]] = {}
        clients, cards = FakeClients({("codepipeline", "us-east-1"): self.codepipeline}), Cards()
        log = RollbackLog(self.ledger, cards, self.clock)
        of_region, of_stage = RegionRollback(clients, log), WholeStageRollback(clients, log, StageRollback())
        patch("plan_checks.handler._plan", self.plan)
        patch("check_region.handler._looking", lambda: RegionCheck(clients, self.ledger, cards, self.clock))
        patch("crosscheck.plans.current.run_check", self.finding)
        patch("roll_back.handler._rollbacks", lambda: (of_region, of_stage))
        patch("crosscheck.registry.rollbacks.ROLLBACKS", {"ecs-service": self.service})
        patch("conclude_checks.handler._conclusion", lambda: Conclusion(self.ledger, cards, self.clock))

    def clock(self) -> float:
        self.ticks += 1 + sum(self.machine.waited)
        self.machine.waited.clear()
        return self.ticks

    def plan(self, _request: object) -> Sequence[VerificationItem]:
        if self.planning:
            raise self.planning
        return self.items

    def finding(self, planned: PlannedCheck, _clients: Clients, _beside: Sequence[PlannedCheck]) -> Finding:
        """The next one of the region; its last one stays."""
        verdicts = self.looks[planned.region]
        verdict = verdicts.pop(0) if len(verdicts) > 1 else verdicts[0]
        if isinstance(verdict, Exception):
            raise verdict
        return planned.finding(verdict, f"it is {verdict}")

    def item(self, region: str, kind: str = "ecs-service", mode: str = "auto", **limits: float) -> VerificationItem:
        parameters = {"cluster": "c", "service": "web"} if kind == "ecs-service" else {"bucket": "b", "key": "k"}
        return VerificationItem(
            purpose=Purpose.STAGE,
            subject=self.release,
            region=region,
            since=self.ticks,
            checks=(PlannedCheck(kind, region, parameters, ActionRun("Deploy", region, "Succeeded", 1.0)),),
            limits=Limits(**{"soak": 60.0, "deadline": 1800.0, "failures": 1, "unknown_looks": 5} | limits),  # type: ignore[arg-type]
            stage="Deploy",
            attempt=1,
            mode=mode,
            deployed_regions=REGIONS,
        )

    def verify(self, **looks: Verdict | list[Verdict | Exception]) -> dict[str, list[str]]:
        """What it concludes. The looks of a region, by its name with ``_`` for ``-``; each region has an item."""
        for name, verdicts in looks.items():
            self.looks[name.replace("_", "-")] = verdicts if isinstance(verdicts, list) else [verdicts]
        self.items = self.items or [self.item(region) for region in self.looks]
        concluded = self.execute()["concluded"]
        return {key: concluded[key] for key in ("passed", "failed", "unknown")}

    def execute(self) -> dict[str, Any]:
        """The output of the state machine for the end of the stage."""
        functions = {
            "${PlanChecks}": plan_checks.handler.handler,
            "${CheckRegion}": check_region.handler.handler,
            "${RollBack}": roll_back.handler.handler,
            "${ConcludeChecks}": conclude_checks.handler.handler,
        }
        called = {name: lambda event, call=call: call(event, CONTEXT) for name, call in functions.items()}
        self.machine = StateMachine(MACHINE, called, {"Execution": {"Name": EXECUTION}})
        asked = {"subject": self.release.key, "stage": "Deploy", "state": "SUCCEEDED", "attempt": 1}
        return dict(self.machine.run({**asked, "at": "2026-03-04T10:00:00+00:00"}))

    def verdict(self, region: str) -> JudgeVerdict:
        (verdict,) = KnownFacts(self.ledger.read(self.release)).verdicts_on("Deploy", region)
        return verdict

    def rollback(self, region: str) -> tuple[str, str]:
        """What became of it, and why."""
        rollback = KnownFacts(self.ledger.read(self.release)).rollback("Deploy", region)
        assert rollback
        return rollback.state.value, rollback.reason


@pytest.fixture
def account(ledger_table: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Account:
    return Account(ledger_table, monkeypatch.setattr)


def test_a_pending_look_is_an_answer_and_no_error_of_the_function(account: Account) -> None:
    """A look that raised would be retried by the state machine, and ends as unjudged here."""
    concluded = account.verify(eu_west_1=[Verdict.PENDING, Verdict.PENDING, Verdict.PASS])
    assert concluded == {"passed": ["eu-west-1"], "failed": [], "unknown": []}
    loop = account.machine.entered[account.machine.entered.index("Look") :]
    assert loop[:6] == ["Look", "Looked", "LookLater"] * 2
    assert account.verdict("eu-west-1").final


def test_a_failure_is_confirmed_and_rolled_back_and_that_is_verified(account: Account) -> None:
    looks = [Verdict.FAIL, Verdict.FAIL, Verdict.PENDING, Verdict.PASS]
    assert account.verify(eu_west_1=[*looks], sa_east_1=Verdict.PASS) == {
        "passed": ["sa-east-1"],
        "failed": ["eu-west-1"],
        "unknown": [],
    }
    assert account.service.begun == ["web"]
    assert account.rollback("eu-west-1")[0] == "done"
    assert account.verdict("eu-west-1").judged.verdict is Verdict.FAIL
    known = KnownFacts(account.ledger.read(account.release))
    assert known.holder(RollbackClaim("Deploy", "eu-west-1", 1)) == EXECUTION


def test_a_rollback_that_fails_is_not_rolled_back(account: Account) -> None:
    assert account.verify(eu_west_1=Verdict.FAIL)["failed"] == ["eu-west-1"]
    assert account.machine.entered.count("RollBack") == 1
    assert account.rollback("eu-west-1")[0] == "failed"


def test_a_failure_that_may_not_be_rolled_back_ends_as_judged(account: Account) -> None:
    account.items = [account.item("eu-west-1", mode="off")]
    assert account.verify(eu_west_1=Verdict.FAIL)["failed"] == ["eu-west-1"]
    assert "RollBack" not in account.machine.entered


def test_what_a_gate_failed_is_rolled_back_on_its_word(account: Account) -> None:
    account.items = [replace(account.item("eu-west-1"), gate_verdict="FAIL")]
    assert account.verify(eu_west_1=Verdict.PASS)["failed"] == ["eu-west-1"]
    assert account.service.begun == ["web"]
    assert account.rollback("eu-west-1")[0] == "done"


@pytest.mark.parametrize("feasibility", [Feasibility.MANUAL, Feasibility.ALREADY_BACK, Feasibility.SUPERSEDED])
def test_what_cannot_be_rolled_back_is_told_and_has_failed(account: Account, feasibility: Feasibility) -> None:
    account.service.feasibility = feasibility
    assert account.verify(eu_west_1=Verdict.FAIL)["failed"] == ["eu-west-1"]
    assert "Told" in account.machine.entered
    assert account.rollback("eu-west-1")[1] == f"web is {feasibility}"


def test_a_rollback_that_aws_refuses_for_good_is_told_in_its_words(account: Account) -> None:
    account.service.errors = [refused("UpdateService", "ThrottlingException")]
    assert account.verify(eu_west_1=Verdict.FAIL)["failed"] == ["eu-west-1"]
    assert "NotRolledBack" in account.machine.entered
    reason = "UpdateService in eu-west-1 was refused: ThrottlingException"
    assert account.rollback("eu-west-1") == ("failed", reason)


def test_a_look_that_crashes_leaves_its_region_unknown_and_takes_nothing_from_the_others(account: Account) -> None:
    concluded = account.verify(eu_west_1=[MemoryError("of the function")], sa_east_1=Verdict.PASS)
    assert concluded == {"passed": ["sa-east-1"], "failed": [], "unknown": ["eu-west-1"]}
    assert account.verdict("eu-west-1").judged.reason == UNJUDGED


def test_a_stage_that_only_goes_back_as_a_whole_is_rolled_back_in_a_second_round(account: Account) -> None:
    account.items = [account.item(region, "s3-object") for region in REGIONS]
    account.verify(eu_west_1=Verdict.FAIL, sa_east_1=Verdict.FAIL, us_east_1=Verdict.PASS)
    assert account.machine.entered.count("Stages") == 1
    assert len(account.codepipeline.called("RollbackStage")) == 1
    assert {account.rollback(region)[0] for region in REGIONS} == {"done"}


def test_f54_a_whole_stage_that_is_never_rolled_back_is_told_and_the_execution_ends(account: Account) -> None:
    account.codepipeline.refuse("RollbackStage", RefusedError("ConflictException"))
    account.items = [account.item(region, "s3-object") for region in REGIONS]
    account.verify(eu_west_1=Verdict.FAIL, sa_east_1=Verdict.FAIL)
    reason = "RollbackStage in us-east-1 was refused: ConflictException"
    assert [account.rollback(region) for region in REGIONS] == [("failed", reason)] * 2


def test_a_stage_with_a_healthy_region_is_only_suggested_to_go_back(account: Account) -> None:
    account.items = [account.item(region, "s3-object") for region in REGIONS]
    concluded = account.verify(eu_west_1=Verdict.FAIL, sa_east_1=Verdict.PASS)
    assert account.codepipeline.called("RollbackStage") == []
    assert account.rollback("eu-west-1")[0] == "suggested"
    assert concluded["unknown"] == []


def test_the_end_of_an_earlier_attempt_rolls_nothing_back(account: Account) -> None:
    account.ledger.merge(account.release, StageState("Deploy", ReportedRun(State.RESUMED, 2, 1.0)).to_fact("event"))
    account.verify(eu_west_1=Verdict.FAIL)
    assert account.service.begun == []
    assert account.rollback("eu-west-1")[0] == "moved_on"


def test_a_plan_that_cannot_be_made_ends_as_a_failed_execution(account: Account) -> None:
    account.planning = KeyError("of the function")
    with pytest.raises(ExecutionFailedError, match=r"^NotPlanned$"):
        account.execute()


def test_a_pipeline_that_was_deleted_meanwhile_ends_without_an_alarm(account: Account) -> None:
    errors = boto3.client("codepipeline", region_name="us-east-1").exceptions
    account.planning = errors.PipelineNotFoundException({}, "GetPipeline")
    assert "concluded" not in account.execute()
    assert account.machine.entered[-1] == "NothingToVerify"


def test_a_plan_without_regions_verifies_nothing(account: Account) -> None:
    assert account.execute() == {"subject": account.release.key, "regions": []}
    assert account.machine.entered == ["Plan", "AnyRegions", "NothingToVerify"]
