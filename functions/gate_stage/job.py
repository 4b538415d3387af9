"""The job that CodePipeline hands over, without the credentials that come with it, and the execution that it judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crosscheck.errors import ConfigurationError
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.verdict_facts import UNNAMED_GATE
from crosscheck.pipelines.parameters import Parameters
from crosscheck.pipelines.scope import Position

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient


@dataclass(frozen=True)
class Job:
    """A job: ``parameters`` is the text of UserParameters, ``token`` the text of the last answer's continuation."""

    id: str
    parameters: str
    token: str


def parse_job(event: Mapping[str, Any]) -> Job:
    """The job of an event. Whatever is absent is empty: the event's shape for stage conditions is undocumented."""
    job = _mapping(event.get("CodePipeline.job"))
    data = _mapping(job.get("data"))
    configuration = _mapping(_mapping(data.get("actionConfiguration")).get("configuration"))
    return Job(
        id=_text(job.get("id")),
        parameters=_text(configuration.get("UserParameters")),
        token=_text(data.get("continuationToken")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class JobContext:
    """What GetJobDetails says of a job; empty where it says nothing. ``region`` hosts the pipeline."""

    pipeline: str = ""
    execution: str = ""
    region: str = ""
    position: Position = field(default_factory=Position)

    @property
    def judge(self) -> str:
        """The gate's name among the judges of a region: ``<stage>/<action>``, or just ``gate`` where it is not known.

        Never empty: the judge without a name is the fan-out.
        """
        known = self.position
        return f"{known.stage}/{known.action}" if known.stage and known.action else UNNAMED_GATE


def read_context(client: CodePipelineClient, job_id: str) -> JobContext:
    """Ask CodePipeline whose job it is.

    Raises:
        ClientError, BotoCoreError: CodePipeline refused, or did not answer.
    """
    details = client.get_job_details(jobId=job_id).get("jobDetails", {})
    known = details.get("data", {}).get("pipelineContext", {})
    arn = known.get("pipelineArn", "").split(":")
    _, _, _, region, *_ = [*arn, *[""] * 4]
    stage, action = known.get("stage", {}).get("name", ""), known.get("action", {}).get("name", "")
    return JobContext(
        pipeline=known.get("pipelineName", ""),
        execution=known.get("pipelineExecutionId", ""),
        region=region,
        position=Position(stage, action),
    )


def identify(context: JobContext, parameters: Parameters, home_region: str) -> Subject:
    """The execution that is judged: CodePipeline's word, then the user's.

    Raises:
        ConfigurationError: the two disagree, or neither says it.
    """
    return Subject(
        region=context.region or home_region,
        pipeline=_agreed("pipeline", context.pipeline, parameters.pipeline, "the pipeline's name"),
        execution=_agreed("execution", context.execution, parameters.execution, "#{codepipeline.PipelineExecutionId}"),
    )


def _agreed(key: str, actual: str, given: str, remedy: str) -> str:
    if actual and given and actual != given:
        raise ConfigurationError(
            f"{key}: UserParameters name {given}, but the job belongs to {actual}; leave the key out, or pass {remedy}"
        )
    if not actual and not given:
        raise ConfigurationError(f"{key}: CodePipeline does not say it; pass {remedy} in UserParameters")
    return actual or given
