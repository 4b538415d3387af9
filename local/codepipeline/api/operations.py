"""The operations that the local account has, by name."""

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
from local.codepipeline.api.call import Operation

OPERATIONS: dict[str, Operation] = {
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
