"""DisableStageTransition, EnableStageTransition."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.api.pipelines import caller
from local.codepipeline.records import Transition


def disable_stage_transition(call: Call, parameters: Parameters) -> Json:
    """Let executions wait before the stage."""
    return _set(call, parameters, enabled=False)


def enable_stage_transition(call: Call, parameters: Parameters) -> Json:
    """Let them in again."""
    return _set(call, parameters, enabled=True)


def _set(call: Call, parameters: Parameters, *, enabled: bool) -> Json:
    if parameters["transitionType"] != "Inbound":
        raise ApiError("ValidationException", "transitionType Outbound is not in the local account; use Inbound")
    stage = parameters["stageName"]
    with call.tools.state.changed:
        record = call.pipeline(parameters["pipelineName"])
        call.require_stage(record, stage)
        record.transitions[stage] = Transition(enabled, caller(call), call.tools.clock.now(), parameters.get("reason"))
        call.tools.state.changed.notify_all()
    return {}


OPERATIONS: Mapping[str, Operation] = {
    "DisableStageTransition": disable_stage_transition,
    "EnableStageTransition": enable_stage_transition,
}
