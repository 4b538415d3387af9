from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackProposal
from crosscheck.contracts.verdicts import Verdict, judge
from crosscheck.ledger.execution_facts import ReportedRun, StageState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.proof_facts import EarliestState, ProvenState
from crosscheck.ledger.rollback_facts import RollbackClaim
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import DeployTarget, ImageSubject, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import PreflightSeen
from crosscheck.pipelines.runs import ActionRun
from crosscheck.verification.engine import Limits
from crosscheck.verification.item import Purpose, VerificationItem, parse_item
from roll_back.log import RollbackLog, RollbackRefusedError
from roll_back.region_rollback import VERIFY_SECONDS, RegionRollback
from tests.builders import tables
from tests.builders.events import BEGAN
from tests.fakes.cards import Cards
from tests.fakes.rollback import FakeRollback, refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_800_000_000.0
RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
RUN = ActionRun("Deploy", "EU", "Succeeded", NOW - 300)
WEB = PlannedCheck("ecs-service", "eu-west-1", {"cluster": "c", "service": "web"}, RUN)
API = PlannedCheck("ecs-service", "eu-west-1", {"cluster": "c", "service": "api"}, replace(RUN, name="API"))
ITEM = VerificationItem(
    Purpose.STAGE,
    RELEASE,
    "eu-west-1",
    NOW - 60,
    (WEB,),
    stage="Deploy",
    attempt=1,
    mode="auto",
    deployed_regions=("eu-west-1", "sa-east-1"),
)
HOLDER = "verification-1"


class World:
    """RegionRollback over a ledger, with rollbacks that a test shapes."""

    def __init__(self, table: DynamoDBClient, service: FakeRollback) -> None:
        self.service = service
        self.ledger = Ledger(table, tables.NAME, 90)
        self.cards = Cards()
        self.rollback = RegionRollback(Clients(), RollbackLog(self.ledger, self.cards, lambda: NOW))

    def run(self, item: VerificationItem = ITEM, holder: str = HOLDER) -> dict[str, Any]:
        return self.rollback.run(item, holder)

    def told(self) -> tuple[str, str, str]:
        latest = self.ledger.read(RELEASE)["rollback/Deploy/eu-west-1"].latest
        return latest["state"], latest["reason"], latest["target"]

    def stage_is_in_attempt(self, attempt: int) -> None:
        run = ReportedRun(State.RESUMED, attempt, BEGAN.timestamp())
        self.ledger.merge(RELEASE, StageState("Deploy", run).to_fact("event"))


