"""PutApprovalResult."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.codepipeline.actions.approval import KEY
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.api.pipelines import caller
from local.codepipeline.records import PipelineRecord
from local.codepipeline.state import ActionExecution, Status
from local.codepipeline.triggers import Approval


def put_approval_result(call: Call, parameters: Parameters) -> Json:
    """Approve or reject; the token must be that of a request which is still open."""
    result = parameters["result"]
    with call.tools.state.changed:
        record = call.pipeline(parameters["pipelineName"])
        run = _asking(record, parameters["stageName"], parameters["actionName"], parameters["token"])
        run.approval = Approval(result["status"] == "Approved", result["summary"], caller(call))
        call.tools.state.changed.notify_all()
    return {"approvedAt": call.tools.clock.now()}


def _asking(record: PipelineRecord, stage: str, action: str, token: str) -> ActionExecution:
    _require_approval_action(record, stage, action)
    asked = [
        (execution, run)
        for execution in record.executions.values()
        for run in execution.actions
        if (run.stage, run.action.name, run.token) == (stage, action, token)
    ]
    if not asked:
        raise ApiError("InvalidApprovalTokenException", "Invalid approval token")
    execution, run = asked[0]
    if run.approval is not None:
        raise ApiError("ApprovalAlreadyCompletedException", "The approval has already been completed")
    if run.status is not Status.IN_PROGRESS or execution.given_up(run):
        raise ApiError("InvalidApprovalTokenException", "The approval request has expired")
    return run


def _require_approval_action(record: PipelineRecord, stage_name: str, action_name: str) -> None:
    stage = next((each for each in record.pipeline.stages if each.name == stage_name), None)
    if stage is None:
        raise ApiError("StageNotFoundException", f"The pipeline has no stage '{stage_name}'")
    for action in stage.actions:
        if action.name == action_name and (action.type.category, action.type.owner, action.type.provider) == KEY:
            return
    raise ApiError("ActionNotFoundException", f"The stage '{stage_name}' has no approval action '{action_name}'")


OPERATIONS: Mapping[str, Operation] = {"PutApprovalResult": put_approval_result}
