"""The operations that the local account has, by name."""

from collections.abc import Mapping

from local.codepipeline.api import (
    action_executions,
    approvals,
    conditions,
    executions,
    jobs,
    pipeline_state,
    pipelines,
    rule_executions,
    tags,
    transitions,
)
from local.codepipeline.api.call import Answer, Call, Operation, Parameters
from local.codepipeline.engine import Engine
from local.codepipeline.errors import ApiError
from local.codepipeline.records import Scope
from local.codepipeline.tools import Tools

OPERATIONS: Mapping[str, Operation] = {
    **pipelines.OPERATIONS,
    **executions.OPERATIONS,
    **action_executions.OPERATIONS,
    **pipeline_state.OPERATIONS,
    **jobs.OPERATIONS,
    **approvals.OPERATIONS,
    **transitions.OPERATIONS,
    **conditions.OPERATIONS,
    **rule_executions.OPERATIONS,
    **tags.OPERATIONS,
}


class Api:
    """Calls operations by name."""

    def __init__(self, tools: Tools, engine: Engine) -> None:
        self._tools = tools
        self._engine = engine

    def call(self, name: str, scope: Scope, parameters: Parameters) -> Answer:
        """The operation's answer.

        Raises:
            ApiError: whatever the operation refuses; UnknownOperationException where it is not in the local account.
        """
        operation = OPERATIONS.get(name)
        if operation is None:
            raise ApiError("UnknownOperationException", f"The operation {name} is not in the local account.")
        return operation(Call(self._tools, self._engine, scope), parameters)