@pytest.fixture
def world(ledger_table: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> World:
    service = FakeRollback()
    monkeypatch.setattr("crosscheck.registry.rollbacks.ROLLBACKS", {"ecs-service": service})
    monkeypatch.setattr("roll_back.region_rollback.later_checks", lambda *_: ())
    return World(ledger_table, service)


def test_what_is_ready_is_rolled_back_and_then_verified(world: World) -> None:
    answer = world.run()
    verification = parse_item(answer["verification"])
    assert world.service.begun == ["web"]
    assert world.told() == ("running", "rolling back to web:7", "web:7")
    assert (verification.purpose, verification.mode, verification.stage, verification.region) == (
        Purpose.ROLLBACK,
        "off",
        "Deploy",
        "eu-west-1",
    )
    assert (verification.attempt, verification.regions, verification.target) == (1, ("eu-west-1",), "web:7")
    assert (verification.since, verification.limits) == (
        NOW,
        Limits(deadline=VERIFY_SECONDS, failures=1, unknown_looks=5),
    )
    assert [(check.parameters["task_definition"], check.run) for check in verification.checks] == [("web:7", None)]
    assert world.cards.told == [RELEASE.key]


def test_the_verification_has_the_time_for_which_a_service_goes_on_once_it_is_back(world: World) -> None:
    world.service.settle_seconds = {"api": 3_600.0}
    verification = parse_item(world.run(replace(ITEM, checks=(WEB, API)))["verification"])
    assert verification.limits.deadline == VERIFY_SECONDS + 3_600


def test_a_suggestion_changes_nothing(world: World) -> None:
    assert world.run(replace(ITEM, mode="suggest")) == {"state": "suggested"}
    assert world.service.begun == []
    assert world.told() == ("suggested", "web is ready", "web:7")
    assert not [name for name in world.ledger.read(RELEASE) if name.startswith("claim/")]


def test_what_codepipeline_takes_back_is_left_to_it(world: World) -> None:
    assert world.run(replace(ITEM, left_to_codepipeline="left to CodePipeline")) == {"state": "left"}
    assert (world.service.begun, world.service.baselines) == ([], [])
    assert world.told() == ("left", "left to CodePipeline", "")


@pytest.mark.parametrize(
    ("feasibility", "state"),
    [(Feasibility.MANUAL, "suggested"), (Feasibility.ALREADY_BACK, "back"), (Feasibility.SUPERSEDED, "moved_on")],
)
def test_what_is_not_ready_is_told_and_left_alone(world: World, feasibility: Feasibility, state: str) -> None:
    world.service.feasibility = feasibility
    assert world.run() == {"state": state}
    assert world.service.begun == []
    assert world.told()[:2] == (state, f"web is {feasibility}")


def test_another_verification_does_nothing_once_the_region_is_claimed(world: World) -> None:
    world.service.errors = [refused("UpdateService", "ThrottlingException")]
    with pytest.raises(RollbackRefusedError):
        world.run()
    assert world.run(holder="verification-2") == {"state": "running"}
    assert world.service.begun == []


def test_a_missing_right_is_told_at_once_and_that_nothing_was_changed(world: World) -> None:
    world.service.errors = [refused("UpdateService", "AccessDeniedException")]
    assert world.run() == {"state": "failed"}
    reason = "UpdateService in eu-west-1 was refused: AccessDeniedException"
    assert world.told() == ("failed", reason, "")
    rollback = KnownFacts(world.ledger.read(RELEASE)).rollback("Deploy", "eu-west-1")
    assert rollback
    assert (rollback.untouched, rollback.replaces) == (True, False)


def test_a_right_that_is_missing_for_one_deployment_keeps_what_was_begun_from_no_proof(world: World) -> None:
    world.service.refusals = {"api": refused("UpdateService", "AccessDeniedException")}
    verification = parse_item(world.run(replace(ITEM, checks=(WEB, API)))["verification"])
    assert [check.parameters["service"] for check in verification.checks] == ["web"]
    assert verification.unrestored == "UpdateService in eu-west-1 was refused: AccessDeniedException"


def test_what_does_not_answer_for_one_deployment_is_asked_again_though_another_was_begun(world: World) -> None:
    world.service.refusals = {"api": refused("UpdateService", "ThrottlingException")}
    with pytest.raises(RollbackRefusedError):
        world.run(replace(ITEM, checks=(WEB, API)))
    assert world.service.begun == ["web"]


def test_the_same_verification_goes_on_after_a_crash_between_claim_and_deed(world: World) -> None:
    world.service.errors = [refused("UpdateService", "ThrottlingException")]
    with pytest.raises(RollbackRefusedError, match=r"^UpdateService in eu-west-1 was refused: ThrottlingException$"):
        world.run()
    assert "verification" in world.run()
    assert world.service.begun == ["web"]


def test_the_same_verification_verifies_what_it_began_before_a_crash(world: World) -> None:
    world.service.errors, world.service.lost = [refused("UpdateService", "InternalFailure")], True
    with pytest.raises(RollbackRefusedError):
        world.run()
    assert parse_item(world.run()["verification"]).target == "web:7"
    assert world.service.begun == ["web"]
    assert world.told()[0] == "running"


def test_a_retry_verifies_both_deployments_of_which_one_was_begun(world: World) -> None:
    world.service.errors, world.service.lost = [refused("UpdateService", "InternalFailure")], True
    both = replace(ITEM, checks=(WEB, API))
    with pytest.raises(RollbackRefusedError):
        world.run(both)
    verification = parse_item(world.run(both)["verification"])
    assert world.service.begun == ["web", "api"]
    assert [check.parameters["service"] for check in verification.checks] == ["web", "api"]


def test_what_went_back_by_itself_before_anybody_claimed_it_is_not_ours(world: World) -> None:
    world.service.feasibilities["web"] = Feasibility.ALREADY_BACK
    world.run(replace(ITEM, checks=(WEB, API)))
    assert world.service.begun == ["api"]
    assert world.told()[2] == "api:7"


def test_a_region_that_moves_on_at_the_last_moment_is_left_alone(world: World) -> None:
    world.service.moved = {"web"}
    assert world.run() == {"state": "moved_on"}
    assert world.told()[:2] == ("moved_on", "web is superseded")


def test_f04_a_verification_of_an_earlier_attempt_touches_nothing(world: World) -> None:
    world.stage_is_in_attempt(2)
    assert world.run() == {"state": "moved_on"}
    assert (world.service.begun, world.service.baselines) == ([], [])
    assert world.told()[:2] == ("moved_on", "Deploy was retried since")


def test_the_attempt_itself_is_no_later_one(world: World) -> None:
    world.stage_is_in_attempt(1)
    assert "verification" in world.run()


def test_a_later_attempt_has_a_claim_of_its_own(world: World) -> None:
    world.run()
    world.service.feasibilities.clear()
    assert "verification" in world.run(replace(ITEM, attempt=2), holder="verification-2")


def test_what_was_proven_is_given_to_the_rollback(world: World) -> None:
    proven = ProvenState("web:7", "execution#us-east-1#p#before", NOW - 900, NOW - 800)
    world.ledger.merge(DeployTarget("eu-west-1", WEB.subject), proven.to_fact())
    verification = parse_item(world.run()["verification"])
    assert world.service.baselines == ["web:7", "web:7"]  # to propose, and directly before acting
    assert verification.origin == "proven by execution before on 2027-01-15"


def test_what_is_no_release_is_not_taken_back(world: World) -> None:
    image = ImageSubject("us-east-1", "web", "sha256:" + "0" * 64)
    with pytest.raises(TypeError, match="only executions"):
        world.run(replace(ITEM, subject=image))


def test_what_ran_before_the_first_release_counts_only_if_it_was_read_before_the_deployment_began(world: World) -> None:
    for check, at in ((WEB, RUN.started - 1), (API, RUN.started)):
        world.ledger.merge(DeployTarget("eu-west-1", check.subject), EarliestState("old:1", at).to_fact())
    world.run(replace(ITEM, checks=(WEB, API), mode="suggest"))
    assert world.service.baselines == ["old:1", ""]


@pytest.mark.parametrize(
    "brought",
    [
        PlannedCheck("s3-object", "eu-west-1", {"bucket": "b", "key": "k"}, RUN),
        PlannedCheck("s3-object", "eu-west-1", {"bucket": "b", "key": ""}, RUN, "action Bring extracts an archive"),
        PlannedCheck("AppConfig", "eu-west-1", {"action": "Bring"}, RUN, "no check for provider AppConfig"),
    ],
    ids=["an object", "an archive", "an unknown provider"],
)
def test_what_has_no_rollback_of_its_own_goes_back_with_the_stage(world: World, brought: PlannedCheck) -> None:
    asked_for = PlannedCheck("http", "eu-west-1", {"url": "https://example.com/"})
    assert world.run(replace(ITEM, checks=(brought, asked_for))) == {"state": Purpose.WHOLE_STAGE}
    assert world.ledger.read(RELEASE) == {}


def test_beside_a_service_that_has_one_the_others_are_no_obstacle(world: World) -> None:
    site = PlannedCheck("s3-object", "eu-west-1", {"bucket": "b", "key": "k"}, RUN)
    answer = world.run(replace(ITEM, checks=(site, WEB)))
    assert world.service.begun == ["web"]
    assert parse_item(answer["verification"]).unrestored == "b/k: s3-object has no way back of its own"


def test_what_moves_on_beside_what_is_taken_back_is_told_with_it(world: World) -> None:
    world.service.moved = {"api"}
    answer = world.run(replace(ITEM, checks=(WEB, API)))
    assert parse_item(answer["verification"]).unrestored == "api is superseded"


def test_where_nothing_was_deployed_a_person_is_told(world: World) -> None:
    asked_for = PlannedCheck("http", "eu-west-1", {"url": "https://example.com/"})
    assert world.run(replace(ITEM, checks=(asked_for,))) == {"state": "suggested"}
    assert world.told()[1] == "nothing that this execution deployed here can be taken back"


def test_an_action_that_has_ended_since_it_was_planned_is_taken_back_as_it_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = replace(RUN, status="Failed", external="d-1")
    monkeypatch.setattr("crosscheck.plans.current.read_runs", lambda *_: {("Deploy", "EU"): ended})
    seen: list[ActionRun | None] = []
    propose = world.service.propose

    def proposing(planned: PlannedCheck, baseline: Any, aws: Clients) -> RollbackProposal:
        seen.append(planned.run)
        return propose(planned, baseline, aws)

    monkeypatch.setattr(world.service, "propose", proposing)
    world.run(replace(ITEM, checks=(replace(WEB, run=replace(RUN, status="InProgress")),)))
    assert seen == [ended, ended]


def test_what_a_stranger_deployed_just_before_is_only_suggested_to_go_back_from(world: World) -> None:
    world.ledger.merge(
        DeployTarget("eu-west-1", WEB.subject), ProvenState("web:5", "e", NOW - 9_000, NOW - 8_900).to_fact()
    )
    seen = judge("eu-west-1", [replace(WEB.finding(Verdict.PASS, ""), baselines={WEB.subject: "web:6"})])
    world.ledger.merge(RELEASE, PreflightSeen(seen, NOW - 400).to_fact())
    assert world.run() == {"state": "suggested"}
    assert world.service.begun == []
    assert "just before this release web:6 ran there" in world.told()[1]
    assert "go back to web:5" in world.told()[1]


def test_what_this_executions_own_later_action_brought_is_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replace(WEB, run=replace(RUN, stage="Shift", name="Again", started=NOW - 100))
    asked = list[tuple[object, ...]]()

    def later(*given: object) -> tuple[PlannedCheck, ...]:
        asked.append(given[:2])
        return (own,)

    monkeypatch.setattr("roll_back.region_rollback.later_checks", later)
    proposed: list[str] = []

    def propose(planned: PlannedCheck, _baseline: str, _aws: Clients) -> RollbackProposal:
        proposed.append(planned.deployed.name)
        ours = planned.deployed.name == "Again"
        return RollbackProposal(Feasibility.MANUAL if ours else Feasibility.SUPERSEDED, "")

    monkeypatch.setattr(world.service, "propose", propose)
    assert world.run() == {"state": "suggested"}
    assert (asked, proposed) == ([(WEB, RELEASE)], ["EU", "Again"])


def test_what_somebody_else_had_deployed_in_the_same_moment_is_written_and_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.service.hotfixes = {"web": "web:9: deploy it again"}
    world.run()
    replaced = KnownFacts(world.ledger.read(RELEASE)).replaced("Deploy", "eu-west-1")
    assert replaced is not None
    assert (replaced.what, replaced.attempt, replaced.at) == ("web:9: deploy it again", 1, NOW)
    assert world.cards.told == [RELEASE.key] * 2
    assert '"StrangersReplaced":[1.0]' in capsys.readouterr().out


def test_what_was_replaced_before_a_crash_is_written_after_it(world: World) -> None:
    world.service.hotfixes = {"web": "web:9: deploy it again"}
    world.service.errors, world.service.lost = [refused("UpdateService", "InternalFailure")], True
    with pytest.raises(RollbackRefusedError):
        world.run()
    assert KnownFacts(world.ledger.read(RELEASE)).replaced("Deploy", "eu-west-1") is None
    world.run()
    assert KnownFacts(world.ledger.read(RELEASE)).replaced("Deploy", "eu-west-1") is not None
    assert world.service.begun == ["web"]


def test_where_nothing_of_anybody_elses_was_replaced_nothing_is_said(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.run()
    assert KnownFacts(world.ledger.read(RELEASE)).replaced("Deploy", "eu-west-1") is None
    assert "StrangersReplaced" not in capsys.readouterr().out


def test_a_person_who_asks_for_it_has_said_where_to_go_back_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roll_back.region_rollback.ProvenStates.strange", lambda *_: "something strange ran there")
    assert world.run()["state"] == "suggested"
    answer = world.run(replace(ITEM, asked_by="U0123456789"), "verification-2")
    assert parse_item(answer["verification"]).asked_by == "U0123456789"
    rollback = KnownFacts(world.ledger.read(RELEASE)).rollback("Deploy", "eu-west-1")
    assert rollback
    assert (rollback.state, rollback.by) == ("running", "U0123456789")


def test_the_claim_says_who_takes_which_region_of_which_stage_back(world: World) -> None:
    world.run()
    known = KnownFacts(world.ledger.read(RELEASE))
    assert known.holder(RollbackClaim("Deploy", "eu-west-1", 1)) == HOLDER
