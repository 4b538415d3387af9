"""The stack itself."""

from collections.abc import Iterator

from crosscheck_cli.doctor.defect import Defect, Severity
from crosscheck_cli.stack.deployed_stack import DeployedStack

_GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"})


def judge_stack(stack: DeployedStack) -> Iterator[Defect]:
    """Whether its last deployment came to a good end."""
    events = f"aws cloudformation describe-stack-events --region {stack.home_region} --stack-name {stack.name}"
    if stack.status in _GOOD:
        return
    if stack.status.endswith("_IN_PROGRESS"):
        yield Defect(Severity.NOTE, stack.name, f"the stack is {stack.status}", "wait for its end, and look again")
    elif stack.status.endswith("_FAILED"):
        yield Defect(
            Severity.ERROR, stack.name, f"the stack is {stack.status}", f"read why, and deploy again: {events}"
        )
    else:
        problem = f"the stack is {stack.status}: its last deployment failed"
        yield Defect(Severity.WARNING, stack.name, problem, f"read why, and deploy again: {events}")
