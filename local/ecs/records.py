"""The services that this layer knows, and how their next deployment ends."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.clock import Clock
from local.ecs.images import ImageResolver
from local.ecs.model import Deployment, History, Revision, settled
from local.ecs.names import ServiceName
from local.outcomes import Outcome, Outcomes


@dataclass
class Record:
    """A service. ``seen`` is the task definition that the emulator had last: what changed there was changed past us.

    ``judged`` remembers the outcome of each task definition: it belongs to the revision, so that going back to one
    that was good is good, whatever the outcome of new ones is meanwhile.
    """

    name: ServiceName
    born: Any
    seen: str
    history: History
    judged: dict[str, Outcome] = field(default_factory=dict)
    good_digests: set[tuple[str | None, ...]] = field(default_factory=set)


def _breaker(base: Mapping[str, Any]) -> Outcome:
    """How a deployment ends whose images cannot be pulled: as the service's circuit breaker has it."""
    breaker = (base.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
    if not breaker.get("enable"):
        return Outcome.HANG
    return Outcome.ROLLED_BACK if breaker.get("rollback") else Outcome.FAIL


def began(base: Mapping[str, Any]) -> float:
    """When the emulator began what it runs now: what CloudFormation deploys is seen only when somebody asks for it."""
    return float(base["deployments"][0]["createdAt"]) if base["deployments"] else float(base["createdAt"])


@dataclass
class Deployer:
    """Makes deployments, and looks for images that were not there when theirs began."""

    clock: Clock
    outcomes: Outcomes
    images: ImageResolver

    def adopt(self, base: Mapping[str, Any], containers: Mapping[str, str]) -> Record:
        """Take on a service that exists already and is steady."""
        name = ServiceName.from_arn(base["serviceArn"])
        revision = self._revision(base["taskDefinition"], containers)
        first = replace(self._deployment(revision, Outcome.HEALTHY, base, began(base)), takes=0.0)
        history = History(base["desiredCount"], (first,))
        record = Record(name, base["createdAt"], base["taskDefinition"], history)
        self._remember(record, revision, Outcome.HEALTHY)
        return record

    def create(self, base: Mapping[str, Any], containers: Mapping[str, str]) -> Record:
        """Begin with a service's first deployment."""
        record = self.adopt(base, containers)
        record.judged.clear()
        record.good_digests.clear()
        revision = record.history.current.revision
        outcome = self._outcome(record, revision)
        record.history = record.history.with_current(self._deployment(revision, outcome, base))
        return record

    def deploy(
        self,
        record: Record,
        base: Mapping[str, Any],
        task_definition: str,
        containers: Mapping[str, str],
        started: float | None = None,
    ) -> None:
        """Begin a deployment of a task definition; now, unless it was ``started`` before (epoch seconds)."""
        self.look(record)
        revision = self._revision(task_definition, containers)
        deployment = self._deployment(revision, self._outcome(record, revision), base, started)
        record.history = replace(record.history.and_then(deployment), desired=base["desiredCount"])

    def look(self, record: Record) -> History:
        """The service's history as of now."""
        now = self.clock.now()
        current = record.history.current
        if current.pulled is None and current.stopped is None and now < current.ends:
            images = tuple(self.images.container(image.container, image.image) for image in current.revision.images)
            if all(image.digest for image in images):
                revision = replace(current.revision, images=images)
                record.history = record.history.with_current(replace(current, revision=revision, pulled=now))
        record.history = settled(record.history, now)
        return record.history

    def _outcome(self, record: Record, revision: Revision) -> Outcome:
        """How a deployment of that revision ends; going back to images that were good is good."""
        running = record.history.current.revision
        known = record.judged.get(revision.task_definition)
        if known is None and revision.digests in record.good_digests and revision.digests != running.digests:
            known = Outcome.HEALTHY
        if known is None:
            known = self.outcomes.of(record.name.region, "ECS", record.name.service)
            self._remember(record, revision, known)
        return known

    @staticmethod
    def _remember(record: Record, revision: Revision, outcome: Outcome) -> None:
        record.judged[revision.task_definition] = outcome
        if outcome is Outcome.HEALTHY and all(revision.digests):
            record.good_digests.add(revision.digests)

    def _deployment(
        self, revision: Revision, outcome: Outcome, base: Mapping[str, Any], started: float | None = None
    ) -> Deployment:
        now = self.clock.now()
        return Deployment(
            id=f"ecs-svc/{secrets.randbelow(10**19):019d}",
            revision=revision,
            outcome=outcome if base["desiredCount"] else Outcome.HEALTHY,  # with no tasks nothing can fail
            unpullable=_breaker(base),
            started=now if started is None else started,
            pace=self.clock.real(1),
            pulled=now if all(revision.digests) or not base["desiredCount"] else None,
        )

    def _revision(self, task_definition: str, containers: Mapping[str, str]) -> Revision:
        images = tuple(self.images.container(container, image) for container, image in containers.items())
        return Revision(str(secrets.randbelow(10**19)), task_definition, images, self.clock.now())
