"""The three answers that a job may get, what people and later actions read of them, and giving them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict, assert_never

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code
from crosscheck.contracts.verdicts import RegionVerdict, Verdict, worst
from crosscheck.text import ELLIPSIS, one_line
from crosscheck.verification.engine import Decision

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_codepipeline.type_defs import ExecutionDetailsTypeDef

# Room for the prefix and the names of 33 regions, twice
RESERVED = 1_500
MESSAGE_LIMIT = 5_000
SUMMARY_LIMIT = 2_048

# The job is over for CodePipeline: answered already, stopped, or timed out.
_OVER = frozenset({"InvalidJobStateException", "JobNotFoundException"})
# No repetition makes CodePipeline take this answer.
_REFUSED = frozenset(
    {
        "InvalidParameterException",
        "InvalidParameterValue",
        "OutputVariablesSizeExceededException",
        "ValidationException",
    }
)
# In place of an empty list: whether CodePipeline takes an empty value is not documented.
NONE = "none"


def failure_message(decision: Decision) -> str:
    """``FAIL regions=<failed>: `` and the reason of each region that failed or is unknown.

    A region that could not be looked at is named as unknown and is not among the failed ones: nothing is proven
    against it, so nothing may be rolled back there.
    """
    failed = decision.named(Verdict.FAIL)
    not_passed = [region for region in decision.regions if region.verdict is not Verdict.PASS]
    room = (MESSAGE_LIMIT - RESERVED) // max(1, len(not_passed))
    clauses = [
        _clause(region, room) for region in sorted(not_passed, key=lambda region: region.verdict is not Verdict.FAIL)
    ]
    passed = decision.named(Verdict.PASS)
    clauses += [f"passed: {', '.join(passed)}"] if passed else []
    return f"FAIL regions={','.join(failed)}: {'; '.join(clauses)}"[:MESSAGE_LIMIT]


def outputs(decision: Decision) -> Mapping[str, str]:
    """The output variables, none of them empty. An unknown region stands in neither list; with none passed, the verdict
    is no PASS.
    """
    passed = decision.named(Verdict.PASS)
    return {
        "verdict": (Verdict.PASS if passed else Verdict.INCONCLUSIVE).value,
        "regions_passed": ",".join(passed) or NONE,
        "regions_failed": ",".join(decision.named(Verdict.FAIL)) or NONE,
    }


def preview_outputs(decision: Decision) -> Mapping[str, str]:
    """A dry run's output variables: the verdict is the worst of all regions."""
    return {**outputs(decision), "verdict": worst(region.verdict for region in decision.regions).value}


def summary(decision: Decision) -> str:
    """One line for the action's details in CodePipeline.

    CodePipeline shows none of a success, so whoever needs the verdict takes the output variables or the card.
    """
    states = ", ".join(f"{region.region} {region.verdict.value}" for region in decision.regions)
    return f"look {decision.progress.look}: {decision.reason} ({states})"


def _clause(region: RegionVerdict, room: int) -> str:
    unknown = "" if region.verdict is Verdict.FAIL else "unknown "
    return _cut(f"{unknown}{region.region}: {region.reason}", room)


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
    """Answer the job; False where it was over already. An answer that CodePipeline will never take becomes a failure, a
    success only if it is not taken without its variables either.

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
        return put(client, job_id, _instead(answer, code(error)))
    return True


def _instead(refused: Continue | Succeed, refusal: str) -> Answer:
    if isinstance(refused, Succeed) and refused.outputs:
        return Succeed(summary=refused.summary)
    return Fail(FailureType.JOB_FAILED, f"CodePipeline refused the gate's answer: {refusal}")


class _Variables(TypedDict, total=False):
    outputVariables: Mapping[str, str]


def _put(client: CodePipelineClient, job_id: str, answer: Answer) -> None:
    match answer:
        case Continue(token, summary):
            client.put_job_success_result(
                jobId=job_id, continuationToken=token, executionDetails={"summary": _cut(summary, SUMMARY_LIMIT)}
            )
        case Succeed(outputs, summary):
            details: ExecutionDetailsTypeDef = {"summary": _cut(summary, SUMMARY_LIMIT)}
            variables: _Variables = {"outputVariables": outputs} if outputs else {}
            client.put_job_success_result(jobId=job_id, executionDetails=details, **variables)
        case Fail(kind, message):
            client.put_job_failure_result(
                jobId=job_id, failureDetails={"type": kind.value, "message": _cut(message, MESSAGE_LIMIT)}
            )
        case _ as never:
            assert_never(never)


def _cut(text: str, limit: int) -> str:
    """One line of at least one character, as the API wants it, and at most ``limit``."""
    return one_line(text, limit) or ELLIPSIS
