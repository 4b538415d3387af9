"""One reading of a stage: which execution is in it, and which one to go back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.ledger.subjects import Subject

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_codepipeline.type_defs import (
        ActionExecutionDetailTypeDef,
        PipelineExecutionTypeDef,
        PipelineRollbackMetadataTypeDef,
    )

ROLLBACK, PARALLEL = "ROLLBACK", "PARALLEL"
IN_PROGRESS, FAILED, STOPPED, SUCCEEDED = "InProgress", "Failed", "Stopped", "Succeeded"
UNDER_WAY = frozenset({IN_PROGRESS, "Stopping"})
# Executions that are looked through, the newest first, and in PARALLEL mode actions.
LIMIT = 1_000
# A stage's status by the first status that any of its actions has.
_STAGE_STATUS = {IN_PROGRESS: IN_PROGRESS, FAILED: FAILED, "Abandoned": STOPPED}


@dataclass(frozen=True)
class StageSituation:
    """What was read.

    ``number`` is the stage's place in the pipeline, -1 where there is no such stage. ``inside`` is the execution that
    was in the stage last, with its status there; ``back_to`` is where it goes if it is a rollback to before ours.
    ``target`` is the execution to go back to, empty where CodePipeline no longer has it, and ``target_version`` the
    version of the pipeline that it ran with.
    """

    pipeline_type: str
    version: int
    number: int
    own_type: str
    inside: str = ""
    status: str = ""
    back_to: str = ""
    target: str = ""
    target_version: int = 0


def read_stage(subject: Subject, stage: str, proven: str, aws: Clients) -> StageSituation:
    """Read the stage, its pipeline, the execution in it, and the one that was proven there (its id, or empty)."""
    client = aws.client("codepipeline", subject.region)
    declared = client.get_pipeline(name=subject.pipeline)["pipeline"]
    own = _execution(client, subject.pipeline, subject.execution)
    inside, status = _inside(client, subject.pipeline, stage, declared.get("executionMode", ""))
    names = [each["name"] for each in declared["stages"]]
    number = names.index(stage) if stage in names else -1
    target = _target(client, subject.pipeline, proven) if proven and number > 0 else {}
    return StageSituation(
        pipeline_type=declared.get("pipelineType", "V1"),
        version=declared.get("version", 0),
        number=number,
        own_type=own.get("executionType", "STANDARD"),
        inside=inside,
        status=status,
        back_to=_back_to(client, subject, inside),
        target=target.get("pipelineExecutionId", ""),
        target_version=target.get("pipelineVersion", 0),
    )


def read_inside(subject: Subject, stage: str, aws: Clients) -> tuple[str, str]:
    """The execution that is or was in the stage last, and its status there; empty where none was."""
    client = aws.client("codepipeline", subject.region)
    mode = client.get_pipeline(name=subject.pipeline)["pipeline"].get("executionMode", "")
    return _inside(client, subject.pipeline, stage, mode)


def entered_between(subject: Subject, stage: str, rollback: str, aws: Clients) -> tuple[str, ...]:
    """The other executions whose actions began in a stage after ours, and before those of the execution that rolls it
    back; the oldest first."""
    runs = _runs(aws.client("codepipeline", subject.region), subject.pipeline, stage)
    ours = max(
        (at for at, run in enumerate(runs) if run["pipelineExecutionId"] == subject.execution), default=len(runs)
    )
    later = list(dict.fromkeys(run["pipelineExecutionId"] for run in runs[ours + 1 :]))
    return tuple(later[: later.index(rollback)] if rollback in later else later)


def _inside(client: CodePipelineClient, pipeline: str, stage: str, mode: str) -> tuple[str, str]:
    if mode == PARALLEL:  # its executions are in a stage together, and GetPipelineState tells of no stage at all
        return _last_at_work(client, pipeline, stage)
    states = client.get_pipeline_state(name=pipeline).get("stageStates", [])
    latest = next((state.get("latestExecution") for state in states if state.get("stageName") == stage), None)
    return (latest["pipelineExecutionId"], latest["status"]) if latest else ("", "")


def _last_at_work(client: CodePipelineClient, pipeline: str, stage: str) -> tuple[str, str]:
    """The execution whose actions are at work in the stage, else the one whose actions began last, and its status."""
    runs = _runs(client, pipeline, stage)
    if not runs:
        return "", ""
    inside = next((run for run in reversed(runs) if run["status"] == IN_PROGRESS), runs[-1])["pipelineExecutionId"]
    newest = {run["actionName"]: run["status"] for run in runs if run["pipelineExecutionId"] == inside}
    return inside, next((theirs for status, theirs in _STAGE_STATUS.items() if status in newest.values()), SUCCEEDED)


def _runs(client: CodePipelineClient, pipeline: str, stage: str) -> list[ActionExecutionDetailTypeDef]:
    """The runs of a stage's actions, the first one first."""
    pages = client.get_paginator("list_action_executions").paginate(
        pipelineName=pipeline, PaginationConfig={"MaxItems": LIMIT}
    )
    runs = [run for page in pages for run in page["actionExecutionDetails"] if run.get("stageName") == stage]
    return sorted(runs, key=lambda run: run["startTime"])


def _execution(client: CodePipelineClient, pipeline: str, execution: str) -> PipelineExecutionTypeDef:
    answer = client.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
    return answer["pipelineExecution"]


def _back_to(client: CodePipelineClient, subject: Subject, inside: str) -> str:
    if not inside or inside == subject.execution:
        return ""
    target = _went_to(_execution(client, subject.pipeline, inside).get("rollbackMetadata", {}))
    return target if target not in {"", subject.execution} and _is_older(client, subject, target) else ""


def _is_older(client: CodePipelineClient, subject: Subject, execution: str) -> bool:
    """Whether an execution started before ours: CodePipeline lists the newest first."""
    pages = client.get_paginator("list_pipeline_executions").paginate(
        pipelineName=subject.pipeline, PaginationConfig={"MaxItems": LIMIT}
    )
    listed = (found["pipelineExecutionId"] for page in pages for found in page["pipelineExecutionSummaries"])
    return next((found for found in listed if found in {execution, subject.execution}), "") == subject.execution


def _target(client: CodePipelineClient, pipeline: str, proven: str) -> PipelineExecutionTypeDef:
    """The execution to go back to: if the proven one was a rollback, what it went back to, as CodePipeline goes back to
    no rollback. Nothing where CodePipeline has it no more."""
    try:
        found = _execution(client, pipeline, proven)
        went_to = _went_to(found.get("rollbackMetadata", {}))
        return _execution(client, pipeline, went_to) if went_to else found
    except client.exceptions.PipelineExecutionNotFoundException:
        return {}


def _went_to(metadata: PipelineRollbackMetadataTypeDef) -> str:
    return metadata.get("rollbackTargetPipelineExecutionId", "")
