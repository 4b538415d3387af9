"""What each status of a CloudFormation stack means, and how a stack is read.

Statuses: "Stack status codes" in CloudFormation's user guide. A test holds the table against botocore's model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crosscheck.aws_errors import ignoring

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

# CloudFormation has no error code of its own for a stack that is absent.
ABSENT = "ValidationError"
# CodePipeline and CloudFormation keep time by different clocks, and an emulator by whole seconds.
TOLERANCE = 1.0


class Phase(StrEnum):
    """Where a stack is."""

    DEPLOYED = "deployed"
    CLEANING_UP = "cleaning up"  # deployed and in service, and takes no operation before what it replaced is removed
    MOVING = "moving"  # towards what was asked for
    GOING_BACK = "going back"
    WENT_BACK = "went back"
    BROKEN = "broken"
    DELETING = "deleting"
    DELETED = "deleted"
    EMPTY = "empty"  # a change set was made for it, nothing was executed
    UNKNOWN = "unknown"  # a status that is newer than this version


PHASES: Mapping[str, Phase] = {
    "CREATE_COMPLETE": Phase.DEPLOYED,
    "UPDATE_COMPLETE": Phase.DEPLOYED,
    "IMPORT_COMPLETE": Phase.DEPLOYED,
    "CREATE_IN_PROGRESS": Phase.MOVING,
    "UPDATE_IN_PROGRESS": Phase.MOVING,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Phase.CLEANING_UP,
    "IMPORT_IN_PROGRESS": Phase.MOVING,
    "ROLLBACK_IN_PROGRESS": Phase.GOING_BACK,
    "UPDATE_ROLLBACK_IN_PROGRESS": Phase.GOING_BACK,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Phase.GOING_BACK,
    "IMPORT_ROLLBACK_IN_PROGRESS": Phase.GOING_BACK,
    "ROLLBACK_COMPLETE": Phase.WENT_BACK,
    "UPDATE_ROLLBACK_COMPLETE": Phase.WENT_BACK,
    "IMPORT_ROLLBACK_COMPLETE": Phase.WENT_BACK,
    "CREATE_FAILED": Phase.BROKEN,
    "UPDATE_FAILED": Phase.BROKEN,
    "DELETE_FAILED": Phase.BROKEN,
    "ROLLBACK_FAILED": Phase.BROKEN,
    "UPDATE_ROLLBACK_FAILED": Phase.BROKEN,
    "IMPORT_ROLLBACK_FAILED": Phase.BROKEN,
    "DELETE_IN_PROGRESS": Phase.DELETING,
    "DELETE_COMPLETE": Phase.DELETED,
    "REVIEW_IN_PROGRESS": Phase.EMPTY,
}


@dataclass(frozen=True)
class Stack:
    """A stack as DescribeStacks shows it. ``changed`` is when its last operation began, in epoch seconds; ``nested`` if
    it is part of another stack."""

    id: str
    name: str
    status: str
    reason: str
    changed: float
    nested: bool = False

    @property
    def phase(self) -> Phase:
        """What its status means. A nested stack keeps what it replaced until its parent is updated, which may fail and
        take it back."""
        phase = PHASES.get(self.status, Phase.UNKNOWN)
        return Phase.MOVING if self.nested and phase is Phase.CLEANING_UP else phase

    def changed_since(self, started: float) -> bool:
        """Whether an operation on the stack began after this time (epoch seconds)."""
        return self.changed + TOLERANCE >= started


def read_stack(client: CloudFormationClient, name: str) -> Stack | None:
    """The stack of this name or ARN, None where there is none. A deleted one is found by its ARN only."""
    with ignoring(ABSENT):
        stacks = client.describe_stacks(StackName=name)["Stacks"]
        return _stack(stacks[0]) if stacks else None
    return None


def same_stack(stack: Stack, external: str) -> bool:
    """Whether it is the stack that the deploy action worked on; true where CodePipeline does not name that one."""
    return stack.id == external or ":stack/" not in external


def _stack(found: StackTypeDef) -> Stack:
    moments = [found["CreationTime"], found.get("LastUpdatedTime", found["CreationTime"])]
    return Stack(
        id=found.get("StackId", ""),
        name=found["StackName"],
        status=found["StackStatus"],
        reason=found.get("StackStatusReason", ""),
        changed=max(moments).timestamp(),
        nested="ParentId" in found,
    )
