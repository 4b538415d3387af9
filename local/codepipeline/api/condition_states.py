"""The conditions of a stage as GetPipelineState shows them."""

from collections.abc import Mapping

from local.aws_json.messages import Json
from local.aws_json.operations import present
from local.codepipeline.condition_state import ConditionRun, ConditionType
from local.codepipeline.declarations import Stage
from local.codepipeline.state import ActionExecution, Execution

_MEMBERS: Mapping[ConditionType, str] = {
    ConditionType.BEFORE_ENTRY: "beforeEntryConditionState",
    ConditionType.ON_SUCCESS: "onSuccessConditionState",
    ConditionType.ON_FAILURE: "onFailureConditionState",
}


def condition_states(execution: Execution | None, stage: Stage) -> Mapping[str, Json]:
    """The states of the conditions that the stage has, as the newest execution in it found them."""
    run = execution.stages.get(stage.name) if execution is not None else None
    return {
        _MEMBERS[kind]: _state([rule.name for rule in condition.rules], run.conditions.get(kind) if run else None)
        for kind, condition in stage.conditions.items()
        if condition.rules
    }


def _state(rules: list[str], run: ConditionRun | None) -> Json:
    if run is None:
        return {"conditionStates": [{"ruleStates": [{"ruleName": rule} for rule in rules]}]}
    latest = present(status=run.status.value, summary=run.summary)
    condition = {
        "latestExecution": latest | {"lastStatusChange": run.updated},
        "ruleStates": [_rule(rule) for rule in run.rules],
    }
    return {"latestExecution": latest, "conditionStates": [condition]}


def _rule(run: ActionExecution) -> Json:
    latest = present(
        ruleExecutionId=run.id,
        status=run.status.value,
        summary=run.summary,
        lastStatusChange=run.updated,
        externalExecutionId=run.external_id,
        externalExecutionUrl=run.external_url,
        errorDetails=present(code=run.error_code, message=run.error_message) or None,
    )
    return present(ruleName=run.action.name, latestExecution=latest, entityUrl=run.external_url)
