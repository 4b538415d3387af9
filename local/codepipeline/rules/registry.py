"""The kinds of rules that the local account runs, by provider; a rule runs as an action does."""

from collections.abc import Mapping

from local.codepipeline.actions.base import ActionKind
from local.codepipeline.declarations import ActionType
from local.codepipeline.rules import cloudwatch_alarm, deployment_window, lambda_invoke, variable_check

RULES: Mapping[str, ActionKind] = {
    kind.type.provider: kind
    for kind in (cloudwatch_alarm.KIND, deployment_window.KIND, lambda_invoke.KIND, variable_check.KIND)
}

# What AWS has and the local account has not.
KNOWN_ELSEWHERE = frozenset({"CodeBuild", "Commands"})


def rule_kind_of(rule_type: ActionType) -> ActionKind:
    """The kind of a rule that the definition rules let through."""
    return RULES[rule_type.provider]
