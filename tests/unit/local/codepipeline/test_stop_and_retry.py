"""Stopping, abandoning, retrying, cancelling by an update, deleting, closing."""

import threading

import pytest

from local.outcomes import Outcome
from tests.unit.local.codepipeline.gates import HeldGate
from tests.unit.local.codepipeline.harness import HOME, Account, open_account, wait_for
from tests.unit.local.codepipeline.wires import build, ecs, git_source, invoke, pipeline


@pytest.fixture
def gate(account: Account) -> HeldGate:
    return HeldGate(account)


def stop(account: Account, execution: str, **more: object) -> None:
    account.api().stop_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=execution, **more)


def retry(account: Account, execution: str, stage: str = "GateStage", mode: str = "FAILED_ACTIONS") -> None:
    account.api().retry_stage_execution(
        pipelineName="my-pipeline", pipelineExecutionId=execution, stageName=stage, retryMode=mode
    )


def test_stop_lets_the_action_in_progress_end(account: Account, gate: HeldGate) -> None:
    execution = account.create(pipeline([git_source()], [invoke(), invoke("Next", runOrder=2)]))
    gate.held(execution)
    stop(account, execution, reason="not today")
    assert account.execution("my-pipeline", execution)["status"] == "Stopping"
    gate.release(execution)
    assert account.ended("my-pipeline", execution) == "Stopped"
    assert account.changes(execution)[-5:] == [
        "Pipeline STOPPING",
        "Stage GateStage STOPPING",
        "Action Gate SUCCEEDED",
        "Stage GateStage STOPPED",
        "Pipeline STOPPED",
    ]
    assert account.details(execution, "Pipeline", "", "STOPPING")["stop-execution-comments"] == "not today"
    summary = account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"][0]
    assert summary["stopTrigger"] == {"reason": "not today"}


def test_abandon_ends_a_deployment_that_hangs(account: Account) -> None:
    account.aws.client("ecs", HOME).add_service("production", "my-service", {"web": "old:1"})
    account.outcomes.choose(HOME, "ECS", None, Outcome.HANG)
    execution = account.create(pipeline([git_source()], [build()], [ecs()]))
    account.running("my-pipeline", execution, "Deploy")
    stop(account, execution, abandon=True)
    assert account.ended("my-pipeline", execution) == "Stopped"
    assert account.actions("my-pipeline", execution)["Deploy"]["status"] == "Abandoned"
    assert "start-time" not in account.details(execution, "Action", "Deploy", "ABANDONED")


def test_an_answer_to_an_abandoned_job_is_refused(account: Account, gate: HeldGate) -> None:
    execution = account.create(pipeline([git_source()], [invoke()]))
    gate.held(execution)
    stop(account, execution, abandon=True)
    account.ended("my-pipeline", execution)
    job = account.aws.functions[HOME].jobs[0]["id"]
    with pytest.raises(account.api().exceptions.InvalidJobStateException):
        account.api().put_job_success_result(jobId=job)


def test_a_waiting_execution_stops_at_once(account: Account, gate: HeldGate) -> None:
    first = account.create(pipeline([git_source()], [invoke()]))
    gate.held(first)
    second = account.start("my-pipeline")
    wait_for(lambda: "Stage SourceStage SUCCEEDED" in account.changes(second), "the second to wait")
    stop(account, second)
    assert account.ended("my-pipeline", second) == "Stopped"
    gate.release(first)
    assert account.ended("my-pipeline", first) == "Succeeded"


def test_what_cannot_be_stopped(account: Account, gate: HeldGate) -> None:
    errors = account.api().exceptions
    execution = account.create(pipeline([git_source()], [invoke()]))
    gate.held(execution)
    stop(account, execution)
    with pytest.raises(errors.DuplicatedStopRequestException):
        stop(account, execution)
    gate.release(execution)
    account.ended("my-pipeline", execution)
    with pytest.raises(errors.PipelineExecutionNotStoppableException):
        stop(account, execution)


