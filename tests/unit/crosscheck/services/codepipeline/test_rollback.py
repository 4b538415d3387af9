from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import (
    NOTHING_ELSE_PROVEN,
    NOTHING_PROVEN,
    Feasibility,
    RollbackProposal,
    SupersededError,
)
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.subjects import Subject
from crosscheck.services.codepipeline import stage
from crosscheck.services.codepipeline.check import PipelineExecution
from crosscheck.services.codepipeline.rollback import DeployedStage, StageRollback
from tests.fakes.codepipeline_stages import FakeStages
from tests.fakes.json_protocol import FakeClients, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crosscheck.contracts.rollback import RollbackStarted

REGION, PIPELINE = "eu-west-2", "static-site"


class World:
    """A pipeline whose last execution, ours, deployed after two others had."""

    def __init__(self, ours: str = "Failed", **pipeline: Any) -> None:
        self.codepipeline = FakeStages(PIPELINE, "Source", "Deploy", "After", **pipeline)
        self.aws = FakeClients({("codepipeline", REGION): self.codepipeline})
        self.first = self.pass_through("Succeeded")
        self.before = self.pass_through("Succeeded")
        self.proven = self.before
        self.failed = self.pass_through("Failed")
        self.ours = self.pass_through(ours)
        self.subject = Subject(REGION, PIPELINE, self.ours)

    def pass_through(self, status: str) -> str:
        return self.codepipeline.execute(status=status, Source="Succeeded", Deploy=status)

    def propose(self, stage: str = "Deploy") -> RollbackProposal:
        return StageRollback().propose(DeployedStage(self.subject, stage), self.proven, self.aws)

    def execute(self, way: RollbackProposal) -> RollbackStarted:
        return StageRollback().execute(DeployedStage(self.subject, "Deploy"), way, self.proven, self.aws)


@pytest.mark.parametrize("status", ["Failed", "Succeeded"])
def test_the_stage_goes_back_to_the_execution_that_was_proven_in_it(status: str) -> None:
    world = World(status)
    way = world.propose()
    assert (way.feasibility, way.target) == (Feasibility.READY, "execution 00000001")
    assert way.reason == "Deploy goes back, in all its regions, to what execution 00000001 brought"
    assert world.codepipeline.called("RollbackStage") == []
    begun = world.execute(way)
    [asked] = world.codepipeline.called("RollbackStage")
    assert asked == {"pipelineName": PIPELINE, "stageName": "Deploy", "targetPipelineExecutionId": world.before}
    made = [*world.codepipeline.executions][-1]
    assert begun.verification == PlannedCheck("pipeline-execution", REGION, {"pipeline": PIPELINE, "execution": made})
    assert begun.reason == "Deploy is rolled back to execution 00000001 by execution 00000004"


def test_where_a_rollback_was_proven_the_stage_goes_back_to_what_that_went_back_to() -> None:
    world = World("Succeeded")
    world.proven = world.codepipeline.roll_back("Deploy", world.first, "Succeeded")
    world.subject = Subject(REGION, PIPELINE, world.pass_through("Failed"))
    way = world.propose()
    assert (way.feasibility, way.target) == (Feasibility.READY, "execution 00000000")


@pytest.mark.parametrize(
    ("pipeline", "stage", "words"),
    [
        ({"pipelineType": "V1"}, "Deploy", "V2 pipelines only, this one is V1"),
        ({}, "Source", "Source is the source stage"),
        ({}, "Gone", "no stage Gone any more"),
        ({}, "After", "no execution was in After"),
    ],
)
def test_what_codepipeline_does_not_roll_back_is_for_a_person(pipeline: dict[str, Any], stage: str, words: str) -> None:
    way = World(**pipeline).propose(stage)
    assert (way.feasibility, way.verification) == (Feasibility.MANUAL, None)
    assert words in way.reason


def test_a_rollback_is_never_rolled_back() -> None:
    world = World()
    world.subject = Subject(REGION, PIPELINE, world.codepipeline.roll_back("Deploy", world.first, "Failed"))
    way = world.propose()
    assert (way.feasibility, way.reason) == (Feasibility.MANUAL, "the execution is a rollback itself")


def test_a_pipeline_that_changed_has_no_target() -> None:
    world = World()
    world.codepipeline.pipeline["version"] = 4
    way = world.propose()
    assert way.feasibility is Feasibility.MANUAL
    assert "the pipeline changed since execution 00000001" in way.reason


def test_without_another_proven_execution_there_is_no_target() -> None:
    world = World("Succeeded")
    reasons = {"": NOTHING_PROVEN, world.ours: NOTHING_ELSE_PROVEN}
    for world.proven, reason in reasons.items():
        way = world.propose()
        assert (way.feasibility, way.reason) == (Feasibility.MANUAL, f"Deploy cannot be taken back: {reason}")


