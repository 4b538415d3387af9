"""Starting, stopping, retrying, showing and listing pipeline executions."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import page, present
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.api.pipelines import caller
from local.codepipeline.conditions import RetryMode
from local.codepipeline.pipeline_variables import start_variables
from local.codepipeline.state import ActionExecution, Execution, Revision, Status
from local.codepipeline.triggers import SourceOverride, Trigger

_PAGE = 100


def start_pipeline_execution(call: Call, parameters: Parameters) -> Json:
    """Start it; a repeated request token gives the same execution."""
    with call.tools.state.changed:
        record = call.pipeline(parameters["name"])
        token = parameters.get("clientRequestToken")
        if token is not None and token in record.requests:
            return {"pipelineExecutionId": record.requests[token]}
        execution = call.engine.start(
            record,
            Trigger("StartPipelineExecution", caller(call)),
            start_variables(record.pipeline, parameters.get("variables", [])),
            {
                revision["actionName"]: SourceOverride(revision["revisionType"], revision["revisionValue"])
                for revision in parameters.get("sourceRevisions", [])
            },
        )
        if token is not None:
            record.requests[token] = execution.id
    return {"pipelineExecutionId": execution.id}


def stop_pipeline_execution(call: Call, parameters: Parameters) -> Json:
    """Stop it after the actions in progress, or abandon these."""
    with call.tools.state.changed:
        record = call.pipeline(parameters["pipelineName"])
        execution = record.executions.get(parameters["pipelineExecutionId"])
    if execution is None:
        # The model has no PipelineExecutionNotFoundException for this operation.
        raise ApiError(
            "PipelineExecutionNotStoppableException",
            f"Pipeline '{parameters['pipelineName']}' has no execution '{parameters['pipelineExecutionId']}'",
        )
    call.engine.stop(execution, parameters.get("reason"), abandon=parameters.get("abandon", False))
    return {"pipelineExecutionId": execution.id}


def retry_stage_execution(call: Call, parameters: Parameters) -> Json:
    """Run a stage again."""
    with call.tools.state.changed:
        record = call.pipeline(parameters["pipelineName"])
        execution = record.executions.get(parameters["pipelineExecutionId"])
        call.require_stage(record, parameters["stageName"])
        if execution is None:
            # The model has no PipelineExecutionNotFoundException here either.
            raise ApiError("StageNotRetryableException", "The pipeline has no such execution")
        call.engine.retry(record, execution, parameters["stageName"], RetryMode(parameters["retryMode"]))
    return {"pipelineExecutionId": execution.id}


def rollback_stage(call: Call, parameters: Parameters) -> Json:
    """Run a stage again with what an earlier execution ran it with."""
    stage = parameters["stageName"]
    with call.tools.state.changed:
        record, target = call.execution(parameters["pipelineName"], parameters["targetPipelineExecutionId"])
        call.require_stage(record, stage)
        rollback = call.engine.roll_back(record, stage, target, Trigger("ManualRollback", caller(call)))
    return {"pipelineExecutionId": rollback.id}


def get_pipeline_execution(call: Call, parameters: Parameters) -> Json:
    """One execution, with what its sources found."""
    with call.tools.state.changed:
        _, execution = call.execution(parameters["pipelineName"], parameters["pipelineExecutionId"])
        shown = present(
            pipelineName=execution.pipeline.name,
            pipelineVersion=execution.pipeline.version,
            pipelineExecutionId=execution.id,
            status=execution.status.value,
            statusSummary=execution.stop_reason,
            artifactRevisions=[_artifact_revision(*source) for source in _sources(execution)],
            variables=[{"name": name, "resolvedValue": value} for name, value in execution.variables.items()],
            trigger=_trigger(execution),
            executionMode=execution.pipeline.mode.value,
            executionType=execution.type,
            rollbackMetadata=_rollback_metadata(execution),
        )
    return {"pipelineExecution": shown}


def list_pipeline_executions(call: Call, parameters: Parameters) -> Json:
    """The executions, the newest first; of those that succeeded in a stage only the current version's."""
    stage = parameters.get("filter", {}).get("succeededInStage", {}).get("stageName")
    with call.tools.state.changed:
        record = call.pipeline(parameters["pipelineName"])
        found = [
            execution
            for execution in reversed(record.executions.values())
            if not stage or (execution.pipeline is record.pipeline and _succeeded(execution, stage))
        ]
        shown, token = page(found, parameters, lambda execution: execution.id, _PAGE)
        summaries = [_summary(execution) for execution in shown]
    return {"pipelineExecutionSummaries": summaries} | ({"nextToken": token} if token else {})


def _succeeded(execution: Execution, stage: str) -> bool:
    return stage in execution.stages and execution.stages[stage].status is Status.SUCCEEDED


def _summary(execution: Execution) -> Json:
    return present(
        pipelineExecutionId=execution.id,
        status=execution.status.value,
        startTime=execution.started,
        lastUpdateTime=execution.updated,
        sourceRevisions=[_source_revision(*source) for source in _sources(execution)],
        trigger=_trigger(execution),
        stopTrigger={"reason": execution.stop_reason} if execution.stop_reason else None,
        executionMode=execution.pipeline.mode.value,
        executionType=execution.type,
        rollbackMetadata=_rollback_metadata(execution),
    )


def _rollback_metadata(execution: Execution) -> Json | None:
    target = execution.rollback_target
    return None if target is None else {"rollbackTargetPipelineExecutionId": target.id}


def _trigger(execution: Execution) -> Json:
    return {"triggerType": execution.trigger.type, "triggerDetail": execution.trigger.detail}


def _sources(execution: Execution) -> list[tuple[ActionExecution, Revision]]:
    """The newest successful run of each source action, and what it found; a rollback has those of its target."""
    actions = (execution.rollback_target or execution).actions
    found = {run.action.name: (run, run.revision) for run in actions if run.revision is not None}
    return list(found.values())


def _artifact_revision(run: ActionExecution, revision: Revision) -> Json:
    return {"name": run.action.outputs[0], "created": revision.created, **_found(revision)}


def _source_revision(run: ActionExecution, revision: Revision) -> Json:
    return {"actionName": run.action.name, **_found(revision)}


def _found(revision: Revision) -> Json:
    return {"revisionId": revision.id, "revisionSummary": revision.summary, "revisionUrl": revision.url}


OPERATIONS: Mapping[str, Operation] = {
    "StartPipelineExecution": start_pipeline_execution,
    "StopPipelineExecution": stop_pipeline_execution,
    "RetryStageExecution": retry_stage_execution,
    "RollbackStage": rollback_stage,
    "GetPipelineExecution": get_pipeline_execution,
    "ListPipelineExecutions": list_pipeline_executions,
}
