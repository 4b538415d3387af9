"""Rule VariableCheck: compares a variable's value with a text."""

import re
from collections.abc import Callable, Mapping

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.declarations import RULE, ActionType
from local.codepipeline.errors import ActionError, FailureType


def _matches(variable: str, expression: str) -> bool:
    try:
        return re.fullmatch(expression, variable) is not None
    except re.error as error:
        # AWS takes Java's syntax, this is Python's; they agree on what pipelines use.
        text = f"The regular expression {expression} is not valid: {error}"
        raise ActionError(FailureType.CONFIGURATION, text) from None


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "EQ": lambda variable, value: variable == value,
    "NE": lambda variable, value: variable != value,
    "CONTAINS": lambda variable, value: value in variable,
    "MATCHES": _matches,
}


def _run(context: ActionContext) -> ActionResult:
    variable, value = context.configuration["Variable"], context.configuration["Value"]
    operator = context.configuration["Operator"]
    if not OPERATORS[operator](variable, value):
        raise ActionError(FailureType.JOB_FAILED, f"The variable check failed: {variable} {operator} {value}")
    return ActionResult(summary=f"{variable} {operator} {value}")


KIND = ActionKind(
    ActionType(RULE, "AWS", "VariableCheck", "1"),
    required=frozenset({"Variable", "Value", "Operator"}),
    optional=frozenset(),
    inputs=(0, 0),
    outputs=(0, 0),
    run=_run,
)
