"""Asks CloudFormation whether a request is its own, before anything is done for it.

Whoever may invoke the function can send it a request that names any stack. So its words count only where CloudFormation
is at work on that resource, in the way that the request says.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResource.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crosscheck.aws_errors import ignoring
from crosscheck.errors import CrosscheckError
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Request

# An update that is rolled back sends an Update, too; a Create that is rolled back is followed by a Delete.
IN_PROGRESS: Mapping[str, frozenset[str]] = {
    "Create": frozenset({"CREATE_IN_PROGRESS"}),
    "Update": frozenset({"UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"}),
    "Delete": frozenset({"DELETE_IN_PROGRESS"}),
}
LOOKS = 4  # AWS does not say that a state is seen at once by whoever asks for it
EVENT_PAGES = 20  # of 100 events each: more than an update of 500 resources reports


class ContradictedError(CrosscheckError):
    """CloudFormation is not at what the request says. Nothing was done."""


@dataclass(frozen=True)
class RequestOrigin:
    """What CloudFormation says of the resource that a request names."""

    request: Request
    context: ProviderContext

    def confirm(self) -> None:
        """Return if CloudFormation is at what the request says.

        Raises:
            ContradictedError: it is not, or the stack is not of this account and region.
            ClientError, BotoCoreError: it does not answer, however often it is asked.
        """
        if not self.request.stack_id.startswith(self._home):
            raise ContradictedError(f"the stack is none of {self._home}…; nothing was done")
        problem = ""
        for attempt in range(LOOKS):
            problem = self._problem()
            if not problem:
                return
            self.context.retrying.pause(attempt)
        raise ContradictedError(
            f"CloudFormation does not confirm this {self.request.type}: {problem}; nothing was done"
        )

    def stack_rolls_back(self) -> bool:
        """Whether CloudFormation rolls back an update of the whole stack at this moment.

        Raises:
            ClientError, BotoCoreError: as above.
        """
        if not self.request.stack_id.startswith(self._home):
            return False
        with ignoring("ValidationError"):  # there is no such stack
            own = (event for event in self._events() if event.get("PhysicalResourceId") == self.request.stack_id)
            return next(own, {}).get("ResourceStatus") == "UPDATE_ROLLBACK_IN_PROGRESS"
        return False

    @property
    def _home(self) -> str:
        """What the ARNs of this account's stacks in this region begin with."""
        context = self.context
        return f"arn:{context.partition.name}:cloudformation:{context.home_region}:{context.account}:stack/"

    def _problem(self) -> str:
        """What speaks against the request; empty if nothing does."""
        found = self._described()
        if self._confirms(found) or (self.request.type == "Delete" and self._confirms(self._newest_event())):
            return ""
        named = f"{self.request.logical_id[:255]!r} of {self.request.stack_id}"
        if not found:
            return f"there is no {named}"
        said = ("ResourceType", "ResourceStatus", "PhysicalResourceId", "StackId")
        state = " ".join(str(found.get(key, "-")) for key in said)
        return f"{named} is {state}"

    def _confirms(self, found: Mapping[str, Any]) -> bool:
        """Whether a resource, or an event of one, is what the request says. Until a resource has an id of ours, its id
        is empty or one that CloudFormation made up.

        The stack's whole ARN counts: a stack may be found by a part of it, and names are made of another part.
        """
        known, given = found.get("PhysicalResourceId", ""), self.request.given_id
        same = {
            "Create": True,
            # While the replacement by another prefix is rolled back, the id is the old one or the new one.
            "Update": given == known or given.startswith(self.request.id_stem),
            "Delete": known in {given, ""},
        }
        return (
            found.get("StackId") == self.request.stack_id
            and found.get("ResourceType") == self.request.resource_type
            and found.get("ResourceStatus") in IN_PROGRESS[self.request.type]
            and same[self.request.type]
        )

    def _described(self) -> Mapping[str, Any]:
        client = self.context.clients.client("cloudformation", self.context.home_region)
        named = {"StackName": self.request.stack_id, "LogicalResourceId": self.request.logical_id}
        with ignoring("ValidationError"):  # there is no such stack, or no such resource in it
            return self.context.retrying(client.describe_stack_resource, **named)["StackResourceDetail"]
        return {}

    def _newest_event(self) -> Mapping[str, Any]:
        """The newest event of the physical id; empty if the stack has none. The old resource of a replacement is
        deleted while the stack describes the new one already: only events tell of the old one.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
        """
        wanted = (self.request.logical_id, self.request.given_id)
        with ignoring("ValidationError"):  # there is no such stack
            for event in self._events():
                if (event.get("LogicalResourceId"), event.get("PhysicalResourceId")) == wanted:
                    return event
        return {}

    def _events(self) -> Iterator[Mapping[str, Any]]:
        """The stack's events, the newest first."""
        client = self.context.clients.client("cloudformation", self.context.home_region)
        token: dict[str, str] = {}
        for _ in range(EVENT_PAGES):
            page = self.context.retrying(client.describe_stack_events, StackName=self.request.stack_id, **token)
            yield from page["StackEvents"]
            if "NextToken" not in page:
                return
            token = {"NextToken": page["NextToken"]}
