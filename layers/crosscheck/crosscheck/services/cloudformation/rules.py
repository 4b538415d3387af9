"""What a stack's status proves: pure rules over what was seen and what was wanted."""

from enum import StrEnum

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.cloudformation.stack import Phase, Stack
from crosscheck.text import moment

# CloudFormation can roll these back still; see RollbackStack.
RETURNABLE = frozenset({"CREATE_FAILED", "UPDATE_FAILED"})
# A stack in these runs what it ran before; ROLLBACK_COMPLETE runs nothing.
RESTORED = frozenset({"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"})
# It runs what it ran before, and still some of what the failed update had made: the release is not gone yet.
RESTORING = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
STILL_REMOVED = "what the update replaced is still being removed, and until then the stack takes no other operation"


class Wanted(StrEnum):
    """Where a stack is meant to be."""

    DEPLOYED = "deployed"
    ROLLED_BACK = "rolled_back"
    DELETED = "deleted"


def judge(stack: Stack, wanted: Wanted, since: float | None) -> Outcome:
    """Whether the stack is where it was meant to be.

    ``since`` is when the deploy action that succeeded had started, in epoch seconds; None where no action is known.
    """
    match wanted:
        case Wanted.DEPLOYED:
            return _deployed(stack, since)
        case Wanted.ROLLED_BACK:
            return _rolled_back(stack)
        case Wanted.DELETED:
            return _deleted(stack)


def _deployed(stack: Stack, since: float | None) -> Outcome:
    unchanged = since is not None and not stack.changed_since(since)
    match stack.phase:
        case Phase.DEPLOYED | Phase.CLEANING_UP:
            return Outcome(Verdict.PASS, _unchanged(stack) if unchanged else stack.status)
        case Phase.WENT_BACK if unchanged and stack.status in RESTORED:
            return Outcome(Verdict.PASS, _unchanged(stack))
        case Phase.WENT_BACK:
            return Outcome(Verdict.FAIL, f"{stack.status}: the stack went back")
        case Phase.BROKEN:
            return Outcome(Verdict.FAIL, stack.status)
        case Phase.DELETED:
            return Outcome(Verdict.FAIL, "the stack is deleted")
        case _:
            return _undecided(stack)


def _rolled_back(stack: Stack) -> Outcome:
    """A stack that never was stable is deleted by RollbackStack; by its ARN it is found even then."""
    match stack.phase:
        case Phase.WENT_BACK:
            return Outcome(Verdict.PASS, stack.status)
        case Phase.DELETED:
            return Outcome(Verdict.PASS, "the stack is deleted: there was nothing stable to go back to")
        case Phase.DEPLOYED:
            return Outcome(Verdict.FAIL, f"{stack.status}: the stack was not rolled back")
        case Phase.BROKEN if stack.status in RETURNABLE:
            return Outcome(Verdict.PENDING, f"{stack.status}: the stack is not rolling back yet")
        case Phase.BROKEN:
            return Outcome(Verdict.FAIL, stack.status)
        case _:
            return _undecided(stack)


def _deleted(stack: Stack) -> Outcome:
    match stack.phase:
        case Phase.DELETED:
            return Outcome(Verdict.PASS, "the stack is deleted")
        case Phase.DELETING:
            return Outcome(Verdict.PENDING, stack.status)
        case Phase.UNKNOWN:
            return _undecided(stack)
        case _:
            return Outcome(Verdict.FAIL, f"the stack should be deleted and is {stack.status}")


def _undecided(stack: Stack) -> Outcome:
    """The statuses that prove nothing, whatever was wanted."""
    match stack.phase:
        case Phase.MOVING | Phase.CLEANING_UP | Phase.DELETING:
            return Outcome(Verdict.PENDING, stack.status)
        case Phase.GOING_BACK if stack.status == RESTORING:
            back = "the stack is back, and what the failed update had made is still being removed"
            return Outcome(Verdict.PENDING, f"{stack.status}: {back}")
        case Phase.GOING_BACK:
            return Outcome(Verdict.PENDING, f"{stack.status}: the stack is going back")
        case Phase.EMPTY:
            return Outcome(Verdict.INCONCLUSIVE, f"{stack.status}: only a change set was made, nothing is deployed")
        case _:
            return Outcome(Verdict.INCONCLUSIVE, f"this version does not know the status {stack.status}")


def _unchanged(stack: Stack) -> str:
    return f"no change, {stack.status} since {moment(stack.changed)}"
