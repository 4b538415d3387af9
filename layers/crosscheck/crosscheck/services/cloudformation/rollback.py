"""The way back of a CloudFormation stack.

CloudFormation goes back by itself, or not at all: RollbackStack takes only a stack whose create or update failed and
was told to stay so. What is deployed stays; its previous template is nowhere to be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import (
    NOTHING_PROVEN,
    Feasibility,
    Rollback,
    RollbackProposal,
    RollbackStarted,
)
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.cloudformation.events import History, StackEvent, read_history
from crosscheck.services.cloudformation.rules import RESTORED, RETURNABLE, STILL_REMOVED, Wanted
from crosscheck.services.cloudformation.stack import PHASES, TOLERANCE, Phase, Stack, read_stack, same_stack
from crosscheck.text import moment

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

NO_WAY = "CloudFormation rolls back only from failed states: deploy the previous template, or roll back the stage"
GOES_BACK = frozenset({Feasibility.READY, Feasibility.ALREADY_BACK})
# A stack goes back, or where it never was stable is deleted.
UNDONE = frozenset({Phase.GOING_BACK, Phase.DELETING})
# Seconds within which the action begins its operation. One that replaces a failed stack deletes that one first.
PROMPT = 120.0
# What a person has to decide, by the status in which CloudFormation waits for it.
DECISIONS: Mapping[str, str] = {
    "UPDATE_ROLLBACK_FAILED": "its way back failed: a person has to say with ContinueUpdateRollback which resources "
    "to skip",
    "IMPORT_ROLLBACK_FAILED": "its way back failed: a person has to repair it",
    "ROLLBACK_FAILED": "its way back failed: a person has to delete it",
    "DELETE_FAILED": "its deletion failed: a person has to say which resources to keep",
}


class CloudFormationRollback(Rollback[PlannedCheck, RollbackProposal]):
    """Rolls back a stack that this execution's only operation left failed."""

    permissions = frozenset({"cloudformation:RollbackStack"})

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> RollbackProposal:
        """Read the stack and the operations on it since the action started.

        CloudFormation keeps the last stable state itself, and goes back to no other. The baseline is when the stack was
        seen in the state to go back to, and its ARN: nothing may have become of it since but what failed.
        """
        run, name = target.deployed, target.parameters["stack"]
        if run.configuration.get("ActionMode") == "DELETE_ONLY":
            return RollbackProposal(Feasibility.MANUAL, f"{name}: a deleted stack does not come back")
        client = aws.client("cloudformation", target.region)
        stack = read_stack(client, name)
        if stack is None:
            return RollbackProposal(Feasibility.SUPERSEDED, f"{name}: there is no such stack any more")
        if not same_stack(stack, run.external):
            return RollbackProposal(Feasibility.SUPERSEDED, f"{name}: the stack was made anew since ({stack.status})")
        if not stack.changed_since(run.started):
            return _untouched(stack, target)
        return _changed(client, stack, target, baseline)

    def act(self, target: PlannedCheck, proposal: RollbackProposal, aws: Clients) -> RollbackStarted:
        """Ask CloudFormation to roll the stack back."""
        client, seen = aws.client("cloudformation", target.region), proposal.preconditions
        try:
            client.rollback_stack(StackName=seen["stack id"], ClientRequestToken=_token(target, seen))
        except client.exceptions.TokenAlreadyExistsException:
            return RollbackStarted("CloudFormation has this request already", proposal.verified)
        return RollbackStarted(f"asked CloudFormation to roll back {target.parameters['stack']}", proposal.verified)

    def changed(self, target: PlannedCheck, proposal: RollbackProposal, aws: Clients) -> str:
        """Whether the stack is in another state, or has had another operation."""
        seen = proposal.preconditions
        stack = read_stack(aws.client("cloudformation", target.region), seen["stack id"])
        if stack and _as_read(stack) == dict(seen):
            return ""
        now = f"{stack.status} since {moment(stack.changed)}" if stack else "gone"
        return f"{target.parameters['stack']} is {now}"

    def replaced(self, target: PlannedCheck, proposal: RollbackProposal, started: RollbackStarted, aws: Clients) -> str:
        """Operations that failed between ours and the rollback: CloudFormation takes the stack back from those as
        well."""
        del proposal
        name, stack = target.parameters["stack"], started.verification.parameters["stack"]
        history = read_history(aws.client("cloudformation", target.region), stack, target.deployed.started)
        own = [event for event in history.events if event.stack]
        back = next((at for at, event in enumerate(own) if PHASES.get(event.status) in UNDONE), len(own))
        others = History(tuple(own[:back]), complete=True).operations[1:]
        if not others:
            return ""
        when = ", ".join(moment(event.at) for event in others)
        return f"what somebody else began on {name} at {when}: apply that change to {name} again"