def test_an_execution_that_codepipeline_no_longer_has_is_no_target() -> None:
    world = World()
    del world.codepipeline.executions[world.before]
    way = world.propose()
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == "CodePipeline no longer has execution 00000001, the last one that passed in Deploy"


def test_two_bad_executions_in_a_row_go_back_to_the_one_before_both() -> None:
    world = World("Succeeded")
    world.codepipeline.passed[world.failed]["Deploy"] = "Succeeded"  # it was found broken, and left
    assert world.propose().target == "execution 00000001"


@pytest.mark.parametrize(
    ("status", "standing", "words"),
    [
        ("InProgress", Feasibility.SUPERSEDED, "Deploy runs again: it is InProgress"),
        ("Cancelled", Feasibility.MANUAL, "Deploy is Cancelled"),
    ],
)
def test_a_stage_that_did_not_end(status: str, standing: Feasibility, words: str) -> None:
    way = World(status).propose()
    assert way.feasibility is standing
    assert words in way.reason


@pytest.mark.parametrize("mode", ["SUPERSEDED", "QUEUED", "PARALLEL"])
@pytest.mark.parametrize("status", ["Failed", "Stopped", "Succeeded"])
def test_a_stage_goes_back_in_every_mode_and_from_every_end(mode: str, status: str) -> None:
    world = World(status, executionMode=mode)
    way = world.propose()
    assert (way.feasibility, way.target) == (Feasibility.READY, "execution 00000001")
    world.execute(way)
    assert [call["targetPipelineExecutionId"] for call in world.codepipeline.called("RollbackStage")] == [world.before]


def test_parallel_executions_that_are_at_work_in_the_stage_prevent_a_rollback() -> None:
    world = World(executionMode="PARALLEL")
    world.codepipeline.passed[world.before]["Deploy"] = "InProgress"
    way = world.propose()
    assert (way.feasibility, way.reason) == (Feasibility.SUPERSEDED, "execution 00000001 was in Deploy since")


def test_a_parallel_stage_that_nobody_entered_is_for_a_person() -> None:
    way = World(executionMode="PARALLEL").propose("After")
    assert (way.feasibility, way.reason) == (
        Feasibility.MANUAL,
        "no execution was in After since the pipeline changed",
    )


def test_a_later_execution_moved_on() -> None:
    world = World()
    way = world.propose()
    world.pass_through("InProgress")
    now = world.propose()
    assert (now.feasibility, now.reason) == (Feasibility.SUPERSEDED, "execution 00000004 was in Deploy since")
    with pytest.raises(SupersededError, match="00000004 was in Deploy since"):
        world.execute(way)
    assert world.codepipeline.called("RollbackStage") == []


def test_somebody_rolled_it_back() -> None:
    world = World()
    rollback = world.codepipeline.roll_back("Deploy", world.first)
    way = world.propose()
    assert (way.feasibility, way.target) == (Feasibility.ALREADY_BACK, "execution 00000000")
    assert way.verification == PlannedCheck("pipeline-execution", REGION, {"pipeline": PIPELINE, "execution": rollback})


def test_a_rollback_to_a_later_execution_or_to_ours_is_no_way_back() -> None:
    world = World("Succeeded")
    world.codepipeline.roll_back("Deploy", world.ours)
    assert world.propose().feasibility is Feasibility.SUPERSEDED
    later = world.pass_through("Succeeded")
    world.codepipeline.roll_back("Deploy", later)
    assert world.propose().feasibility is Feasibility.SUPERSEDED


def test_beginning_twice_has_one_effect() -> None:
    world = World()
    way = world.propose()
    first, second = world.execute(way), world.execute(way)
    assert first.verification == second.verification
    assert len(world.codepipeline.called("RollbackStage")) == 1


def test_another_target_than_proposed_is_a_change() -> None:
    world = World()
    way = world.propose()
    world.proven = world.first
    with pytest.raises(SupersededError, match="it changed meanwhile: Deploy goes back"):
        world.execute(way)
    assert world.codepipeline.called("RollbackStage") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda world: world.pass_through("InProgress"), "UnableToRollbackStageException"),
        (lambda world: world.codepipeline.pipeline.update(version=9), "PipelineExecutionOutdatedException"),
        (lambda world: world.codepipeline.pipeline["stages"].clear(), "StageNotFoundException"),
        (lambda world: world.codepipeline.executions.pop(world.before), "PipelineExecutionNotFoundException"),
    ],
)
def test_a_change_at_the_last_moment_is_codepipelines_to_refuse(change: Callable[[World], object], code: str) -> None:
    world = World()
    way = world.propose()
    world.codepipeline.before_rollback = lambda: change(world)
    with pytest.raises(SupersededError, match=f"CodePipeline cannot roll back Deploy any more: {code}"):
        world.execute(way)


