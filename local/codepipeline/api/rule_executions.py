"""ListRuleExecutions, ListRuleTypes."""

from collections.abc import Mapping

from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import page, present
from local.codepipeline.actions.base import ActionKind
from local.codepipeline.api.action_executions import execution_result, filtered_runs
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.api.pipelines import caller
from local.codepipeline.rules.registry import RULES
from local.codepipeline.state import ActionExecution, Execution
from local.codepipeline.state_changes import artifacts

_PAGE = 100


def list_rule_executions(call: Call, parameters: Parameters) -> Json:
    """The runs of rules, the newest first; of one execution where the filter says so."""
    with call.tools.state.changed:
        record = call.pipeline(parameters["pipelineName"])
        runs = filtered_runs(call, record, parameters, lambda execution: execution.rules)
        shown, token = page(runs, parameters, lambda pair: pair[1].id, _PAGE)
        details = [_detail(execution, run) | {"updatedBy": caller(call)} for execution, run in shown]
    return {"ruleExecutionDetails": details} | ({"nextToken": token} if token else {})


def list_rule_types(_call: Call, _parameters: Parameters) -> Json:
    """The rule types that the local account runs, which are not all that AWS has."""
    return {"ruleTypes": [_type(kind) for _, kind in sorted(RULES.items())]}


def _detail(execution: Execution, run: ActionExecution) -> Json:
    return {
        "pipelineExecutionId": execution.id,
        "ruleExecutionId": run.id,
        "pipelineVersion": execution.pipeline.version,
        "stageName": run.stage,
        "ruleName": run.action.name,
        "startTime": run.started,
        "lastUpdateTime": run.updated,
        "status": run.status.value,
        "input": _input(run),
        "output": {"executionResult": execution_result(run)},
    }


def _input(run: ActionExecution) -> Json:
    return present(
        ruleTypeId=run.action.type.wire,
        configuration=dict(run.action.configuration),
        resolvedConfiguration=dict(run.resolved),
        roleArn=run.action.role_arn,
        region=run.action.region,
        inputArtifacts=artifacts(run.inputs),
    )


def _type(kind: ActionKind) -> Json:
    least, most = kind.inputs
    return {
        "id": kind.type.wire,
        "ruleConfigurationProperties": [
            {"name": name, "required": name in kind.required, "key": False, "secret": False}
            for name in sorted(kind.required | kind.optional)
        ],
        "inputArtifactDetails": {"minimumCount": least, "maximumCount": most},
    }


OPERATIONS: Mapping[str, Operation] = {
    "ListRuleExecutions": list_rule_executions,
    "ListRuleTypes": list_rule_types,
}
