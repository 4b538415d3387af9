"""The job that CodePipeline hands over, as CodePipeline describes it when it is asked.

Whoever may invoke the function can send any event. Therefore nothing in it counts but the id of the job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code
from crosscheck.pipelines.gates import invokes
from crosscheck.pipelines.scope import Position

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient

# It is not, or not any more, or its id is none.
_UNKNOWN = frozenset({"JobNotFoundException", "ValidationException"})


@dataclass(frozen=True)
class Job:
    """A job that invokes ``function``, the gate's: ``parameters`` is the text of UserParameters, ``token`` the text of
    the last answer's continuation.

    ``pipeline``, ``execution``, ``region`` (which hosts the pipeline) and ``position`` say where it belongs; they are
    empty where CodePipeline does not tell it, as of the rules of stage conditions.
    """

    id: str
    function: str
    parameters: str = ""
    token: str = ""
    pipeline: str = ""
    execution: str = ""
    region: str = ""
    position: Position = field(default_factory=Position)


def job_id(event: Mapping[str, Any]) -> str:
    """The id of the job in an event that holds one."""
    return str(event["CodePipeline.job"]["id"])


def read_job(client: CodePipelineClient, job: str, function: str) -> Job | None:
    """Ask CodePipeline for the job of this id; None where it knows none that invokes the function.

    Raises:
        ClientError, BotoCoreError: CodePipeline refused, or did not answer. Nobody knows then whose job it is.
    """
    try:
        data = client.get_job_details(jobId=job).get("jobDetails", {}).get("data", {})
    except ClientError as error:
        if code(error) in _UNKNOWN:
            return None
        raise
    configuration = data.get("actionConfiguration", {}).get("configuration", {})
    if not invokes(configuration, function):
        return None
    known = data.get("pipelineContext", {})
    arn = known.get("pipelineArn", "").split(":")
    _, _, _, region, *_ = [*arn, *[""] * 4]
    return Job(
        id=job,
        function=function,
        parameters=configuration.get("UserParameters", ""),
        token=data.get("continuationToken", ""),
        pipeline=known.get("pipelineName", ""),
        execution=known.get("pipelineExecutionId", ""),
        region=region,
        position=Position(known.get("stage", {}).get("name", ""), known.get("action", {}).get("name", "")),
    )