def _changed(client: CloudFormationClient, stack: Stack, planned: PlannedCheck, baseline: str) -> RollbackProposal:
    """The proposal where something was done to the stack since the action started."""
    if stack.id != planned.deployed.external:
        reason = f"{stack.name}: {stack.status} since {moment(stack.changed)}, and CodePipeline does not say that"
        return RollbackProposal(Feasibility.MANUAL, f"{reason} {planned.deployed.name} did anything to it")
    history = read_history(client, stack.id, planned.deployed.started)
    if other := _other_operations(stack, history):
        return other
    (operation,) = history.operations
    proposal = _after_operation(stack, planned, operation)
    if proposal.feasibility is Feasibility.READY and (late := _after_the_action(stack, planned.deployed, history)):
        return late
    known = baseline or proposal.feasibility is Feasibility.READY
    if _creates(operation) or not known or proposal.feasibility not in GOES_BACK:
        return proposal
    stuck = _unproven(client, stack, baseline)
    return RollbackProposal(Feasibility.MANUAL, f"{proposal.reason}; {stuck}") if stuck else proposal


def _creates(operation: StackEvent) -> bool:
    """Whether an operation made the stack: there was nothing before it, and it goes back to nothing."""
    return operation.status == "CREATE_IN_PROGRESS"


def _unproven(client: CloudFormationClient, stack: Stack, baseline: str) -> str:
    """Why the last stable state is not the one to go back to; empty if it is."""
    seen, _, proven = baseline.partition(" ")
    if not baseline:
        return NOTHING_PROVEN
    if proven != stack.id:
        return "the stack that was proven is gone: this one was made since"
    history = read_history(client, stack.id, float(seen))
    # An operation that only removed what it had replaced when the stack was seen ends later, and in that very state.
    since = history.events.index(history.operations[0]) if history.operations else len(history.events)
    later = [each for each in history.events[since:] if each.stack and each.at > float(seen) and _is_stable(each)]
    if not history.complete:
        return "too many events since it was proven to tell whether it is stable in that state"
    if later:
        return f"its last stable state is of {moment(later[-1].at)}, and has not passed"
    return ""


def _is_stable(event: StackEvent) -> bool:
    return PHASES.get(event.status) is Phase.DEPLOYED


def _untouched(stack: Stack, planned: PlannedCheck) -> RollbackProposal:
    """Nothing was done to the stack since the action started."""
    since = f"{stack.name}: not changed by this execution, {stack.status} since {moment(stack.changed)}"
    if stack.phase is Phase.DEPLOYED or stack.status in RESTORED:
        wanted = Wanted.DEPLOYED if stack.phase is Phase.DEPLOYED else Wanted.ROLLED_BACK
        verification = _verification(stack, planned, wanted)
        return RollbackProposal(Feasibility.ALREADY_BACK, since, verification=verification)
    return RollbackProposal(Feasibility.MANUAL, f"{since}: it was so before, a person has to look at it")


def _other_operations(stack: Stack, history: History) -> RollbackProposal | None:
    """The proposal unless exactly one operation began since the action started. CloudFormation never runs two at
    once."""
    if not history.complete:
        reason = f"{stack.name}: too many events since the action started to tell who changed the stack last"
        return RollbackProposal(Feasibility.MANUAL, reason)
    operations = history.operations
    if len(operations) > 1:
        begun = ", ".join(operation.status.removesuffix("_IN_PROGRESS").lower() for operation in operations)
        reason = f"{stack.name}: changed again at {moment(operations[-1].at)} ({begun}), now {stack.status}"
        return RollbackProposal(Feasibility.SUPERSEDED, reason)
    if not operations:
        reason = f"{stack.name}: its events do not show what changed it since the action started"
        return RollbackProposal(Feasibility.MANUAL, reason)
    return None


