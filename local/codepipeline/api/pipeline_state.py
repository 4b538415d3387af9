"""GetPipelineState."""

from collections.abc import Mapping

from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import present
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.api.condition_states import condition_states
from local.codepipeline.declarations import Action, ExecutionMode, Stage
from local.codepipeline.records import PipelineRecord
from local.codepipeline.state import ActionExecution, Execution, Status
from local.codepipeline.triggers import RetryTrigger


def get_pipeline_state(call: Call, parameters: Parameters) -> Json:
    """Each stage with who is in it, who waits before it, and the newest run of its actions; none in PARALLEL mode."""
    with call.tools.state.changed:
        record = call.pipeline(parameters["name"])
        parallel = record.pipeline.mode is ExecutionMode.PARALLEL
        return {
            "pipelineName": record.pipeline.name,
            "pipelineVersion": record.pipeline.version,
            "stageStates": [] if parallel else [_stage(record, stage) for stage in record.pipeline.stages],
            "created": record.created,
            "updated": record.updated,
        }


def _stage(record: PipelineRecord, stage: Stage) -> Json:
    execution = record.newest_in_stage.get(stage.name)
    waiting = [_inbound(each) for each in record.turnstile(stage.name).waiting]
    return present(
        stageName=stage.name,
        inboundExecution=waiting[-1] if waiting else None,
        inboundExecutions=waiting,
        inboundTransitionState=_transition(record, stage),
        actionStates=[_action(record, stage, action) for action in stage.actions],
        latestExecution=_latest(execution, stage) if execution else None,
        retryStageMetadata=_retries(execution, stage) if execution else None,
        **condition_states(execution, stage),
    )


def _inbound(execution: Execution) -> Json:
    return {"pipelineExecutionId": execution.id, "status": Status.IN_PROGRESS.value, "type": execution.type}


def _latest(execution: Execution, stage: Stage) -> Json:
    run = execution.stages.get(stage.name)
    status = run.status if run else Status.IN_PROGRESS
    return {"pipelineExecutionId": execution.id, "status": status.value, "type": execution.type}


def _transition(record: PipelineRecord, stage: Stage) -> Json:
    transition = record.transitions.get(stage.name)
    if transition is None:
        return {"enabled": True}
    return present(
        enabled=transition.enabled,
        lastChangedBy=transition.by,
        lastChangedAt=transition.at,
        disabledReason=transition.reason,
    )


def _retries(execution: Execution, stage: Stage) -> Json | None:
    run = execution.stages.get(stage.name)
    if run is None or run.latest_retry is None:
        return None
    return present(
        autoStageRetryAttempt=run.retries.get(RetryTrigger.AUTOMATED),
        manualStageRetryAttempt=run.retries.get(RetryTrigger.MANUAL),
        latestRetryTrigger=run.latest_retry.value,
    )


def _action(record: PipelineRecord, stage: Stage, action: Action) -> Json:
    runs = (execution.latest(stage.name, action.name) for execution in reversed(record.executions.values()))
    run = next((run for run in runs if run is not None), None)
    if run is None:
        return {"actionName": action.name}
    revision = run.revision
    return present(
        actionName=action.name,
        latestExecution=_run(run),
        entityUrl=run.external_url,
        revisionUrl=revision.url if revision else None,
        currentRevision={"revisionId": revision.id, "revisionChangeId": run.id, "created": revision.created}
        if revision
        else None,
    )


def _run(run: ActionExecution) -> Json:
    return present(
        actionExecutionId=run.id,
        status=run.status.value,
        summary=run.summary,
        lastStatusChange=run.updated,
        token=run.token if run.status is Status.IN_PROGRESS and run.approval is None else None,
        lastUpdatedBy=run.approval.by if run.approval else None,
        externalExecutionId=run.external_id,
        externalExecutionUrl=run.external_url,
        percentComplete=run.percent,
        errorDetails=present(code=run.error_code, message=run.error_message) or None,
    )


OPERATIONS: Mapping[str, Operation] = {"GetPipelineState": get_pipeline_state}
