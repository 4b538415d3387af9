"""The runs of actions and of rules, which the API lists and describes alike."""

from collections.abc import Callable

from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import page, present
from local.codepipeline.api.call import Call
from local.codepipeline.api.pipelines import caller
from local.codepipeline.records import PipelineRecord
from local.codepipeline.state import ActionExecution, Execution
from local.codepipeline.state_changes import artifacts

_PAGE = 100

type Describe = Callable[[ActionExecution], Json]


def list_runs(
    call: Call, parameters: Parameters, kind: str, runs_of: Callable[[Execution], list[ActionExecution]], more: Describe
) -> Json:
    """The runs, the newest first; of one execution where the filter says so.

    ``kind`` is ``action`` or ``rule``, ``more`` describes the input and output that only this kind has.
    """
    with call.tools.state.changed:
        record = call.pipeline(parameters["pipelineName"])
        runs = _filtered(call, record, parameters, runs_of)
        shown, token = page(runs, parameters, lambda pair: pair[1].id, _PAGE)
        details = [_detail(execution, run, kind, more(run)) | {"updatedBy": caller(call)} for execution, run in shown]
    return {f"{kind}ExecutionDetails": details} | ({"nextToken": token} if token else {})


def _filtered(
    call: Call, record: PipelineRecord, parameters: Parameters, runs_of: Callable[[Execution], list[ActionExecution]]
) -> list[tuple[Execution, ActionExecution]]:
    """The runs of actions or rules that the request's filter asks for, the newest first.

    Raises:
        ApiError: PipelineExecutionNotFoundException.
    """
    executions = reversed(_executions(call, record, parameters))
    runs = [(execution, run) for execution in executions for run in reversed(runs_of(execution))]
    latest = parameters.get("filter", {}).get("latestInPipelineExecution", {})
    if latest.get("startTimeRange") != "Latest":
        return runs
    newest: dict[tuple[str, str, str | None], tuple[Execution, ActionExecution]] = {}
    for execution, run in runs:
        newest.setdefault((run.stage, run.action.name, run.condition), (execution, run))
    return list(newest.values())


def _executions(call: Call, record: PipelineRecord, parameters: Parameters) -> list[Execution]:
    wanted = parameters.get("filter", {})
    latest = wanted.get("latestInPipelineExecution", {})
    execution_id = wanted.get("pipelineExecutionId") or latest.get("pipelineExecutionId")
    if execution_id is None:
        return list(record.executions.values())
    return [call.execution(record.pipeline.name, execution_id)[1]]


def _detail(execution: Execution, run: ActionExecution, kind: str, more: Json) -> Json:
    return {
        "pipelineExecutionId": execution.id,
        f"{kind}ExecutionId": run.id,
        "pipelineVersion": execution.pipeline.version,
        "stageName": run.stage,
        f"{kind}Name": run.action.name,
        "startTime": run.started,
        "lastUpdateTime": run.updated,
        "status": run.status.value,
        "input": _input(run, kind) | more.get("input", {}),
        "output": {"executionResult": _execution_result(run)} | more.get("output", {}),
    }


def _input(run: ActionExecution, kind: str) -> Json:
    return present(
        configuration=dict(run.action.configuration),
        resolvedConfiguration=dict(run.resolved),
        roleArn=run.action.role_arn,
        region=run.action.region,
        inputArtifacts=artifacts(run.inputs),
    ) | {f"{kind}TypeId": run.action.type.wire}


def _execution_result(run: ActionExecution) -> Json:
    """What a run of an action or a rule came to."""
    return present(
        externalExecutionId=run.external_id,
        externalExecutionSummary=run.summary,
        externalExecutionUrl=run.external_url,
        errorDetails=present(code=run.error_code, message=run.error_message) or None,
    )
