"""Deploy action CloudFormation: stacks and change sets, in the action's region and under its role."""

import json
from collections.abc import Callable, Mapping

from botocore.exceptions import ClientError

from local.codepipeline import zips
from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.actions.cloudformation_settings import Mode, Settings, settings, template
from local.codepipeline.actions.cloudformation_stack import VALIDATION_ERROR, Stack, Wire, await_value
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import ActionError, FailureType
from local.console import stack_url

PROVIDER = "CloudFormation"
KEY = ("Deploy", "AWS", PROVIDER)
FAILED_STATES = {
    "CREATE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "DELETE_FAILED",
    "UPDATE_ROLLBACK_FAILED",
}
# CloudFormation has no other sign of it than these words of its messages.
_NOTHING_TO_DO = ("No updates are to be performed", "didn't contain changes")


def _run(context: ActionContext) -> ActionResult:
    told = settings(context)
    stack = _OPERATIONS[told.mode](context, told)
    if stack is None:
        return ActionResult(summary=f"The stack {told.stack} does not exist")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if context.run.outputs:
        context.write_outputs(zips.pack({context.configuration["OutputFileName"]: json.dumps(outputs).encode()}))
    return ActionResult(stack["StackId"], summary=f"Stack {told.stack}: {stack['StackStatus']}", variables=outputs)


def _create_update(context: ActionContext, told: Settings) -> Wire:
    stack, body = Stack(context, told.stack), template(context)
    found = stack.find()
    if found is None or found["StackStatus"] == "REVIEW_IN_PROGRESS":
        made = stack.client.create_stack(StackName=told.stack, TemplateBody=body, **told.request)
        return _follow(context, made["StackId"])
    try:
        stack.client.update_stack(StackName=told.stack, TemplateBody=body, **told.request)
    except ClientError as error:
        if not _nothing_to_do(error.response["Error"]["Message"]):
            raise _refused(error) from error
        return found
    return _follow(context, found["StackId"])


def _replace_on_failure(context: ActionContext, told: Settings) -> Wire:
    found = Stack(context, told.stack).find()
    if found is not None and found["StackStatus"] in FAILED_STATES:
        _delete(context, told)
    return _create_update(context, told)


def _delete(context: ActionContext, told: Settings) -> Wire | None:
    stack = Stack(context, told.stack)
    found = stack.find()
    if found is None:
        return None
    role = {"RoleARN": told.request["RoleARN"]} if "RoleARN" in told.request else {}
    stack.client.delete_stack(StackName=told.stack, **role)
    return _follow(context, found["StackId"])


def _replace_change_set(context: ActionContext, told: Settings) -> Wire:
    stack, body = Stack(context, told.stack), template(context)
    found = stack.find()
    kind = "CREATE" if found is None or found["StackStatus"] == "REVIEW_IN_PROGRESS" else "UPDATE"
    named = {"StackName": told.stack, "ChangeSetName": told.change_set}
    if found is not None and _change_set(stack, named) is not None:
        stack.client.delete_change_set(**named)
    made = stack.client.create_change_set(**named, ChangeSetType=kind, TemplateBody=body, **told.request)
    context.report(external_id=made["StackId"], url=stack_url(context.region, made["StackId"]))

    def ready() -> Wire | None:
        change_set = _change_set(stack, named)
        return change_set if change_set and not change_set["Status"].endswith(("_PENDING", "_IN_PROGRESS")) else None

    change_set = await_value(context, ready, f"The change set {told.change_set}")
    reason = change_set.get("StatusReason", "")
    if change_set["Status"] == "FAILED" and not _nothing_to_do(reason):
        raise ActionError(FailureType.JOB_FAILED, f"The change set {told.change_set} failed. {reason}".strip())
    return {"StackId": made["StackId"], "StackStatus": f"change set {change_set['Status']}"}


def _execute_change_set(context: ActionContext, told: Settings) -> Wire:
    stack, named = Stack(context, told.stack), {"StackName": told.stack, "ChangeSetName": told.change_set}
    change_set = _change_set(stack, named)
    if change_set is None:
        text = f"The change set {told.change_set} of the stack {told.stack} does not exist."
        raise ActionError(FailureType.CONFIGURATION, text)
    if change_set["Status"] != "FAILED" or not _nothing_to_do(change_set.get("StatusReason", "")):
        stack.client.execute_change_set(**named)
    return _follow(context, change_set["StackId"])


def _change_set(stack: Stack, named: Mapping[str, str]) -> Wire | None:
    try:
        found: Wire = stack.client.describe_change_set(**named)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ChangeSetNotFound", "ChangeSetNotFoundException", VALIDATION_ERROR}:
            raise
        return None
    return found


def _follow(context: ActionContext, stack_id: str) -> Wire:
    context.report(external_id=stack_id, url=stack_url(context.region, stack_id))
    return Stack(context, stack_id).settled()


def _nothing_to_do(message: str) -> bool:
    return any(words in message for words in _NOTHING_TO_DO)


def _refused(error: ClientError) -> ActionError | ClientError:
    """A stack that cannot be updated as it is; what else went wrong stays as it is."""
    found = error.response["Error"]
    return ActionError(FailureType.JOB_FAILED, found["Message"]) if found["Code"] == VALIDATION_ERROR else error


_OPERATIONS: Mapping[Mode, Callable[[ActionContext, Settings], Wire | None]] = {
    Mode.CREATE_UPDATE: _create_update,
    Mode.REPLACE_ON_FAILURE: _replace_on_failure,
    Mode.DELETE_ONLY: _delete,
    Mode.CHANGE_SET_REPLACE: _replace_change_set,
    Mode.CHANGE_SET_EXECUTE: _execute_change_set,
}

KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset({"ActionMode", "StackName"}),
    optional=frozenset(
        {
            "Capabilities",
            "ChangeSetName",
            "OutputFileName",
            "ParameterOverrides",
            "RoleArn",
            "TemplateConfiguration",
            "TemplatePath",
        }
    ),
    inputs=(0, 10),
    outputs=(0, 1),
    run=_run,
)
