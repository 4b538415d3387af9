"""ListRuleExecutions, ListRuleTypes."""

from collections.abc import Mapping

from local.aws_json.messages import Json, Parameters
from local.codepipeline.actions.base import ActionKind
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.api.runs import list_runs
from local.codepipeline.rules.registry import RULES


def list_rule_executions(call: Call, parameters: Parameters) -> Json:
    """The runs of rules, the newest first; of one execution where the filter says so."""
    return list_runs(call, parameters, "rule", lambda execution: execution.rules, lambda _: {})


def list_rule_types(_call: Call, _parameters: Parameters) -> Json:
    """The rule types that the local account runs, which are not all that AWS has."""
    return {"ruleTypes": [_type(kind) for _, kind in sorted(RULES.items())]}


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
