"""Approval action Manual: waits for PutApprovalResult. Nobody is notified: the local account has no SNS topics."""

import uuid

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.declarations import ActionType, ExecutionMode
from local.codepipeline.errors import ActionError, FailureType
from local.codepipeline.waits import wait_until

KEY = ("Approval", "AWS", "Manual")
# CodePipeline's default for manual approvals: seven days.
TIMEOUT_MINUTES = 7 * 24 * 60


def _run(context: ActionContext) -> ActionResult:
    _ask(context)
    minutes = context.action.timeout_minutes or TIMEOUT_MINUTES
    wait_until(context.tools.state, context.tools.clock, lambda: _over(context), minutes * 60)
    context.check()
    approval = context.run.approval
    if approval is None:
        raise ActionError(FailureType.JOB_FAILED, f"The approval request got no response within {minutes} minutes.")
    if not approval.approved:
        raise ActionError(FailureType.JOB_FAILED, approval.summary or f"Rejected by {approval.by}")
    return ActionResult(summary=approval.summary or f"Approved by {approval.by}")


def _ask(context: ActionContext) -> None:
    token = str(uuid.uuid4())
    parallel = context.execution.pipeline.mode is ExecutionMode.PARALLEL
    with context.tools.state.changed:
        context.run.token = token
        # In PARALLEL mode the token is read from ListActionExecutions, as the external execution id.
        context.report(
            external_id=token if parallel else None,
            url=context.configuration.get("ExternalEntityLink"),
            summary=context.configuration.get("CustomData"),
        )


def _over(context: ActionContext) -> bool:
    return context.run.approval is not None or context.execution.given_up(context.run)


KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset(),
    optional=frozenset({"NotificationArn", "CustomData", "ExternalEntityLink"}),
    inputs=(0, 0),
    outputs=(0, 0),
    run=_run,
)
