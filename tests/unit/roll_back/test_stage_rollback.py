from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crosscheck.ledger.execution_facts import ReportedRun, StageState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.proof_facts import ProvenState
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import DeployTarget, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.services.codepipeline.rollback import StageRollback
from crosscheck.verification.engine import Limits
from crosscheck.verification.item import Purpose, VerificationItem, parse_item
from roll_back.log import RollbackLog, RollbackRefusedError
from roll_back.stage_rollback import VERIFY_SECONDS, WholeStageRollback
from tests.builders import tables
from tests.builders.events import BEGAN
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
        proven = ProvenState(self.good, "execution#us-east-1#p#good", NOW - 900, NOW - 800)
        self.ledger.merge(DeployTarget("us-east-1", "pipeline-stage p/Deploy"), proven.to_fact())
        clients = FakeClients({("codepipeline", "us-east-1"): self.codepipeline})
        self.stage = WholeStageRollback(clients, RollbackLog(self.ledger, Cards(), lambda: NOW), StageRollback())

    def run(
        self,
        *regions: str,
        deployed: tuple[str, ...] = REGIONS,
        mode: str = "auto",
        attempt: int = 1,
        holder: str = HOLDER,
    ) -> dict[str, Any]:
        """The answer for a stage that was deployed to some regions, of which these failed; by default both."""
        item = VerificationItem(
            Purpose.WHOLE_STAGE,
            self.release,
            "us-east-1",
            NOW - 60,
            stage="Deploy",
            attempt=attempt,
            mode=mode,
            deployed_regions=REGIONS,
            regions=regions or REGIONS,
        )
        return self.stage.run(item, holder)

    def told(self) -> dict[str, tuple[str, str]]:
        records = self.ledger.read(self.release)
        found = [record.latest for name, record in records.items() if name.startswith("rollback/Deploy/")]
        return {latest["region"]: (latest["state"], latest["reason"]) for latest in found}

    def rollbacks(self) -> int:
        return len(self.codepipeline.called("RollbackStage"))


@pytest.fixture
def world(ledger_table: DynamoDBClient) -> World:
    return World(ledger_table)


def test_a_stage_goes_back_and_its_rollback_is_verified(world: World) -> None:
    answer = world.run()
    assert answer["state"] == "running"
    verification = parse_item(answer["verification"])
    assert world.rollbacks() == 1
    assert verification.purpose is Purpose.ROLLBACK
    assert (verification.region, verification.regions) == ("us-east-1", REGIONS)
    assert (verification.since, verification.stage, verification.attempt) == (NOW, "Deploy", 1)
    assert verification.limits == Limits(deadline=VERIFY_SECONDS, failures=1, unknown_looks=5)
    (check,) = verification.checks
    assert (check.kind, check.run) == ("pipeline-execution", None)
    assert world.told() == dict.fromkeys(REGIONS, ("running", "rolling back to execution 00000000"))


def test_a_rollback_that_fails_is_not_rolled_back(world: World) -> None:
    verification = parse_item(world.run()["verification"])
    assert (verification.mode, verification.gate_verdict, verification.progress) == ("off", "", None)


def test_healthy_regions_are_not_taken_back_with_the_others(world: World) -> None:
    assert world.run("sa-east-1") == {"state": "suggested"}
    assert world.rollbacks() == 0
    reason = "only the whole stage can be rolled back, which would take eu-west-1 back as well"
    assert world.told() == {"sa-east-1": ("suggested", reason)}


def test_a_suggestion_changes_nothing(world: World) -> None:
    assert world.run(mode="suggest") == {"state": "suggested"}
    assert world.rollbacks() == 0
    assert {state for state, _ in world.told().values()} == {"suggested"}
    assert not [name for name in world.ledger.read(world.release) if name.startswith("claim/")]


def test_a_verification_of_an_earlier_attempt_touches_nothing(world: World) -> None:
    run = ReportedRun(State.RESUMED, 2, BEGAN.timestamp())
    world.ledger.merge(world.release, StageState("Deploy", run).to_fact("event"))
    assert world.run() == {"state": "moved_on"}
    assert world.codepipeline.calls == []
    assert world.told() == dict.fromkeys(REGIONS, ("moved_on", "Deploy was retried since"))
    assert world.run(attempt=2)["state"] == "running"


def test_another_verification_does_nothing_once_the_stage_is_claimed(world: World) -> None:
    world.codepipeline.refuse_once("RollbackStage", RefusedError("AccessDeniedException"))
    assert world.run() == {"state": "failed"}
    assert world.run(holder="verification-2") == {"state": "running"}
    assert world.rollbacks() == 1


def test_the_same_verification_goes_on_after_a_crash_between_claim_and_deed(world: World) -> None:
    world.ledger.claim(world.release, "claim/rollback/Deploy/all/1", HOLDER)
    assert "verification" in world.run()
    assert world.rollbacks() == 1


def test_the_same_verification_verifies_what_it_began_before_a_crash(world: World) -> None:
    first, second = world.run()["verification"], world.run()["verification"]
    assert first["checks"] == second["checks"]
    assert world.rollbacks() == 1
    assert {state for state, _ in world.told().values()} == {"running"}


def test_a_stage_that_a_person_rolled_back_already_is_told_so(world: World) -> None:
    world.codepipeline.roll_back("Deploy", world.good)
    assert world.run() == {"state": "back"}
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
    assert world.run() == {"state": state}
    assert {told for told, _ in world.told().values()} == {state}
    assert all(reason.startswith(words) and "secret" not in reason for _, reason in world.told().values())


@pytest.mark.parametrize("operation", ["GetPipelineState", "RollbackStage"])
def test_f54_what_codepipeline_is_too_busy_for_is_asked_again(world: World, operation: str) -> None:
    world.codepipeline.refuse(operation, RefusedError("ThrottlingException", "secret text"))
    with pytest.raises(RollbackRefusedError, match=f"^{operation} in us-east-1 was refused: ThrottlingException$"):
        world.run()
    assert "failed" not in {state for state, _ in world.told().values()}
    world.codepipeline.refusals.clear()
    assert "verification" in world.run()
    assert {state for state, _ in world.told().values()} == {"running"}


def test_a_stage_that_was_entered_since_has_moved_on(world: World) -> None:
    world.codepipeline.execute(Source="Succeeded", Deploy="InProgress")
    assert world.run() == {"state": "moved_on"}
    assert {state for state, _ in world.told().values()} == {"moved_on"}


def test_a_stage_in_which_nothing_else_was_proven_needs_a_person(world: World) -> None:
    own = ProvenState(world.release.execution, world.release.key, NOW - 300, NOW - 200)
    world.ledger.merge(DeployTarget("us-east-1", "pipeline-stage p/Deploy"), own.to_fact())
    assert world.run() == {"state": "suggested"}
    assert {state for state, _ in world.told().values()} == {"suggested"}


def test_an_execution_that_came_through_in_the_same_moment_is_named_for_every_region(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    hotfix: list[str] = []
    world.codepipeline.before_rollback = lambda: hotfix.append(world.codepipeline.execute(Deploy="Succeeded"))
    world.run()
    known = KnownFacts(world.ledger.read(world.release))
    for region in REGIONS:
        replaced = known.replaced("Deploy", region)
        assert replaced is not None
        assert replaced.what == (
            f"what execution {hotfix[0][:8]} brought: aws codepipeline rollback-stage --region us-east-1 "
            f"--pipeline-name p --stage-name Deploy --target-pipeline-execution-id {hotfix[0]}"
        )
    assert '"StrangersReplaced":[1.0]' in capsys.readouterr().out
