"""What the engine refuses to do with an execution, in CodePipeline's own errors."""

from local.aws_json.errors import ApiError
from local.codepipeline.condition_state import ConditionRun, ConditionStatus, ConditionType
from local.codepipeline.conditions import Result
from local.codepipeline.declarations import ExecutionMode
from local.codepipeline.records import PipelineRecord
from local.codepipeline.state import Execution, Halt, Status

# CodePipeline's limit for one pipeline of mode QUEUED or PARALLEL.
CONCURRENT_EXECUTIONS = 50
_RETRYABLE = {Status.FAILED, Status.STOPPED}


def refuse_crowd(record: PipelineRecord) -> None:
    """Raises ApiError (ConcurrentPipelineExecutionsLimitExceededException) where too many executions are open."""
    if record.pipeline.mode is ExecutionMode.SUPERSEDED:
        return
    if sum(execution.open for execution in record.executions.values()) >= CONCURRENT_EXECUTIONS:
        raise ApiError(
            "ConcurrentPipelineExecutionsLimitExceededException",
            f"The pipeline has {CONCURRENT_EXECUTIONS} executions in progress, the limit for one pipeline.",
        )


def refuse_stop(execution: Execution, *, abandon: bool) -> None:
    """Raises ApiError: PipelineExecutionNotStoppableException, DuplicatedStopRequestException."""
    if not execution.open:
        raise ApiError(
            "PipelineExecutionNotStoppableException",
            f"Unable to stop pipeline execution {execution.id}: its status is {execution.status}.",
        )
    if execution.status is Status.STOPPING and (not abandon or execution.halt is Halt.ABANDON):
        raise ApiError("DuplicatedStopRequestException", f"Pipeline execution {execution.id} is already stopping.")


def refuse_retry(record: PipelineRecord, execution: Execution, stage_name: str) -> None:
    """Raises ApiError: StageNotRetryableException, NotLatestPipelineExecutionException."""
    stage = execution.stages.get(stage_name)
    if execution.pipeline is not record.pipeline:
        raise _not_retryable(stage_name, "the pipeline structure changed after the failed run")
    if execution.status not in _RETRYABLE or stage is None or stage.status not in _RETRYABLE:
        raise _not_retryable(stage_name, "it contains no failed or stopped actions")
    _refuse_older(record, execution, stage_name)


def refuse_override(record: PipelineRecord, execution: Execution, stage_name: str, kind: ConditionType) -> ConditionRun:
    """The condition's evaluation, which may be overridden.

    Raises:
        ApiError: ConditionNotOverridableException, NotLatestPipelineExecutionException.
    """
    _refuse_older(record, execution, stage_name)
    declared = next(stage for stage in execution.pipeline.stages if stage.name == stage_name).conditions.get(kind)
    run = execution.stages[stage_name].conditions.get(kind) if stage_name in execution.stages else None
    if declared is None or run is None or execution.pipeline is not record.pipeline:
        raise _not_overridable(stage_name, kind, "it was not evaluated")
    if run.status is ConditionStatus.IN_PROGRESS and execution.halt is None:
        return run
    blocks = run.status is ConditionStatus.FAILED and declared.result is Result.FAIL
    if not blocks or execution.status is not Status.FAILED:
        raise _not_overridable(stage_name, kind, f"its status is {run.status} and its result is {declared.result}")
    return run


def _refuse_older(record: PipelineRecord, execution: Execution, stage_name: str) -> None:
    newest = record.newest_in_stage.get(stage_name)
    if execution.pipeline.mode is not ExecutionMode.PARALLEL and newest is not None and newest is not execution:
        raise ApiError(
            "NotLatestPipelineExecutionException",
            f"The stage {stage_name} has been entered by a later execution than {execution.id}.",
        )


def _not_retryable(stage_name: str, reason: str) -> ApiError:
    return ApiError("StageNotRetryableException", f"The stage {stage_name} cannot be retried: {reason}.")


def _not_overridable(stage_name: str, kind: ConditionType, reason: str) -> ApiError:
    text = f"The condition {kind} of the stage {stage_name} cannot be overridden: {reason}."
    return ApiError("ConditionNotOverridableException", text)
