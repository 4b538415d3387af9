"""What became of the deployment that a deploy action made, as the service's history tells it.

What runs need not show it: where the revision that ECS went back to runs the same image, only the history tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Outcome, PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.ecs.deployments import (
    GOING_BACK,
    MOVING,
    WENT_BACK,
    NoHistoryError,
    ServiceDeployment,
    deployments_since,
    made_by,
    states_of,
)
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.service import ServiceSnapshot
from crosscheck.services.ecs.state import ServiceState


@dataclass(frozen=True)
class ActionDeployment:
    """The deployment that an action made. ``brought`` is its task definition, empty where that is unknown; ``replaced``
    says that something was deployed after it. ``digests`` are those that ECS pinned for it, by container."""

    made: ServiceDeployment
    brought: str
    replaced: bool
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def gave_way(self) -> bool:
        """Whether it had come to a good end before something else was deployed."""
        return self.replaced and self.made.status == "SUCCESSFUL"


def read_release(planned: PlannedCheck, seen: ServiceSnapshot, aws: Clients) -> tuple[ActionDeployment | None, str]:
    """The deployment that the check's action made, or why it is unknown; neither where there is none to know.

    Only ECS's own controller has service deployments.
    """
    if planned.run is None or seen.controller != "ECS" or seen.status != "ACTIVE":
        return None, ""
    client, parameters = aws.client("ecs", planned.region), planned.parameters
    try:
        found = deployments_since(client, parameters["cluster"], parameters["service"], planned.run.started)
        made = made_by(planned.run, found)
        if made is None:
            return None, ""
        state = states_of(client, [made.revision]).get(made.revision, ServiceState(""))
    except NoHistoryError as error:
        return None, str(error)
    except AWS_ERRORS as error:
        return None, explain(error, planned.region)
    return ActionDeployment(made, state.task_definition, found[-1] != made, state.digests), ""


def judge_release(seen: ServiceSnapshot, release: ActionDeployment) -> Outcome | None:
    """Why the release is not in service; None if its deployment came to a good end, or gave way to a later one."""
    status, brought = release.made.status, revision(release.brought) or "the release"
    if status in GOING_BACK | WENT_BACK:
        if release.replaced and release.brought == seen.task_definition:
            return None  # it was deployed once more since
        how = "rolls back" if status in GOING_BACK else "rolled back"
        now = f" to {revision(seen.task_definition)}" if release.brought != seen.task_definition else ""
        return Outcome(Verdict.FAIL, f"ECS {how}{now}: the deployment of {brought} is {status}")
    if release.replaced:
        return None
    if status == "STOPPED":
        return Outcome(Verdict.FAIL, f"the deployment of {brought} was stopped")
    if status in MOVING:
        return Outcome(Verdict.PENDING, f"the deployment of {brought} is {status}")
    return None


def weightier(first: Outcome | None, second: Outcome | None) -> Outcome | None:
    """The first outcome if there is one, unless only the second is a FAIL."""
    if first is None or (second and second.verdict is Verdict.FAIL and first.verdict is not Verdict.FAIL):
        return second
    return first
