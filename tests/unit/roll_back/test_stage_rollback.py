from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from conclude_checks.log import RollbackLog
from conclude_checks.region_rollback import RollbackRefusedError
from conclude_checks.stage_rollback import PROVE_SECONDS, WholeStageRollback

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.codepipeline.rollback import StageRollback
from crosscheck.verification.item import Purpose, VerificationItem, parse_item
from tests.builders import tables
from tests.fakes.cards import Cards
from tests.fakes.codepipeline_stages import FakeStages
from tests.fakes.json_protocol import FakeClients, RefusedError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_800_000_000.0
REGIONS = ("eu-west-1", "sa-east-1")
HOLDER = "verification-1"


class World:
    """A pipeline of two stages; the execution after a good one has failed in two regions of ``Deploy``."""

    def __init__(self, table: DynamoDBClient) -> None:
        self.codepipeline = FakeStages("p", "Source", "Deploy")
        self.good = self.codepipeline.execute(Source="Succeeded", Deploy="Succeeded")
        self.release = Subject("us-east-1", "p", self.codepipeline.execute(Source="Succeeded", Deploy="Succeeded"))
        self.ledger = Ledger(table, tables.NAME, 90)
        clients = FakeClients({("codepipeline", "us-east-1"): self.codepipeline})
        self.stage = WholeStageRollback(clients, RollbackLog(self.ledger, Cards(), lambda: NOW), StageRollback())

    def failed(self, *regions: str, mode: str = "auto") -> list[VerificationItem]:
        run = ActionRun("Deploy", "Site", "Succeeded", NOW - 300)
        checks = (PlannedCheck("s3-object", "", {"bucket": "b", "key": "k"}, run),)
        item = VerificationItem(
            Purpose.STAGE, self.release, "", NOW - 60, checks, "Deploy", 1, mode=mode, regions=REGIONS
        )
        return [replace(item, region=region) for region in regions]

    def told(self) -> dict[str, tuple[str, str]]:
        records = self.ledger.read(self.release)
        found = [record.latest for name, record in records.items() if name.startswith("rollback/Deploy/")]
        return {latest["region"]: (latest["state"], latest["reason"]) for latest in found}

    def rollbacks(self) -> int:
        return len(self.codepipeline.called("RollbackStage"))


@pytest.fixture
def world(ledger_table: DynamoDBClient) -> World:
    return World(ledger_table)


def test_a_stage_goes_back_and_its_rollback_is_proven(world: World) -> None:
    proof = world.stage.take(world.failed(*REGIONS), HOLDER)
    assert proof
    assert world.rollbacks() == 1
    assert (proof.purpose, proof.region, proof.regions) == (Purpose.ROLLBACK, "us-east-1", REGIONS)
    assert (proof.since, proof.deadline, proof.stage, proof.attempt) == (NOW, NOW + PROVE_SECONDS, "Deploy", 1)
    (check,) = proof.checks
    assert (check.kind, check.run) == ("pipeline-execution", None)
    assert parse_item(proof.to_json()) == proof
    assert {state for state, _ in world.told().values()} == {"running"}


def test_a_rollback_that_fails_is_not_rolled_back(world: World) -> None:
    proof = world.stage.take(world.failed(*REGIONS), HOLDER)
    assert proof
    assert (proof.mode, proof.judged, proof.last) == ("off", "", False)


def test_healthy_regions_are_not_taken_back_with_the_others(world: World) -> None:
    assert world.stage.take(world.failed("sa-east-1"), HOLDER) is None
    assert world.rollbacks() == 0
    reason = "only the whole stage can be rolled back, which would take eu-west-1 back as well"
    assert world.told() == {"sa-east-1": ("suggested", reason)}


def test_a_suggestion_changes_nothing(world: World) -> None:
    assert world.stage.take(world.failed(*REGIONS, mode="suggest"), HOLDER) is None
    assert world.rollbacks() == 0
    assert {state for state, _ in world.told().values()} == {"suggested"}


def test_one_region_that_may_not_be_taken_back_holds_the_stage(world: World) -> None:
    failed = [*world.failed("eu-west-1"), *world.failed("sa-east-1", mode="suggest")]
    assert world.stage.take(failed, HOLDER) is None
    assert world.rollbacks() == 0


def test_another_verification_does_nothing_once_the_stage_is_claimed(world: World) -> None:
    world.codepipeline.refuse_once("RollbackStage", RefusedError("AccessDeniedException"))
    assert world.stage.take(world.failed(*REGIONS), HOLDER) is None
    assert world.stage.take(world.failed(*REGIONS), "verification-2") is None
    assert world.rollbacks() == 1


def test_the_same_verification_goes_on_after_a_crash_between_claim_and_deed(world: World) -> None:
    world.ledger.claim(world.release, "claim/rollback/Deploy/all/1", HOLDER)
    assert world.stage.take(world.failed(*REGIONS), HOLDER)
    assert world.rollbacks() == 1


def test_the_same_verification_proves_what_it_began_before_a_crash(world: World) -> None:
    first = world.stage.take(world.failed(*REGIONS), HOLDER)
    second = world.stage.take(world.failed(*REGIONS), HOLDER)
    assert first
    assert second
    assert first.checks == second.checks
    assert world.rollbacks() == 1
    assert {state for state, _ in world.told().values()} == {"running"}


def test_a_stage_that_a_person_rolled_back_already_is_told_so(world: World) -> None:
    world.codepipeline.roll_back("Deploy", world.good)
    assert world.stage.take(world.failed(*REGIONS), HOLDER) is None
    assert {state for state, _ in world.told().values()} == {"back"}


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        ("UnableToRollbackStageException", "moved_on", "CodePipeline cannot roll back Deploy any more"),
        ("AccessDeniedException", "failed", "RollbackStage in us-east-1 was refused: AccessDeniedException"),
    ],
)
def test_what_codepipeline_refuses_is_told(world: World, code: str, state: str, words: str) -> None:
    world.codepipeline.refuse("RollbackStage", RefusedError(code, "secret text"))
    assert world.stage.take(world.failed(*REGIONS), HOLDER) is None
    assert {told for told, _ in world.told().values()} == {state}
    assert all(reason.startswith(words) and "secret" not in reason for _, reason in world.told().values())


@pytest.mark.parametrize("operation", ["GetPipelineState", "RollbackStage"])
def test_f54_what_codepipeline_is_too_busy_for_is_asked_again(world: World, operation: str) -> None:
    world.codepipeline.refuse(operation, RefusedError("ThrottlingException", "secret text"))
    with pytest.raises(RollbackRefusedError, match=f"^{operation} in us-east-1 was refused: ThrottlingException$"):
        world.stage.take(world.failed(*REGIONS), HOLDER)
    assert "failed" not in {state for state, _ in world.told().values()}
    world.codepipeline.refusals.clear()
    assert world.stage.take(world.failed(*REGIONS), HOLDER) is not None
    assert {state for state, _ in world.told().values()} == {"running"}


def test_a_stage_that_was_entered_since_has_moved_on(world: World) -> None:
    world.codepipeline.execute(Source="Succeeded", Deploy="InProgress")
    assert world.stage.take(world.failed(*REGIONS), HOLDER) is None
    assert {state for state, _ in world.told().values()} == {"moved_on"}


def test_a_stage_without_an_earlier_success_needs_a_person(world: World) -> None:
    world.codepipeline.passed[world.good]["Deploy"] = "Failed"
    assert world.stage.take(world.failed(*REGIONS), HOLDER) is None
    assert {state for state, _ in world.told().values()} == {"suggested"}
