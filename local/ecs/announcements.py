"""``ECS Deployment State Change`` events, in the region of the service."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local.clock import Clock
from local.ecs.model import Deployment, Phase
from local.ecs.names import ServiceName
from local.events import EventEmitter

ANNOUNCED = {
    Phase.IN_PROGRESS: ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", "ECS deployment {id} in progress."),
    Phase.COMPLETED: ("INFO", "SERVICE_DEPLOYMENT_COMPLETED", "ECS deployment {id} completed."),
    Phase.FAILED: ("ERROR", "SERVICE_DEPLOYMENT_FAILED", "ECS deployment circuit breaker: task failed to start."),
}
AFTER = 0.01  # seconds; a timer may fire a little early


class Announcer:
    """Emits each state of a deployment once. Timers only announce: the state itself follows from the time."""

    def __init__(self, events: EventEmitter, clock: Clock) -> None:
        self._events = events
        self._clock = clock
        self._announced: set[tuple[str, Phase]] = set()
        self._awaited: set[tuple[str, float]] = set()

    def once(self, name: ServiceName, deployment: Deployment, state: Phase) -> None:
        """Emit a state unless it was emitted before."""
        if state not in ANNOUNCED or (deployment.id, state) in self._announced:
            return
        self._announced.add((deployment.id, state))
        kind, event, reason = ANNOUNCED[state]
        detail = {
            "eventType": kind,
            "eventName": event,
            "deploymentId": deployment.id,
            "updatedAt": datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reason": reason.format(id=deployment.id),
        }
        self._events.emit(name.region, "aws.ecs", "ECS Deployment State Change", [name.arn], detail)

    def at(self, time: float, ended: Callable[[Any, str], None], record: Any, deployment_id: str) -> None:
        """Call ``ended`` then, once for each deployment and time."""
        if (deployment_id, time) in self._awaited:
            return
        self._awaited.add((deployment_id, time))

        def fire() -> None:
            if not self._clock.stopped:
                ended(record, deployment_id)

        timer = threading.Timer(max(0.0, time - self._clock.now()) + AFTER, fire)
        timer.daemon = True
        timer.start()
