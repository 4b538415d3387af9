"""Jobs of Lambda actions that go wrong: no answer, no function, too much of an answer."""

import uuid
from typing import Any

import pytest

from local.codepipeline.actions import lambda_invoke
from tests.unit.local.codepipeline.harness import HOME, Account
from tests.unit.local.codepipeline.wires import git_source, invoke, pipeline


def functions(account: Account) -> Any:
    return account.aws.client("lambda", HOME)


def failure(account: Account, execution: str) -> Any:
    return account.actions("my-pipeline", execution)["Gate"]["output"]["executionResult"]["errorDetails"]


def test_no_answer_fails_the_action_in_awss_words(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_invoke, "ANSWER_WITHIN_REAL", 0)
    functions(account).functions["gate"] = lambda job: None
    execution = account.create(pipeline([git_source()], [invoke()]))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert failure(account, execution)["message"].startswith("The AWS Lambda function gate failed to return a result.")
    with pytest.raises(account.api().exceptions.InvalidJobStateException):
        account.api().put_job_success_result(jobId=functions(account).jobs[0]["id"])


def test_continuations_end_after_24_hours(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_invoke, "TIMEOUT", 60)

    def gate(job: dict[str, Any]) -> None:
        account.api().put_job_success_result(jobId=job["id"], continuationToken="again")

    functions(account).functions["gate"] = gate
    execution = account.create(pipeline([git_source()], [invoke()]))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert failure(account, execution)["message"] == "The action timed out after 24 hours."
    assert len(functions(account).jobs) == 2


def test_a_missing_function_fails_the_action_by_name(account: Account) -> None:
    execution = account.create(pipeline([git_source()], [invoke(function="nobody-made-it")]))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert failure(account, execution)["message"] == (
        "The AWS Lambda function nobody-made-it does not exist in us-east-1."
    )


def test_variables_and_a_continuation_do_not_go_together(account: Account) -> None:
    refused: list[str] = []

    def gate(job: dict[str, Any]) -> None:
        for more in ({"continuationToken": "t"}, {}):
            value = "v" if more else "v" * 123_000
            try:
                account.api().put_job_success_result(jobId=job["id"], outputVariables={"big": value}, **more)
            except account.api().exceptions.ClientError as error:
                refused.append(error.response["Error"]["Code"])
        with pytest.raises(account.api().exceptions.ValidationException, match="empty has no value"):
            account.api().put_job_success_result(jobId=job["id"], outputVariables={"empty": ""})
        account.api().put_job_success_result(jobId=job["id"])

    functions(account).functions["gate"] = gate
    execution = account.create(pipeline([git_source()], [invoke()]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert refused == ["ValidationException", "OutputVariablesSizeExceededException"]


def test_an_unknown_job_is_not_found(account: Account) -> None:
    with pytest.raises(account.api().exceptions.JobNotFoundException):
        account.api().put_job_success_result(jobId=str(uuid.uuid4()))
