"""Approval actions and PutApprovalResult."""

import uuid
from typing import Any

import pytest

from tests.unit.local.codepipeline.harness import Account, wait_for
from tests.unit.local.codepipeline.wires import approval, git_source, invoke, pipeline


def token_of(account: Account, stage: int = 1) -> str:
    def look() -> str | None:
        state = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][stage]["actionStates"][0]
        token: str | None = state.get("latestExecution", {}).get("token")
        return token

    return wait_for(look, "the token")


def answer(account: Account, token: str, status: str = "Approved", summary: str = "", action: str = "Approve") -> None:
    answered = account.api().put_approval_result(
        pipelineName="my-pipeline",
        stageName="ApproveStage",
        actionName=action,
        result={"status": status, "summary": summary},
        token=token,
    )
    assert answered["approvedAt"].timestamp() > 0


def start(account: Account, **more: Any) -> str:
    account.clock.speed = 1.0
    return account.create(pipeline([git_source()], [approval(**more)]))


def test_an_approval_lets_the_execution_go_on(account: Account) -> None:
    execution = start(account, configuration={"ExternalEntityLink": "https://example.com/review"})
    token = token_of(account)
    waiting = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][1]["actionStates"][0]
    assert waiting["latestExecution"]["summary"] == "Look at the numbers"
    assert waiting["entityUrl"] == "https://example.com/review"
    answer(account, token, summary="All good")
    assert account.ended("my-pipeline", execution) == "Succeeded"
    done = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][1]["actionStates"][0]["latestExecution"]
    assert done["summary"] == "All good"
    assert done["lastUpdatedBy"] == "arn:aws:iam::111122223333:root"
    assert "token" not in done
    told = account.details(execution, "Action", "Approve", "SUCCEEDED")
    assert told["type"] == {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    assert told["execution-result"]["external-execution-summary"] == "All good"


def test_a_rejection_fails_the_action_with_its_summary(account: Account) -> None:
    execution = start(account)
    answer(account, token_of(account), "Rejected", "Not on a Friday")
    assert account.ended("my-pipeline", execution) == "Failed"
    result = account.actions("my-pipeline", execution)["Approve"]["output"]["executionResult"]
    assert result["errorDetails"]["message"] == "Not on a Friday"
    assert account.changes(execution)[-3:] == ["Action Approve FAILED", "Stage ApproveStage FAILED", "Pipeline FAILED"]


def test_what_is_refused(account: Account) -> None:
    errors = account.api().exceptions
    execution = start(account)
    token = token_of(account)
    with pytest.raises(errors.InvalidApprovalTokenException):
        answer(account, str(uuid.uuid4()))
    with pytest.raises(errors.ActionNotFoundException):
        answer(account, token, action="Other")
    with pytest.raises(errors.StageNotFoundException):
        account.api().put_approval_result(
            pipelineName="my-pipeline",
            stageName="Nowhere",
            actionName="Approve",
            result={"status": "Approved", "summary": ""},
            token=token,
        )
    with pytest.raises(errors.ValidationException, match="less than or equal to 512"):
        answer(account, token, summary="x" * 513)
    answer(account, token, summary="x" * 512)
    asked = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][1]["actionStates"][0]
    assert "token" not in asked["latestExecution"]
    with pytest.raises(errors.ApprovalAlreadyCompletedException):
        answer(account, token)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    with pytest.raises(errors.ApprovalAlreadyCompletedException):
        answer(account, token)


def test_f47_the_token_of_a_stopped_request_is_no_longer_valid(account: Account) -> None:
    execution = start(account)
    token = token_of(account)
    account.api().stop_pipeline_execution(
        pipelineName="my-pipeline", pipelineExecutionId=execution, abandon=True, reason="never mind"
    )
    assert account.ended("my-pipeline", execution) == "Stopped"
    with pytest.raises(account.api().exceptions.InvalidApprovalTokenException):
        answer(account, token)


def test_f47_an_approval_expires_after_seven_days_of_awss_time(account: Account) -> None:
    execution = start(account)
    token = token_of(account)
    account.clock.speed = 1e9
    assert account.ended("my-pipeline", execution) == "Failed"
    details = account.actions("my-pipeline", execution)["Approve"]["output"]["executionResult"]["errorDetails"]
    assert "10080 minutes" in details["message"]
    with pytest.raises(account.api().exceptions.InvalidApprovalTokenException):
        answer(account, token)


def test_a_retry_asks_with_a_new_token(account: Account) -> None:
    execution = start(account)
    first = token_of(account)
    answer(account, first, "Rejected")
    account.ended("my-pipeline", execution)
    account.api().retry_stage_execution(
        pipelineName="my-pipeline",
        stageName="ApproveStage",
        pipelineExecutionId=execution,
        retryMode="FAILED_ACTIONS",
    )
    second = token_of(account)
    assert second != first
    answer(account, second)
    assert account.ended("my-pipeline", execution) == "Succeeded"


def test_in_parallel_mode_the_token_is_the_external_execution_id(account: Account) -> None:
    account.clock.speed = 1.0
    first = account.create(pipeline([git_source()], [approval()], executionMode="PARALLEL"))
    second = account.start("my-pipeline")

    def token(execution: str) -> str | None:
        run = account.actions("my-pipeline", execution).get("Approve", {})
        found: str | None = run.get("output", {}).get("executionResult", {}).get("externalExecutionId")
        return found

    tokens = {each: wait_for(lambda each=each: token(each), "the token") for each in (first, second)}  # type: ignore[misc]
    answer(account, tokens[second])
    assert account.ended("my-pipeline", second) == "Succeeded"
    assert account.execution("my-pipeline", first)["status"] == "InProgress"


def test_only_approvals_have_timeouts_of_their_own(account: Account) -> None:
    with pytest.raises(account.api().exceptions.InvalidActionDeclarationException, match="timeoutInMinutes"):
        account.api().create_pipeline(pipeline=pipeline([git_source()], [invoke(timeoutInMinutes=5)]))
