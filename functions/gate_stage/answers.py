"""The three answers that a job may get, and giving them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient

MESSAGE_LIMIT = 5_000
SUMMARY_LIMIT = 2_048

# The job is over for CodePipeline: answered already, stopped, or timed out.
_OVER = frozenset({"InvalidJobStateException", "JobNotFoundException"})
# No repetition makes CodePipeline take this answer.
_REFUSED = frozenset({"ValidationException", "OutputVariablesSizeExceededException"})


class FailureType(StrEnum):
    """CodePipeline's types of a failure, those that the gate uses."""

    JOB_FAILED = "JobFailed"
    CONFIGURATION_ERROR = "ConfigurationError"


@dataclass(frozen=True)
class Continue:
    """Ask again later, with this token."""

    token: str
    summary: str


@dataclass(frozen=True)
class Succeed:
    """The action succeeds, with these output variables."""

    outputs: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""


@dataclass(frozen=True)
class Fail:
    """The action fails."""

    type: FailureType
    message: str


type Answer = Continue | Succeed | Fail


def put(client: CodePipelineClient, job_id: str, answer: Answer) -> bool:
    """Answer the job; False where it was over already. An answer that CodePipeline will never take becomes a failure.

    Raises:
        ClientError, BotoCoreError: CodePipeline did not take it now, botocore's retries included.
    """
    try:
        _put(client, job_id, answer)
    except ClientError as error:
        if code(error) in _OVER:
            return False
        if code(error) not in _REFUSED or isinstance(answer, Fail):
            raise
        message = f"CodePipeline refused the gate's answer: {code(error)}"
        return put(client, job_id, Fail(FailureType.JOB_FAILED, message))
    return True


def _put(client: CodePipelineClient, job_id: str, answer: Answer) -> None:
    match answer:
        case Continue(token, summary):
            client.put_job_success_result(
                jobId=job_id, continuationToken=token, executionDetails={"summary": _cut(summary, SUMMARY_LIMIT)}
            )
        case Succeed(outputs, summary):
            client.put_job_success_result(
                jobId=job_id,
                outputVariables=dict(outputs),
                executionDetails={"summary": _cut(summary, SUMMARY_LIMIT)},
            )
        case Fail(kind, message):
            client.put_job_failure_result(
                jobId=job_id, failureDetails={"type": kind.value, "message": _cut(message, MESSAGE_LIMIT)}
            )
        case _ as never:
            assert_never(never)


def _cut(text: str, limit: int) -> str:
    """At least one character, as the API wants it, and at most ``limit``."""
    return text if 0 < len(text) <= limit else text[: limit - 1] + "…"
