"""What a rollback's deployment took the place of, as the service's history tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.ecs.deployments import ServiceDeployment, source_revisions, states_of
from crosscheck.services.ecs.history import made_by
from crosscheck.services.ecs.state import ServiceState

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient


def replaced_revisions(
    client: ECSClient, run: ActionRun, since: Sequence[ServiceDeployment], to: ServiceState, left: str
) -> tuple[ServiceState, ...]:
    """What somebody else had deployed when the newest deployment of ``to`` began, the oldest first.

    ``since`` is what was deployed since the action started, and ``left`` the task definition that was to be replaced:
    the one that the action brought, or the one to which ECS went back from it. The list tells, and so do the source
    revisions of the rollback's deployment, which may know of one that the list does not show yet; what the action's own
    deployment replaced was there before.
    """
    states = states_of(client, [each.revision for each in since])
    runs = [states[each.revision].task_definition if each.revision in states else "" for each in since]
    made = made_by(run, since)
    if made is None or to.task_definition not in runs:
        return ()
    ours = len(runs) - 1 - runs[::-1].index(to.task_definition)
    before = {*source_revisions(client, made.arn), *(each.revision for each in since)}
    unlisted = [arn for arn in source_revisions(client, since[ours].arn) if arn not in before]
    expected = {left, runs[since.index(made)]}
    others = [*reversed(list(_back_to(expected, since[:ours], runs[:ours]))), *unlisted]
    found = states_of(client, others)
    return tuple(found[arn] for arn in others if arn in found and found[arn].task_definition != to.task_definition)


def _back_to(expected: Collection[str], since: Sequence[ServiceDeployment], runs: Sequence[str]) -> Iterator[str]:
    """The revisions since the last deployment of a task definition that was expected, the newest first."""
    for each, task_definition in reversed(list(zip(since, runs, strict=True))):
        if task_definition in expected:
            return
        yield each.revision
