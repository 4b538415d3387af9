"""What was deployed to a service since an action started, which of it the action made, and what either brought.

One reading for whoever asks whether the service still has what the action brought: the check, the rollback, and the
images that were meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import TYPE_CHECKING

from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.ecs.deployments import (
    GOING_BACK,
    WENT_BACK,
    ServiceDeployment,
    deployments_since,
    source_revisions,
    states_of,
)
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.state import ServiceState

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

NOTHING = ServiceState("")
# How a deployment stands that was stopped, and from which ECS goes back without another one.
_STOPPED = GOING_BACK | {"ROLLBACK_SUCCESSFUL", "STOPPED"}


@dataclass(frozen=True)
class ServiceHistory:
    """``made`` is the action's own deployment, None where none can be called that; ``newest`` is the latest since the
    action started. ``brought`` is what the action left in service, ``latest`` what the newest brought; both are empty
    where unknown. ``idle`` says that the action made none of them: they all came after it had ended. ``unknown`` is why
    nothing of this could be read."""

    made: ServiceDeployment | None = None
    newest: ServiceDeployment | None = None
    brought: ServiceState = field(default=NOTHING)
    latest: ServiceState = field(default=NOTHING)
    idle: bool = False
    unknown: str = ""

    @property
    def again(self) -> bool:
        """Whether the newest is another deployment, of what the action brought."""
        known = self.brought.task_definition and self.latest.task_definition
        return self.newest != self.made and bool(known) and not self.latest.differs(self.brought)

    @property
    def replaced(self) -> bool:
        """Whether something else may have been deployed since."""
        return self.newest != self.made and not self.again

    @property
    def gave_way(self) -> bool:
        """Whether something else took the place of what the action brought, which had not failed by itself before.

        ECS stops a deployment that is in progress as soon as another one begins.
        """
        if self.made is None:
            return self.idle and self.replaced
        return self.replaced and self.made.status not in GOING_BACK | WENT_BACK


def read_history(client: ECSClient, cluster: str, service: str, run: ActionRun) -> ServiceHistory:
    """Read what was deployed since the action started.

    Raises:
        NoHistoryError: the service lists more deployments than are read.
        ClientError, BotoCoreError: ECS refused, or did not answer.
    """
    since = deployments_since(client, cluster, service, run.started)
    if not since:
        return ServiceHistory()
    made, newest = made_by(run, since), since[-1]
    idle = made is None and run.ended_before(since[0].created)
    left = made.revision if made else _only(source_revisions(client, since[0].arn)) if idle else ""
    known = states_of(client, [left, newest.revision])
    return ServiceHistory(made, newest, known.get(left, NOTHING), known.get(newest.revision, NOTHING), idle)


def made_by(run: ActionRun, since: Sequence[ServiceDeployment]) -> ServiceDeployment | None:
    """The deployment that an action made: the one that CodePipeline names, else the first since the action started.

    What was created after the action had ended is not its own. An action that did not succeed and names no deployment
    of the service may have made none: the first may be somebody else's.
    """
    named = run.external.rpartition("/")[2]
    found = next((deployment for deployment in since if named and deployment.id == named), None)
    if found or not since:
        return found
    certain = run.status == "Succeeded" and not run.ended_before(since[0].created)
    return since[0] if certain else None


def replaced_state(client: ECSClient, made: ServiceDeployment) -> ServiceState:
    """The state that a deployment replaced, to which ECS goes back by itself; empty where that is unknown."""
    source = _only(source_revisions(client, made.arn))
    return states_of(client, [source]).get(source, NOTHING)


def after_way_back(client: ECSClient, cluster: str, service: str, undone: str, to: str, since: float) -> str:
    """What was deployed after the way back from a deployment, as ``family:revision``; empty where nothing was, or where
    that way had failed by itself.

    ``undone`` is the ARN of the deployment that is taken back, ``to`` the task definition to which that goes, and
    ``since`` a moment before both. The way back is the last deployment of that task definition; where there is none,
    the deployment was stopped.
    """
    listed = deployments_since(client, cluster, service, since)
    found = list(dropwhile(lambda each: each.arn != undone, listed))
    states = states_of(client, (each.revision for each in found))
    names = [revision(states.get(each.revision, NOTHING).task_definition) for each in found]
    way = max((number for number, name in enumerate(names) if name == to), default=0)
    if way == len(found) - 1 or not found:
        return ""
    failed = found[way].status in GOING_BACK | WENT_BACK if way else found[way].status not in _STOPPED
    return "" if failed else names[-1] or "something else"


def _only(sources: Sequence[str]) -> str:
    """Of several revisions ECS does not say to which it goes back."""
    return sources[0] if len(sources) == 1 else ""
