"""RollbackStage: a stage runs again with the artifacts of an execution that succeeded in it."""

import uuid
from typing import Any

import pytest

from tests.unit.local.codepipeline.gates import HeldGate
from tests.unit.local.codepipeline.harness import HOME, Account, wait_for
from tests.unit.local.codepipeline.wires import build, ecs, git_source, invoke, pipeline


@pytest.fixture
def gate(account: Account) -> HeldGate:
    return HeldGate(account)


def released(account: Account, execution: str) -> str:
    assert account.ended("my-pipeline", execution) == "Succeeded"
    service = account.aws.ecs[HOME].services["production", "my-service"]
    containers = account.aws.ecs[HOME].task_definitions[service["taskDefinition"]]["containerDefinitions"]
    return str(containers[0]["image"])


def roll_back(account: Account, target: str, stage: str = "DeployStage") -> str:
    answer = account.api().rollback_stage(pipelineName="my-pipeline", stageName=stage, targetPipelineExecutionId=target)
    return str(answer["pipelineExecutionId"])


@pytest.fixture
def two_releases(account: Account) -> tuple[str, str, str]:
    """The first execution, the second, and the image of the first."""
    account.aws.client("ecs", HOME).add_service("production", "my-service", {"web": "old:1"})
    first = account.create(pipeline([git_source()], [build()], [ecs()], [invoke(function="answers")]))
    answers(account)
    image = released(account, first)
    (second,) = account.service.push("my-org/my-service", "main", "Fix the thing", "release-bot")
    assert released(account, second) != image
    return first, second, image


def answers(account: Account) -> None:
    def answer(job: dict[str, Any]) -> None:
        account.api().put_job_success_result(jobId=job["id"])

    account.aws.client("lambda", HOME).functions["answers"] = answer


def test_only_that_stage_runs_again_with_the_old_artifacts(
    account: Account, two_releases: tuple[str, str, str]
) -> None:
    first, _, image = two_releases
    rollback = roll_back(account, first)
    assert released(account, rollback) == image
    assert account.changes(rollback) == [
        "Pipeline STARTED",
        "Stage DeployStage STARTED",
        "Action Deploy STARTED",
        "Action Deploy SUCCEEDED",
        "Stage DeployStage SUCCEEDED",
        "Pipeline SUCCEEDED",
    ]
    trigger = account.details(rollback, "Pipeline", "", "STARTED")["execution-trigger"]
    assert trigger == {"trigger-type": "ManualRollback", "trigger-detail": "arn:aws:iam::111122223333:root"}
    artifacts = [
        account.actions("my-pipeline", execution)["Deploy"]["input"]["inputArtifacts"]
        for execution in (first, rollback)
    ]
    assert artifacts[0] == artifacts[1]


def test_a_rollback_is_shown_as_one(account: Account, two_releases: tuple[str, str, str]) -> None:
    first, *_ = two_releases
    rollback = roll_back(account, first)
    account.ended("my-pipeline", rollback)
    shown = account.execution("my-pipeline", rollback)
    listed = account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"][0]
    for each in (shown, listed):
        assert each["executionType"] == "ROLLBACK"
        assert each["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
        assert each["trigger"]["triggerType"] == "ManualRollback"
    assert shown["artifactRevisions"] == account.execution("my-pipeline", first)["artifactRevisions"]
    stages = account.api().get_pipeline_state(name="my-pipeline")["stageStates"]
    assert stages[2]["latestExecution"] == {
        "pipelineExecutionId": rollback,
        "status": "Succeeded",
        "type": "ROLLBACK",
    }
    assert stages[1]["latestExecution"]["type"] == "STANDARD"
    assert "rollbackMetadata" not in account.execution("my-pipeline", first)


def test_a_failed_rollback_can_be_retried_and_stays_in_its_stage(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()], [invoke("Last", "answers")]))
    answers(account)
    gate.held(first)
    gate.release(first)
    account.ended("my-pipeline", first)
    rollback = roll_back(account, first, "GateStage")
    gate.held(rollback)
    gate.release(rollback, failure="no")
    assert account.ended("my-pipeline", rollback) == "Failed"
    account.api().retry_stage_execution(
        pipelineName="my-pipeline", stageName="GateStage", pipelineExecutionId=rollback, retryMode="FAILED_ACTIONS"
    )
    gate.held(rollback)
    gate.release(rollback)
    assert account.ended("my-pipeline", rollback) == "Succeeded"
    assert "Stage LastStage STARTED" not in account.changes(rollback)