def test_retry_runs_failed_actions_again_and_goes_on(account: Account, gate: HeldGate) -> None:
    account.aws.client("ecs", HOME).add_service("production", "my-service", {"web": "old:1"})
    wire = pipeline([git_source()], [build()], [invoke(), ecs(), ecs("Again", runOrder=2)], [invoke("Last")])
    execution = account.create(wire)
    gate.held(execution)
    gate.release(execution, failure="not yet")
    assert account.ended("my-pipeline", execution) == "Failed"
    account.events.events.clear()
    retry(account, execution)
    for _ in range(2):
        gate.held(execution)
        gate.release(execution)
        wait_for(lambda: execution not in gate.inside, "the gate to open")
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert account.changes(execution) == [
        "Pipeline RESUMED",
        "Stage GateStage RESUMED",
        "Action Gate STARTED",
        "Action Gate SUCCEEDED",
        "Action Again STARTED",
        "Action Again SUCCEEDED",
        "Stage GateStage SUCCEEDED",
        "Stage LastStage STARTED",
        "Action Last STARTED",
        "Action Last SUCCEEDED",
        "Stage LastStage SUCCEEDED",
        "Pipeline SUCCEEDED",
    ]
    assert {detail["pipeline-execution-attempt"] for *_, detail in account.events.events} == {2.0}
    assert "stage-last-retry-attempt-time" in account.details(execution, "Stage", "GateStage", "SUCCEEDED")
    assert "stage-last-retry-attempt-time" not in account.details(execution, "Stage", "LastStage", "SUCCEEDED")
    resumed = account.details(execution, "Pipeline", "", "RESUMED")
    assert resumed["start-time"] < resumed["last-retry-attempt-time"]
    stages = account.api().get_pipeline_state(name="my-pipeline")["stageStates"]
    assert stages[2]["retryStageMetadata"]["manualStageRetryAttempt"] == 1


def test_retry_of_all_actions_repeats_those_that_succeeded(account: Account, gate: HeldGate) -> None:
    account.aws.client("ecs", HOME).add_service("production", "my-service", {"web": "old:1"})
    execution = account.create(pipeline([git_source()], [build()], [invoke(), ecs()]))
    gate.held(execution)
    gate.release(execution, failure="not yet")
    account.ended("my-pipeline", execution)
    account.events.events.clear()
    retry(account, execution, mode="ALL_ACTIONS")
    gate.held(execution)
    gate.release(execution)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert {"Action Gate STARTED", "Action Deploy STARTED"} <= set(account.changes(execution))


def test_what_cannot_be_retried(account: Account, gate: HeldGate) -> None:
    errors = account.api().exceptions
    wire = pipeline([git_source()], [invoke()])
    first = account.create(wire)
    gate.held(first)
    with pytest.raises(errors.StageNotRetryableException):
        retry(account, first)
    gate.release(first, failure="no")
    account.ended("my-pipeline", first)
    with pytest.raises(errors.StageNotFoundException):
        retry(account, first, stage="Nowhere")
    second = account.start("my-pipeline")
    gate.held(second)
    with pytest.raises(errors.NotLatestPipelineExecutionException):
        retry(account, first)
    gate.release(second, failure="no")
    account.ended("my-pipeline", second)
    account.api().update_pipeline(pipeline=wire)
    with pytest.raises(errors.StageNotRetryableException):
        retry(account, second)


def test_an_update_cancels_what_runs(account: Account, gate: HeldGate) -> None:
    wire = pipeline([git_source()], [invoke()])
    execution = account.create(wire)
    gate.held(execution)
    assert account.api().update_pipeline(pipeline=wire)["pipeline"]["version"] == 2
    assert account.ended("my-pipeline", execution) == "Cancelled"
    assert account.changes(execution)[-3:] == ["Action Gate CANCELED", "Stage GateStage CANCELED", "Pipeline CANCELED"]
    assert len(account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"]) == 1


def test_a_deleted_pipeline_says_nothing_more(account: Account, gate: HeldGate) -> None:
    execution = account.create(pipeline([git_source()], [invoke()]))
    gate.held(execution)
    told = account.changes(execution)
    account.api().delete_pipeline(name="my-pipeline")
    account.service.close()
    assert account.changes(execution) == told


def test_close_leaves_no_thread_behind(account: Account) -> None:
    other, close = open_account(speed=0.001)
    other.bucket("store-slow", versioned=False)
    store = {"type": "S3", "location": "store-slow"}
    execution = other.create(pipeline([git_source()], [build()], name="slow", artifactStore=store))
    other.told(execution, "Action Build STARTED")
    close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("slow/")]
    assert other.changes(execution)[-1] == "Action Build STARTED"