def _after_operation(stack: Stack, planned: PlannedCheck, operation: StackEvent) -> RollbackProposal:
    """Where a stack stands after the only operation since the action started.

    Where that one went back, the stack is as it was before, whoever began it.
    """
    prefix = f"{stack.name}: {stack.status}"
    match stack.phase:
        case Phase.WENT_BACK | Phase.GOING_BACK:
            reason = f"{prefix}: CloudFormation took it back by itself"
            verification = _verification(stack, planned, Wanted.ROLLED_BACK)
            return RollbackProposal(Feasibility.ALREADY_BACK, reason, verification=verification)
        case Phase.DELETING | Phase.DELETED:
            return RollbackProposal(Feasibility.SUPERSEDED, f"{prefix}: somebody deletes the stack")
        case Phase.BROKEN if stack.status in RETURNABLE:
            return _somebody_elses(stack, planned.deployed, operation) or _ready(stack, planned)
        case Phase.BROKEN:
            stuck = DECISIONS[stack.status]
        case Phase.DEPLOYED:
            stuck = NO_WAY
        case Phase.CLEANING_UP:
            stuck = f"{STILL_REMOVED}. {NO_WAY}"
        case Phase.MOVING:
            stuck = "the operation is under way still"
        case Phase.EMPTY | Phase.UNKNOWN:
            stuck = "there is nothing that CloudFormation could roll back"
        case _:
            assert_never(stack.phase)
    return RollbackProposal(Feasibility.MANUAL, f"{prefix}: {stuck}")


def _somebody_elses(stack: Stack, run: ActionRun, operation: StackEvent) -> RollbackProposal | None:
    """Whether the operation that failed may be another's than the action's; only the action's is taken back."""
    if run.status == "Succeeded":
        reason = f"{stack.name}: {stack.status} since {moment(operation.at)}, and the action had succeeded"
        return RollbackProposal(Feasibility.SUPERSEDED, reason)
    created_by_it = _creates(operation) and stack.id == run.external
    if created_by_it or operation.at - run.started <= PROMPT:
        return None
    late = f"{stack.name}: {stack.status} by an operation that began at {moment(operation.at)}"
    return RollbackProposal(Feasibility.MANUAL, f"{late}, too long after the action's start to be surely its own")


def _after_the_action(stack: Stack, run: ActionRun, history: History) -> RollbackProposal | None:
    """Whether the operation failed only after the action had ended. An action waits for its operation: one that was
    refused may name the stack as well, of which its owner's update fails at the same time."""
    failed = max(event.at for event in history.events if event.stack)
    if not run.ended_before(failed - TOLERANCE):
        return None
    reason = f"{stack.name}: {stack.status} since {moment(failed)}, when {run.name} had ended: not surely its doing"
    return RollbackProposal(Feasibility.MANUAL, reason)


def _ready(stack: Stack, planned: PlannedCheck) -> RollbackProposal:
    return RollbackProposal(
        Feasibility.READY,
        f"{stack.name}: {stack.status}: CloudFormation can roll it back",
        target=f"{stack.name} as it last was stable",
        preconditions=_as_read(stack),
        verification=_verification(stack, planned, Wanted.ROLLED_BACK),
    )


def _as_read(stack: Stack) -> dict[str, str]:
    return {"stack id": stack.id, "status": stack.status, "changed": repr(stack.changed)}


def _verification(stack: Stack, planned: PlannedCheck, wanted: Wanted) -> PlannedCheck:
    """The check names the stack by its ARN: RollbackStack deletes a stack that never was stable."""
    return PlannedCheck(planned.kind, planned.region, {"stack": stack.id, "status": wanted.value})


def _token(planned: PlannedCheck, seen: Mapping[str, str]) -> str:
    """The token is the same for the same failed operation, so that asking twice has one effect."""
    text = "\n".join((planned.region, *seen.values()))
    return f"crosscheck-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