def test_a_rollback_that_succeeded_is_listed_as_one_among_those_that_did(
    account: Account, two_releases: tuple[str, str, str]
) -> None:
    first, second, _ = two_releases
    rollback = roll_back(account, first)
    account.ended("my-pipeline", rollback)
    assert succeeded_in(account, "DeployStage") == [
        (rollback, "ROLLBACK", "Succeeded"),
        (second, "STANDARD", "Succeeded"),
        (first, "STANDARD", "Succeeded"),
    ]
    assert [execution for execution, *_ in succeeded_in(account, "BuildStage")] == [second, first]


def test_a_rollback_that_failed_did_not_succeed_in_the_stage(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()]))
    gate.held(first)
    gate.release(first)
    account.ended("my-pipeline", first)
    rollback = roll_back(account, first, "GateStage")
    gate.held(rollback)
    gate.release(rollback, failure="no")
    assert account.ended("my-pipeline", rollback) == "Failed"
    assert succeeded_in(account, "GateStage") == [(first, "STANDARD", "Succeeded")]


def test_a_failed_release_is_rolled_back_to_an_earlier_one(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()]))
    gate.held(first)
    gate.release(first)
    account.ended("my-pipeline", first)
    second = account.start("my-pipeline")
    gate.held(second)
    gate.release(second, failure="bad")
    assert account.ended("my-pipeline", second) == "Failed"
    (target,) = succeeded_in(account, "GateStage")
    rollback = roll_back(account, target[0], "GateStage")
    gate.held(rollback)
    gate.release(rollback)
    assert account.ended("my-pipeline", rollback) == "Succeeded"
    assert account.execution("my-pipeline", second)["status"] == "Failed"
    stage = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][1]
    assert stage["latestExecution"] == {
        "pipelineExecutionId": rollback,
        "status": "Succeeded",
        "type": "ROLLBACK",
    }


def succeeded_in(account: Account, stage: str) -> list[tuple[str, str, str]]:
    """The executions that succeeded in a stage, with their type and status; the newest first."""
    listed = account.api().list_pipeline_executions(
        pipelineName="my-pipeline", filter={"succeededInStage": {"stageName": stage}}
    )["pipelineExecutionSummaries"]
    return [(each["pipelineExecutionId"], each["executionType"], each["status"]) for each in listed]


def test_what_cannot_be_the_target(account: Account, two_releases: tuple[str, str, str]) -> None:
    first, *_ = two_releases
    errors = account.api().exceptions
    with pytest.raises(errors.StageNotFoundException):
        roll_back(account, first, "Nowhere")
    with pytest.raises(errors.PipelineExecutionNotFoundException):
        roll_back(account, str(uuid.uuid4()))
    with pytest.raises(errors.UnableToRollbackStageException, match="source stage"):
        roll_back(account, first, "SourceStage")
    rollback = roll_back(account, first)
    account.ended("my-pipeline", rollback)
    with pytest.raises(errors.UnableToRollbackStageException, match="is a rollback itself"):
        roll_back(account, rollback)
    account.api().update_pipeline(pipeline=account.api().get_pipeline(name="my-pipeline")["pipeline"])
    with pytest.raises(errors.UnableToRollbackStageException, match="structure changed"):
        roll_back(account, first)


def test_a_stage_that_runs_is_not_rolled_back(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()]))
    refused = account.api().exceptions.UnableToRollbackStageException
    gate.held(first)
    with pytest.raises(refused, match="currently running"):
        roll_back(account, first, "GateStage")
    gate.release(first, failure="no")
    account.ended("my-pipeline", first)
    with pytest.raises(refused, match="did not succeed"):
        roll_back(account, first, "GateStage")


def test_parallel_pipelines_are_rolled_back_although_no_stage_is_shown(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()], executionMode="PARALLEL"))
    gate.held(first)
    gate.release(first)
    account.ended("my-pipeline", first)
    back = roll_back(account, first, "GateStage")
    gate.held(back)
    gate.release(back)
    assert account.ended("my-pipeline", back) == "Succeeded"
    assert account.api().get_pipeline_state(name="my-pipeline")["stageStates"] == []


def test_a_rollback_goes_in_although_the_transition_is_disabled(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()]))
    gate.held(first)
    gate.release(first)
    account.ended("my-pipeline", first)
    account.api().disable_stage_transition(
        pipelineName="my-pipeline", stageName="GateStage", transitionType="Inbound", reason="frozen"
    )
    later = account.start("my-pipeline")
    wait_for(lambda: "Stage SourceStage SUCCEEDED" in account.changes(later), "the later one to wait")
    rollback = roll_back(account, first, "GateStage")
    gate.held(rollback)
    assert gate.inside == {rollback}
    gate.release(rollback)
    assert account.ended("my-pipeline", rollback) == "Succeeded"
