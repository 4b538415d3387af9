"""``CodeDeploy Deployment State-change Notification`` events, in the region of the group."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from local.clock import Clock
from local.codedeploy.model import Status
from local.codedeploy.state import Group

SOURCE = "aws.codedeploy"
DETAIL_TYPE = "CodeDeploy Deployment State-change Notification"
AFTER = 0.01  # seconds; a timer may fire a little early
STATES = {
    Status.CREATED: "START",
    Status.IN_PROGRESS: "START",
    Status.SUCCEEDED: "SUCCESS",
    Status.FAILED: "FAILURE",
    Status.STOPPED: "STOP",
}


class Emits(Protocol):
    """Takes events; ``local.events.EventEmitter`` does."""

    def emit(self, region: str, source: str, detail_type: str, resources: list[str], detail: dict[str, Any]) -> None:
        """Emit one event in a region."""


@dataclass(frozen=True)
class Announcement:
    """A state that nobody was told of yet."""

    group: Group
    deployment_id: str
    state: str

    def emit(self, events: Emits) -> None:
        """Tell it."""
        detail = {
            "region": self.group.scope.region,
            "application": self.group.application,
            "deploymentId": self.deployment_id,
            "instanceGroupId": self.group.id,
            "deploymentGroup": self.group.name,
            "state": self.state,
        }
        events.emit(self.group.scope.region, SOURCE, DETAIL_TYPE, self.group.arns, detail)


def due(group: Group, now: float) -> list[Announcement]:
    """The states that the group's deployments have reached and that were not announced; they are from now on."""
    found = []
    for deployment in group.history:
        for state in dict.fromkeys(("START", STATES[deployment.status(now)])):
            if (deployment.id, state) not in group.announced:
                group.announced.add((deployment.id, state))
                found.append(Announcement(group, deployment.id, state))
    return found


class Alarm:
    """Looks again when a deployment is due to end: the end itself follows from the time, this only announces it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def at(self, moment: float, look: Callable[[Group], object], group: Group) -> None:
        """Call ``look`` then, unless the account has stopped."""

        def fire() -> None:
            if not self._clock.stopped:
                look(group)

        timer = threading.Timer(max(0.0, moment - self._clock.now()) + AFTER, fire)
        timer.daemon = True
        timer.start()
