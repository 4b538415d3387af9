"""Whether the last operation on a stack is the action's own, as the stack's events tell: pure.

CloudFormation never runs two operations on a stack at once, so the first one that began since the action started is the
action's, unless that had ended before.
"""

from crosscheck.contracts.check import Outcome, gave_way
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.cloudformation.events import History, StackEvent
from crosscheck.services.cloudformation.stack import PHASES, Phase, Stack
from crosscheck.text import moment

_ABSENT = frozenset({Phase.DELETING, Phase.DELETED})
_FAILED = frozenset({Phase.WENT_BACK, Phase.GOING_BACK, Phase.BROKEN})


def judge_later(stack: Stack, history: History, run: ActionRun) -> Outcome | None:
    """What an operation after the action's own means; None where there was none, or where it took the stack away.

    An operation of the action's own that failed, and what CloudFormation did about that, stays the action's doing.
    """
    own, later = _told_apart(history, run)
    if stack.phase in _ABSENT or not (later or (not history.complete and run.ended_before(stack.changed))):
        return None
    last = later[-1] if later else None
    at = moment(last.at if last else stack.changed)
    how = f" ({last.status.removesuffix('_IN_PROGRESS').lower()})" if last else ""
    changed = f"changed again at {at}{how}, now {stack.status}"
    failure = _own_failure(history, own, later[0]) if own and later else ""
    return Outcome(Verdict.FAIL, f"{failure}: the stack went back; then {changed}") if failure else gave_way(changed)


def _told_apart(history: History, run: ActionRun) -> tuple[StackEvent | None, tuple[StackEvent, ...]]:
    """The event that began the action's operation, None where that is not known, and those of later operations."""
    operations = history.operations
    if not history.complete or (operations and run.ended_before(operations[0].at)):
        return None, tuple(each for each in operations if run.ended_before(each.at))
    if not operations:
        return None, ()
    # What is read reaches a moment back from the action's start, as clocks differ: nothing before it came later.
    return operations[0], tuple(each for each in operations[1:] if each.at > run.started)


def _own_failure(history: History, own: StackEvent, following: StackEvent) -> str:
    """The status in which the action's own operation left the stack, if it failed; else empty."""
    between = history.events[history.events.index(own) : history.events.index(following)]
    ended = [event.status for event in between if event.stack]
    failed = PHASES.get(ended[-1], Phase.UNKNOWN) in _FAILED
    return ended[-1] if failed else ""
