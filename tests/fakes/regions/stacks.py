"""CloudFormation's stacks: a resource's state and the stack's events, while requests are served and afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.regions.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTED = datetime(2026, 3, 4, 10, tzinfo=UTC)
PAGE = 3  # AWS shows a hundred events at a time
STATES = {"Create": "CREATE", "Update": "UPDATE", "Delete": "DELETE"}


@dataclass
class FakeResource:
    type: str
    status: str
    physical_id: str = ""


@dataclass
class FakeStacks:
    """The custom resources of one region, by stack and logical id. A stack exists as long as it has events."""

    resources: dict[tuple[str, str], FakeResource] = field(default_factory=dict)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # ARNs that are found by their last part, as another stack's: AWS does not say that it never does so.
    aliases: dict[str, str] = field(default_factory=dict)

    def begin(self, event: Mapping[str, Any]) -> None:
        """What CloudFormation shows from now on, because it sends this request."""
        key, given = (event["StackId"], event["LogicalResourceId"]), event.get("PhysicalResourceId", "")
        status = f"{STATES.get(event['RequestType'], 'CREATE')}_IN_PROGRESS"
        found = self.resources.get(key)
        # The predecessor of a replacement is deleted while the stack shows its successor.
        if not (event["RequestType"] == "Delete" and found and found.physical_id not in {"", given}):
            self.resources[key] = FakeResource(event["ResourceType"], status, given)
        self._note(event, status, given)

    def end(self, event: Mapping[str, Any], *, success: bool, physical_id: str) -> None:
        """CloudFormation reads the answer."""
        key = event["StackId"], event["LogicalResourceId"]
        status = f"{STATES.get(event['RequestType'], 'CREATE')}_{'COMPLETE' if success else 'FAILED'}"
        found = self.resources.get(key)
        if found and (event["RequestType"] != "Delete" or found.physical_id == physical_id):
            found.status = status
            if success or event["RequestType"] == "Create":
                found.physical_id = physical_id
            if status == "DELETE_COMPLETE":
                del self.resources[key]
        self._note(event, status, physical_id)

    def notes(self, stack_id: str, status: str) -> None:
        """The stack itself has another status."""
        own = {"LogicalResourceId": stack_id.split("/")[1], "ResourceType": "AWS::CloudFormation::Stack"}
        self._note({"StackId": stack_id, **own}, status, stack_id)

    def _note(self, event: Mapping[str, Any], status: str, physical_id: str) -> None:
        named = {"LogicalResourceId": event["LogicalResourceId"], "ResourceType": event["ResourceType"]}
        noted = {"StackId": event["StackId"], **named, "ResourceStatus": status, "PhysicalResourceId": physical_id}
        noted |= {
            "EventId": f"event-{len(self.events.get(event['StackId'], []))}",
            "StackName": event["StackId"].split("/")[1],
            "Timestamp": NOTED,
        }
        self.events.setdefault(event["StackId"], []).append(noted)

    def DescribeStackResource(self, region: str, StackName: str, LogicalResourceId: str) -> dict[str, Any]:  # noqa: N802, N803
        stack = self._found(StackName)
        found = self.resources.get((stack, LogicalResourceId))
        if found is None:
            raise refusal("ValidationError", f"Resource {LogicalResourceId} does not exist for stack {StackName}")
        detail: dict[str, Any] = {"StackId": stack, "LogicalResourceId": LogicalResourceId, "ResourceType": found.type}
        detail |= {"ResourceStatus": found.status, "LastUpdatedTimestamp": NOTED}
        detail |= {"PhysicalResourceId": found.physical_id} if found.physical_id else {}
        return {"StackResourceDetail": detail}

    def DescribeStackEvents(self, region: str, StackName: str, NextToken: str = "0") -> dict[str, Any]:  # noqa: N802, N803
        newest_first, start = self.events[self._found(StackName)][::-1], int(NextToken)
        more = {"NextToken": str(start + PAGE)} if start + PAGE < len(newest_first) else {}
        return {"StackEvents": newest_first[start : start + PAGE], **more}

    def _found(self, named: str) -> str:
        stack = self.aliases.get(named, named)
        if stack not in self.events:
            raise refusal("ValidationError", f"Stack '{named}' does not exist")
        return stack
