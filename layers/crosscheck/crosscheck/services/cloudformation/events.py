"""What a stack's events tell: what failed first, and how many operations began.

DescribeStackEvents gives the newest event first and cannot be asked for a time, so pages are read back to that time,
or to the beginning of the last operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.services.cloudformation.stack import TOLERANCE
from crosscheck.text import shortened

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import DescribeStackEventsInputTypeDef, StackEventTypeDef

# CloudFormation gives 100 events a page; a stack of 500 resources that goes back makes about 2000.
PAGES = 20
STARTS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "IMPORT_IN_PROGRESS", "DELETE_IN_PROGRESS"})


@dataclass(frozen=True)
class StackEvent:
    """An event; ``stack`` marks those of the stack itself. ``at`` is in epoch seconds."""

    at: float
    resource: str
    kind: str
    status: str
    reason: str
    stack: bool


@dataclass(frozen=True)
class History:
    """The events since some time, oldest first; ``complete`` unless there are more than are read."""

    events: tuple[StackEvent, ...]
    complete: bool

    @property
    def operations(self) -> tuple[StackEvent, ...]:
        """The events that began an operation. CloudFormation repeats such an event as the operation goes on."""
        own = [event for event in self.events if event.stack]
        before = ["", *(event.status for event in own)]
        pairs = zip(before, own, strict=False)
        return tuple(event for last, event in pairs if event.status in STARTS and event.status != last)


def read_history(client: CloudFormationClient, stack_id: str, since: float | None) -> History:
    """The events of a stack since a time in epoch seconds; with None, since its last operation began."""
    request: DescribeStackEventsInputTypeDef = {"StackName": stack_id}
    found: list[StackEvent] = []
    for _ in range(PAGES):
        answer = client.describe_stack_events(**request)
        page = [_event(event) for event in answer["StackEvents"]]
        recent = [event for event in page if since is None or event.at + TOLERANCE >= since]
        found += recent
        begun = since is None and any(event.stack and event.status in STARTS for event in page)
        if begun or len(recent) < len(page) or not answer.get("NextToken"):
            return History(tuple(reversed(found)), complete=True)
        request["NextToken"] = answer["NextToken"]
    return History(tuple(reversed(found)), complete=False)


def first_failure(history: History) -> str:
    """The resource that failed first in the last operation, with its type and reason; empty where none did.

    What fails later usually fails because of it: CloudFormation cancels whatever else was under way.
    """
    starts = history.operations
    events = history.events[history.events.index(starts[-1]) :] if starts else history.events
    failed = [event for event in events if event.status.endswith("_FAILED") and not event.stack]
    if not failed:
        return ""
    first = min(failed, key=lambda event: event.at)
    which = "first failure" if starts or history.complete else "a failure"
    return f"{which}: {first.resource} ({first.kind}) {first.status}: {shortened(first.reason) or 'no reason given'}"


def _event(event: StackEventTypeDef) -> StackEvent:
    return StackEvent(
        at=event["Timestamp"].timestamp(),
        resource=event.get("LogicalResourceId", ""),
        kind=event.get("ResourceType", ""),
        status=event.get("ResourceStatus", ""),
        reason=event.get("ResourceStatusReason", ""),
        stack=event.get("PhysicalResourceId", "") == event["StackId"],
    )
