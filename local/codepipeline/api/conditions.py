"""OverrideStageCondition."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.condition_state import ConditionType


def override_stage_condition(call: Call, parameters: Parameters) -> Json:
    """Take a condition as met that blocks an execution."""
    stage = parameters["stageName"]
    with call.tools.state.changed:
        record = call.pipeline(parameters["pipelineName"])
        call.require_stage(record, stage)
        execution = record.executions.get(parameters["pipelineExecutionId"])
        if execution is None:
            # The model has no PipelineExecutionNotFoundException for this operation.
            raise ApiError("NotLatestPipelineExecutionException", "The pipeline has no such execution")
        call.engine.override(record, execution, stage, ConditionType(parameters["conditionType"]))
    return {}


OPERATIONS: Mapping[str, Operation] = {"OverrideStageCondition": override_stage_condition}
