"""Stopping in every state, retrying after a stop, and what is refused then."""

import uuid

import pytest

from tests.unit.local.codepipeline.gates import HeldGate
from tests.unit.local.codepipeline.harness import Account
from tests.unit.local.codepipeline.wires import approval, git_source, invoke, pipeline


@pytest.fixture
def gate(account: Account) -> HeldGate:
    return HeldGate(account)


def stop(account: Account, execution: str, **more: object) -> None:
    account.api().stop_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=execution, **more)


def retry(account: Account, execution: str, stage: str = "GateStage") -> None:
    account.api().retry_stage_execution(
        pipelineName="my-pipeline", pipelineExecutionId=execution, stageName=stage, retryMode="FAILED_ACTIONS"
    )


def test_an_action_that_fails_while_stopping_leaves_the_execution_stopped(account: Account, gate: HeldGate) -> None:
    execution = account.create(pipeline([git_source()], [invoke()]))
    gate.held(execution)
    stop(account, execution)
    gate.release(execution, failure="no")
    assert account.ended("my-pipeline", execution) == "Stopped"
    assert account.changes(execution)[-3:] == ["Action Gate FAILED", "Stage GateStage STOPPED", "Pipeline STOPPED"]


def test_who_waits_for_a_stop_may_abandon_after_all(account: Account, gate: HeldGate) -> None:
    execution = account.create(pipeline([git_source()], [invoke()]))
    gate.held(execution)
    stop(account, execution, reason="first")
    stop(account, execution, abandon=True)
    assert account.ended("my-pipeline", execution) == "Stopped"
    assert account.changes(execution)[-3:] == [
        "Action Gate ABANDONED",
        "Stage GateStage STOPPED",
        "Pipeline STOPPED",
    ]
    summary = account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"][0]
    assert summary["stopTrigger"] == {"reason": "first"}


def test_a_stopped_stage_is_retried_and_goes_on(account: Account, gate: HeldGate) -> None:
    execution = account.create(pipeline([git_source()], [invoke(), invoke("Next", runOrder=2)]))
    gate.held(execution)
    stop(account, execution, reason="wait")
    gate.release(execution)
    assert account.ended("my-pipeline", execution) == "Stopped"
    account.events.events.clear()
    retry(account, execution)
    gate.held(execution)
    gate.release(execution)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert account.changes(execution) == [
        "Pipeline RESUMED",
        "Stage GateStage RESUMED",
        "Action Next STARTED",
        "Action Next SUCCEEDED",
        "Stage GateStage SUCCEEDED",
        "Pipeline SUCCEEDED",
    ]
    summary = account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"][0]
    assert "stopTrigger" not in summary


def test_an_abandoned_action_is_retried(account: Account) -> None:
    account.clock.speed = 1.0
    execution = account.create(pipeline([git_source()], [approval()]))
    account.running("my-pipeline", execution, "Approve")
    stop(account, execution, abandon=True)
    account.ended("my-pipeline", execution)
    retry(account, execution, "ApproveStage")
    account.running("my-pipeline", execution, "Approve")
    runs = account.api().list_action_executions(pipelineName="my-pipeline", filter={"pipelineExecutionId": execution})[
        "actionExecutionDetails"
    ]
    assert [run["status"] for run in runs] == ["InProgress", "Abandoned", "Succeeded"]
    latest = {"pipelineExecutionId": execution, "startTimeRange": "Latest"}
    newest = account.api().list_action_executions(
        pipelineName="my-pipeline", filter={"latestInPipelineExecution": latest}
    )["actionExecutionDetails"]
    assert [(run["actionName"], run["status"]) for run in newest] == [
        ("Approve", "InProgress"),
        ("Source", "Succeeded"),
    ]


def test_error_codes(account: Account, gate: HeldGate) -> None:
    errors = account.api().exceptions
    execution = account.create(pipeline([git_source()], [invoke()]))
    gate.held(execution)
    with pytest.raises(errors.PipelineNotFoundException):
        account.api().stop_pipeline_execution(pipelineName="other", pipelineExecutionId=execution)
    with pytest.raises(errors.PipelineExecutionNotStoppableException):
        stop(account, str(uuid.uuid4()))
    with pytest.raises(errors.ValidationException, match="less than or equal to 200"):
        stop(account, execution, reason="x" * 201)
    with pytest.raises(errors.StageNotRetryableException):
        retry(account, str(uuid.uuid4()))
    stop(account, execution, abandon=True)
    account.ended("my-pipeline", execution)
    with pytest.raises(errors.PipelineExecutionNotStoppableException):
        stop(account, execution, abandon=True)
    with pytest.raises(errors.StageNotRetryableException):
        retry(account, execution, "SourceStage")
