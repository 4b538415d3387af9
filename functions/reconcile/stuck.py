"""Which action holds a release up for longer than anything should take: pure."""

from collections.abc import Iterator, Sequence

from crosscheck.ledger.execution_facts import StuckAction
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from reconcile.reported import ReportedAction, ReportedExecution

# ECS' deploy action gives up after 30 minutes or more, CloudFormation's rarely takes longer.
STUCK_SECONDS = 3_600.0


def stuck_actions(
    execution: ReportedExecution, actions: Sequence[ReportedAction], known: KnownFacts, now: float
) -> Iterator[StuckAction]:
    """The actions in progress of a release in which nothing has begun or ended for an hour. An approval waits for a
    person, who is told of that, and a gate waits as long as it is asked to.
    """
    changed = max((action.at for action in actions), default=now)
    if execution.state is not State.STARTED or now - changed < STUCK_SECONDS:
        return
    gates = {gate for judge in known.judges.values() for gate in (*judge.gates, *judge.without_turn)}
    for action in actions:
        waits = action.category == "Approval" or f"{action.stage}/{action.name}" in gates
        if not action.state.terminal and not waits:
            yield StuckAction(action.stage, action.name, action.id, action.started)
