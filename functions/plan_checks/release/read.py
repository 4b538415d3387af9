"""What CodePipeline says of an execution: events only tell that it is worth asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crosscheck.aws_errors import denied
from crosscheck.clients import Clients
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.gates import GateDefinition, find_gates
from crosscheck.pipelines.parameters import parse_parameters
from crosscheck.pipelines.pipeline import Pipeline
from crosscheck.pipelines.runs import ActionRun, read_runs
from crosscheck.services.codepipeline.stage_history import newest_success

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient

NEWEST_LISTED = 20
MOST_BEFORE = 3

type Runs = Mapping[tuple[str, str], ActionRun]


@dataclass(frozen=True)
class Execution:
    """The actions that an execution has run; ``is_rollback`` where it takes a stage back to an earlier one. ``version``
    is that of the definition that it ran with, 0 where CodePipeline tells none."""

    runs: Runs
    is_rollback: bool
    version: int = 0

    def statuses(self, stage: str) -> frozenset[str]:
        """Those of the stage's actions that have run."""
        return frozenset(run.status for run in self.runs.values() if run.stage == stage)


def retried_by_itself(client: CodePipelineClient, subject: Subject, stage: str) -> bool:
    """Whether CodePipeline has retried the stage by itself in this execution.

    Raises:
        ClientError, BotoCoreError: as above.
    """
    for state in client.get_pipeline_state(name=subject.pipeline).get("stageStates", []):
        latest = state.get("latestExecution", {}).get("pipelineExecutionId", "")
        if state.get("stageName") == stage and latest == subject.execution:
            return state.get("retryStageMetadata", {}).get("autoStageRetryAttempt", 0) > 0
    return False


def may_go_back(client: CodePipelineClient, pipeline: str, stage: str) -> bool:
    """Whether CodePipeline has an execution that it can take a failed stage back to by itself: one that succeeded there
    with the current version of the pipeline, which are the ones that it lists. It may where Crosscheck must not ask.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback-auto.html

    Raises:
        ClientError, BotoCoreError: as above, but for a denial.
    """
    try:
        return bool(newest_success(client, pipeline, stage))
    except ClientError as error:
        if denied(error):
            return True
        raise


def read_execution(client: CodePipelineClient, subject: Subject) -> Execution:
    """An execution of it.

    Raises:
        ClientError, BotoCoreError: as above.
    """
    named = client.get_pipeline_execution(pipelineName=subject.pipeline, pipelineExecutionId=subject.execution)
    return Execution(
        runs=read_runs(client, subject.pipeline, subject.execution),
        is_rollback=named["pipelineExecution"].get("executionType") == "ROLLBACK",
        version=named["pipelineExecution"].get("pipelineVersion", 0),
    )


def executions_before(client: CodePipelineClient, subject: Subject) -> tuple[Subject, ...]:
    """The executions of the pipeline that began before this one, the latest first: a few, none where CodePipeline does
    not list this one among its newest.

    Raises:
        ClientError, BotoCoreError: as above.
    """
    listed = client.list_pipeline_executions(pipelineName=subject.pipeline, maxResults=NEWEST_LISTED)
    ids = [each["pipelineExecutionId"] for each in listed["pipelineExecutionSummaries"]]
    before = ids[ids.index(subject.execution) + 1 :] if subject.execution in ids else []
    return tuple(replace(subject, execution=execution) for execution in before[:MOST_BEFORE])


def read_gates(
    clients: Clients, pipeline: Pipeline, execution: Execution, gate_function: str
) -> tuple[GateDefinition, ...]:
    """The gates of a pipeline, with the parameters that this execution gave to those that have run.

    Raises:
        ClientError, BotoCoreError: as above.
    """
    texts = {
        place: run.configuration["UserParameters"]
        for place, run in execution.runs.items()
        if "UserParameters" in run.configuration
    }
    return find_gates(
        pipeline.definition,
        gate_function,
        texts,
        lambda text: parse_parameters(text, lambda: clients.client("ssm"), pipeline.tags.plan),
    )
