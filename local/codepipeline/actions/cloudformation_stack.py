"""A stack as the CloudFormation action drives it: found, awaited, and its failure put into words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext
from local.codepipeline.errors import ActionError, FailureType

POLL_SECONDS = 5
# CodePipeline gives up on a stack after three days.
TIMEOUT_SECONDS = 3 * 24 * 60 * 60
GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}
VALIDATION_ERROR = "ValidationError"

Wire = Mapping[str, Any]


@dataclass(frozen=True)
class Stack:
    """A stack by its name, or by its id once it is known: a deleted stack answers to its id only."""

    context: ActionContext
    name: str

    @property
    def client(self) -> Any:
        """CloudFormation in the action's region, under the action's role."""
        return self.context.client("cloudformation")

    def find(self) -> Wire | None:
        """The stack as DescribeStacks shows it; None if there is none."""
        try:
            found: Wire = self.client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] != VALIDATION_ERROR:
                raise
            return None
        return found

    def settled(self) -> Wire:
        """The stack once no operation is in progress.

        Raises:
            ActionError: the operation did not succeed, or the stack is gone.
        """
        stack = await_value(self.context, self._quiet, f"The stack {self.name}")
        if stack["StackStatus"] not in GOOD:
            reason = self._reason() or stack.get("StackStatusReason", "")
            text = f"The stack {stack['StackName']} is in the state {stack['StackStatus']}. {reason}".strip()
            raise ActionError(FailureType.JOB_FAILED, text)
        return stack

    def _quiet(self) -> Wire | None:
        stack = self.find()
        if stack is None:
            raise ActionError(FailureType.JOB_FAILED, f"The stack {self.name} does not exist.")
        busy = stack["StackStatus"].endswith("_IN_PROGRESS") and stack["StackStatus"] != "REVIEW_IN_PROGRESS"
        return None if busy else stack

    def _reason(self) -> str:
        """The first thing that failed in the newest operation."""
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        newest = []
        for event in events:
            newest.append(event)
            begins = event["ResourceStatus"] in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}
            if begins and event.get("PhysicalResourceId") == event["StackId"]:
                break
        failed = [event for event in newest if event["ResourceStatus"].endswith("_FAILED")]
        return "" if not failed else f"{failed[-1]['LogicalResourceId']}: {failed[-1].get('ResourceStatusReason', '')}"


def await_value[Value](context: ActionContext, look: Callable[[], Value | None], what: str) -> Value:
    """The first value that a look gives, polled through the clock.

    Raises:
        ActionError: there was none within three days.
    """
    waited = 0
    while waited < TIMEOUT_SECONDS:
        context.pause(POLL_SECONDS)
        waited += POLL_SECONDS
        if (value := look()) is not None:
            return value
    raise ActionError(FailureType.JOB_FAILED, f"{what} did not come to an end within three days.")
