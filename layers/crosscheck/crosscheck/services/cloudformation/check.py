"""The check ``cloudformation-stack``: the stack is where its last operation was meant to bring it."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck, gave_way
from crosscheck.contracts.parameters import matching, text
from crosscheck.contracts.service import DeployProvider
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.cloudformation.contents import touched_resources, verified_resources
from crosscheck.services.cloudformation.events import History, first_failure, read_history
from crosscheck.services.cloudformation.later import judge_later
from crosscheck.services.cloudformation.rules import RESTORED, STILL_REMOVED, Wanted, judge
from crosscheck.services.cloudformation.stack import Phase, Stack, read_stack, same_stack
from crosscheck.text import moment, shortened

# This mode makes a change set and brings nothing into service.
NOTHING_DEPLOYED = "CHANGE_SET_REPLACE"
EXPLAINED = frozenset({Phase.WENT_BACK, Phase.BROKEN})


@dataclass(frozen=True)
class CloudFormationStack(Check):
    """Tells every stack status apart, and a stack that was changed from one that needed no change.

    ``status`` says what is meant: ``deployed`` (the default), or ``rolled_back`` for the proof of a way back. What an
    action with DELETE_ONLY deployed is meant to be gone.
    """

    clock: Callable[[], float] = time.time

    kind = "cloudformation-stack"
    reads_configuration = frozenset({"ActionMode"})
    permissions = frozenset(
        {"cloudformation:DescribeStackEvents", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"}
    )
    parameters = {
        "stack": text(needed=True),
        "status": matching("deployed|rolled_back", "deployed or rolled_back"),
    }

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """Which stacks are stable, for rollback."""
        return CloudFormationDeploy().baselines(definition)

    def same_state(self, one: str, other: str) -> bool:
        """A baseline is when a stack was seen in the state to which what fails goes back. Its rollback reads the events
        since, so here it only has to be the same stack."""
        return self.in_words(one) == self.in_words(other)

    def in_words(self, state: str) -> str:
        """The stack."""
        return state.partition(" ")[2]

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the stack, and at its events where something failed or somebody changed it since."""
        name, wanted = planned.parameters["stack"], _wanted(planned)
        seen = self.clock()  # before it is read: what begins after that has its first event later than this
        stack = read_stack(aws.client("cloudformation", planned.region), name)
        if stack is None:
            gone = Verdict.PASS if wanted is Wanted.DELETED else Verdict.FAIL
            return planned.finding(gone, f"{name}: there is no such stack")
        since = planned.run.started if planned.run else None
        events = cache(partial(read_history, aws.client("cloudformation", planned.region), stack.id, since))
        replaced = _another(stack, planned) or _later(stack, planned.run, events)
        outcome = replaced or judge(stack, wanted, since)
        explained = outcome.verdict is Verdict.FAIL and stack.phase in EXPLAINED and not replaced
        cause = _cause(stack, planned.region, events) if explained else ""
        values = {"stack id": stack.id, "status": stack.status, "changed": moment(stack.changed)}
        found = planned.finding(outcome.verdict, f"{stack.name}: {outcome.reason}{cause}", values)
        settled = stack.phase in {Phase.DEPLOYED, Phase.CLEANING_UP} or stack.status in RESTORED
        ours = settled and not outcome.moved_on
        baselines = {planned.subject: f"{seen:.3f} {stack.id}"} if ours else {}
        removes = stack.phase is Phase.CLEANING_UP and outcome.verdict is Verdict.PASS
        warning = f"{stack.name}: {STILL_REMOVED}" if removes else ""
        return replace(found, moved_on=outcome.moved_on, baselines=baselines, warning=warning)

    def contains(self, planned: PlannedCheck, aws: Clients) -> Iterable[PlannedCheck]:
        """The ECS services and the Lambda aliases that the operations of the stage's actions made or changed."""
        if planned.run is None or _wanted(planned) is not Wanted.DEPLOYED:
            return ()
        stack = planned.run.external if ":stack/" in planned.run.external else planned.parameters["stack"]
        since = min(planned.since or planned.run.started, planned.run.started)
        resources = touched_resources(aws.client("cloudformation", planned.region), stack, since)
        return verified_resources(planned, resources)


class CloudFormationDeploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html"""

    name = "CloudFormation"
    check = CloudFormationStack.kind
    keys = {"stack": "StackName"}

    def deploys(self, configuration: Mapping[str, str]) -> bool:
        """An action that only makes a change set deploys nothing."""
        return configuration.get("ActionMode") != NOTHING_DEPLOYED


def _wanted(planned: PlannedCheck) -> Wanted:
    if planned.run and planned.run.configuration.get("ActionMode") == "DELETE_ONLY":
        return Wanted.DELETED
    return Wanted(planned.parameters.get("status", Wanted.DEPLOYED))


def _another(stack: Stack, planned: PlannedCheck) -> Outcome | None:
    """A stack that was deleted and made anew is not the one that the action deployed."""
    if planned.run is None or same_stack(stack, planned.run.external):
        return None
    reason = f"the stack that the action worked on is gone: this one was made since ({stack.status})"
    there = stack.phase not in {Phase.DELETING, Phase.DELETED, Phase.EMPTY}
    return gave_way(reason) if there else Outcome(Verdict.FAIL, reason)


def _later(stack: Stack, run: ActionRun | None, events: Callable[[], History]) -> Outcome | None:
    """What a later operation on the stack means; None for none.

    LastUpdatedTime is when the last operation began: where that was before the action ended, no event has to be read.
    """
    if run is None or not stack.changed_since(run.started) or (run.ended and not run.ended_before(stack.changed)):
        return None
    try:
        history = events()
    except AWS_ERRORS:
        history = History((), complete=False)
    return judge_later(stack, history, run)


def _cause(stack: Stack, region: str, events: Callable[[], History]) -> str:
    """What failed first; else CloudFormation's own words on the status."""
    try:
        failure = first_failure(events())
    except AWS_ERRORS as error:
        return f" (why is unknown: {explain(error, region)})"
    reason = failure or shortened(stack.reason)
    return f"; {reason}" if reason else ""
