"""Rolling a stage back: what may be the target, and the execution that goes back to it."""

import json
import uuid

from local.aws_json.errors import ApiError
from local.codepipeline.declarations import ExecutionMode
from local.codepipeline.records import PipelineRecord
from local.codepipeline.state import Execution, Status
from local.codepipeline.triggers import Trigger


def check_rollback(record: PipelineRecord, stage: str, target: Execution) -> None:
    """Whether that stage may be rolled back to that execution now.

    Raises:
        ApiError: UnableToRollbackStageException.
    """
    reason = _obstacle(record, stage) or _unfit(record, stage, target)
    if reason is not None:
        raise ApiError("UnableToRollbackStageException", f"Unable to roll back the stage {stage}: {reason}.")


def latest_target(record: PipelineRecord, stage: str) -> Execution | None:
    """What an automatic rollback of a stage that failed goes back to."""
    if record.pipeline.mode is ExecutionMode.PARALLEL:
        return None
    newest_first = reversed(record.executions.values())
    return next((execution for execution in newest_first if _unfit(record, stage, execution) is None), None)


def new_rollback(target: Execution, trigger: Trigger, now: float) -> Execution:
    """The execution that runs a stage again with the variables and artifacts of the target."""
    return Execution(
        str(uuid.uuid4()),
        target.pipeline,
        trigger,
        target.variables,
        target.overrides,
        now,
        now,
        artifacts=dict(target.artifacts),
        namespaces=dict(target.namespaces),
        rollback_target=target,
    )


def automated(failed: Execution) -> Trigger:
    """The trigger of a rollback that a stage's own conditions ask for."""
    return Trigger("AutomatedRollback", json.dumps({"FailedPipelineExecutionId": failed.id}, separators=(",", ":")))


def _obstacle(record: PipelineRecord, stage: str) -> str | None:
    if record.pipeline.stages[0].name == stage:
        return "a source stage cannot be rolled back"
    if record.turnstile(stage).inside is not None:
        return "the stage is currently running"
    return None


def _unfit(record: PipelineRecord, stage: str, target: Execution) -> str | None:
    if target.rollback_target is not None:
        return f"the execution {target.id} is a rollback itself"
    if target.pipeline is not record.pipeline:
        return f"the pipeline structure changed since the execution {target.id}"
    run = target.stages.get(stage)
    if run is None or run.status is not Status.SUCCEEDED:
        return f"the execution {target.id} did not succeed in it"
    return None
