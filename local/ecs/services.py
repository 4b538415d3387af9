"""The services of all regions, adopted from the emulator when they are first asked for."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from local.clock import Clock
from local.ecs.announcements import Announcer
from local.ecs.emulated import EmulatedEcs
from local.ecs.model import History, Phase, phase, stopped
from local.ecs.names import ServiceName
from local.ecs.records import Deployer, Record, began


class Services:
    """Keeps a record of each service. A service is given as the emulator describes it: ``base``."""

    def __init__(self, emulated: EmulatedEcs, deployer: Deployer, announcer: Announcer, clock: Clock) -> None:
        self._emulated = emulated
        self._deployer = deployer
        self._announcer = announcer
        self._clock = clock
        self._records: dict[ServiceName, Record] = {}
        self._lock = threading.RLock()

    def create(self, base: Mapping[str, Any]) -> History:
        """A service that was just created."""
        with self._lock:
            record = self._deployer.create(base, self._containers(base, base["taskDefinition"]))
            self._records[record.name] = record
            return self._follow(record)

    def update(self, base: Mapping[str, Any], task_definition: str | None, force: bool) -> History:
        """A service that UpdateService was just called for; a new task definition or ``force`` deploys."""
        with self._lock:
            record = self._record(base, updated=True)
            wanted = task_definition or record.history.current.revision.task_definition
            if force or wanted != record.history.current.revision.task_definition:
                self._deployer.deploy(record, base, wanted, self._containers(base, wanted))
            return self._follow(record)

    def history(self, base: Mapping[str, Any]) -> History:
        """A service's deployments as of now."""
        with self._lock:
            return self._follow(self._record(base))

    def stop(self, base: Mapping[str, Any], deployment_id: str, rollback: bool) -> bool:
        """Stop a deployment; False if it is not in progress."""
        with self._lock:
            record, now = self._record(base), self._clock.now()
            history = self._deployer.look(record)
            in_progress = phase(history, len(history.deployments) - 1, now) is Phase.IN_PROGRESS
            if history.current.id != deployment_id or history.current.rollback or not in_progress:
                return False
            record.history = stopped(history, now, rollback)
            self._follow(record)
            return True

    def _record(self, base: Mapping[str, Any], updated: bool = False) -> Record:
        """The record of a service; what happened to it past this layer, as CloudFormation does, is taken in."""
        name = ServiceName.from_arn(base["serviceArn"])
        record = self._records.get(name)
        if record is None or record.born != base["createdAt"]:
            record = self._deployer.adopt(base, self._containers(base, base["taskDefinition"]))
            self._records[name] = record
        elif record.seen != base["taskDefinition"] and not updated:
            base = self._now(name, base)
            if record.seen != (wanted := base["taskDefinition"]):
                self._deployer.deploy(record, base, wanted, self._containers(base, wanted), began(base))
        record.seen = base["taskDefinition"]
        record.history = replace(record.history, desired=base["desiredCount"])
        return record

    def _now(self, name: ServiceName, base: Mapping[str, Any]) -> Mapping[str, Any]:
        """The service as it is now: what is given may have been read just before UpdateService."""
        return next(iter(self._emulated.described(name.region, name.cluster, [name.service])), base)

    def _containers(self, base: Mapping[str, Any], task_definition: str) -> dict[str, str]:
        _, containers = self._emulated.containers(ServiceName.from_arn(base["serviceArn"]).region, task_definition)
        return containers

    def _follow(self, record: Record) -> History:
        """Announce what began, and see to it that its end is announced when it is due."""
        history = self._deployer.look(record)
        current = history.current
        if current.takes:  # what was adopted, or rolled back at once, has no progress to announce
            self._announcer.once(record.name, current, Phase.IN_PROGRESS)
        if isfinite(current.ends) and current.takes:
            self._announcer.at(current.ends, self._ended, record, current.id)
        return history

    def _ended(self, record: Record, deployment_id: str) -> None:
        with self._lock:
            history = self._deployer.look(record)
            for index, deployment in enumerate(history.deployments):
                if deployment.id == deployment_id:
                    self._announcer.once(record.name, deployment, phase(history, index, self._clock.now()))
            self._follow(record)