def test_a_rollback_whose_answer_was_lost_has_begun() -> None:
    world = World()
    way = world.propose()
    world.codepipeline.before_rollback = lambda: world.codepipeline.roll_back("Deploy", world.before)
    begun = world.execute(way)  # botocore asks again, and the stage is running by then
    made = [*world.codepipeline.executions][-1]
    assert begun.verification.parameters["execution"] == made
    assert begun.reason == "Deploy was rolled back to execution 00000001 already, by execution 00000004"


def test_a_busy_pipeline_is_no_change_and_may_be_asked_again() -> None:
    world = World()
    way = world.propose()
    world.codepipeline.refuse_once("RollbackStage", RefusedError("ConflictException"))
    with pytest.raises(ClientError, match="ConflictException"):
        world.execute(way)
    assert world.execute(way).reason == "Deploy is rolled back to execution 00000001 by execution 00000004"


def test_a_pipeline_that_becomes_busy_with_another_execution_has_moved_on() -> None:
    world = World()
    way = world.propose()
    world.codepipeline.refuse_once("RollbackStage", RefusedError("ConflictException"))
    with pytest.raises(ClientError, match="ConflictException"):
        world.execute(way)
    world.pass_through("InProgress")
    with pytest.raises(SupersededError, match="00000004 was in Deploy since"):
        world.execute(way)


def test_a_denial_comes_out() -> None:
    world = World()
    way = world.propose()
    world.codepipeline.refuse("RollbackStage", RefusedError("AccessDeniedException"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        world.execute(way)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("Succeeded", Verdict.PASS),
        ("InProgress", Verdict.PENDING),
        ("Stopping", Verdict.PENDING),
        ("Failed", Verdict.FAIL),
        ("Stopped", Verdict.FAIL),
        ("Cancelled", Verdict.FAIL),
        ("Superseded", Verdict.FAIL),
    ],
)
def test_the_rollbacks_execution_proves_it(status: str, verdict: Verdict) -> None:
    world = World()
    begun = world.execute(world.propose())
    execution = begun.verification.parameters["execution"]
    world.codepipeline.executions[execution]["status"] = status
    found = PipelineExecution().run(begun.verification, world.aws)
    assert (found.verdict, found.values) == (verdict, {"status": status})
    assert found.reason == f"static-site: rollback execution 00000004 is {status}"


def test_of_a_pipeline_that_ran_for_years_only_the_newest_actions_are_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stage, "LIMIT", 4)
    world = World(executionMode="PARALLEL")
    for _ in range(10):
        world.pass_through("Succeeded")
    world.subject = Subject(REGION, PIPELINE, world.pass_through("Failed"))
    assert world.propose().feasibility is Feasibility.READY
    pages = [call.get("nextToken", "0") for call in world.codepipeline.called("ListActionExecutions")]
    assert set(pages) == {"0", "2"}


def test_of_executions_only_the_newest_are_looked_through_for_the_age_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "LIMIT", 4)
    world = World()
    world.codepipeline.roll_back("Deploy", world.first, "Succeeded")
    for _ in range(10):
        world.codepipeline.execute(Source="Succeeded")
    world.propose()
    pages = [call.get("nextToken", "0") for call in world.codepipeline.called("ListPipelineExecutions")]
    assert set(pages) == {"0", "2"}


def test_who_entered_a_stage_between_ours_and_its_rollback() -> None:
    world = World()
    other = world.pass_through("Succeeded")
    made = world.codepipeline.roll_back("Deploy", world.before)
    later = world.pass_through("Succeeded")
    stranger = Subject(REGION, PIPELINE, "99999999-2222-4333-8444-555555555555")
    assert stage.entered_between(world.subject, "Deploy", made, world.aws) == (other,)
    assert stage.entered_between(world.subject, "Deploy", stranger.execution, world.aws) == (other, made, later)
    assert stage.entered_between(stranger, "Deploy", made, world.aws) == ()
    world.codepipeline.again.append((world.ours, {"Deploy": "Failed"}))
    assert stage.entered_between(world.subject, "Deploy", made, world.aws) == ()


def test_the_status_of_a_parallel_execution_is_that_of_its_own_actions() -> None:
    world = World("Succeeded", executionMode="PARALLEL")
    assert stage.read_inside(world.subject, "Deploy", world.aws) == (world.ours, "Succeeded")
