"""Makes deployments, and settles what became of them."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from local.aws_json.errors import ApiError
from local.clock import Clock
from local.codedeploy import fleet, task_sets
from local.codedeploy.announcements import Alarm, Emits, due
from local.codedeploy.model import (
    Deployment,
    Problem,
    RollbackEvent,
    Tasks,
    Wire,
    deployment_id,
    last_good,
    settled,
    stopped,
)
from local.codedeploy.revisions import Revisions, outcome_problem
from local.codedeploy.schedule import Schedule
from local.codedeploy.state import SPECIFIED, Group, Platform, State
from local.outcomes import Outcome, Outcomes

PROVIDERS = {Platform.SERVER: "CodeDeploy", Platform.ECS: "CodeDeployToECS"}
REVISION_TYPES = {Platform.SERVER: {"S3"}, Platform.ECS: {"S3", "AppSpecContent", "String"}}
CONFIGS = {Platform.SERVER: fleet.CONFIGS, Platform.ECS: task_sets.CONFIGS}
_SPECIFIC = {"S3": "s3Location", "AppSpecContent": "appSpecContent", "String": "string"}


@dataclass(frozen=True)
class Deployer:
    """``outcomes`` decides how each deployment ends, at the moment when it is created."""

    state: State
    clock: Clock
    outcomes: Outcomes
    revisions: Revisions
    events: Emits

    def create(self, group: Group, request: Mapping[str, Any]) -> str:
        """Begin a deployment; its id.

        Raises:
            ApiError: whatever CreateDeployment refuses.
        """
        revision, config = self._whole(group, _revision(group, request)), _config(group, request)
        tasks, problem = self._content(group, revision)  # asks other services: not under the lock
        with self.state.lock:
            self._require_idle(group)
            made = self._deployment(group, request, revision, config, tasks, problem)
            group.history = (*group.history, made)
            if made.outcome is Outcome.HEALTHY and made.problem is None:
                group.good.append(revision)
        self.look(group)
        return made.id

    def look(self, group: Group) -> None:
        """Settle a group as of now: what came to its end is announced, and rolled back where that is due."""
        with self.state.lock:
            now = self.clock.now()
            if group.history:
                group.history = settled(group.history, now)
            announcements = due(group, now)
            ends = [deployment.ends for deployment in group.history if deployment.active(now)]
        for announcement in announcements:
            announcement.emit(self.events)
            if announcement.state == "START" and ends and isfinite(ends[-1]):
                Alarm(self.clock).at(ends[-1], self.look, group)

    def stop(self, group: Group, deployment: Deployment, rollback: bool | None) -> None:
        """Stop a deployment, and go back to the last good one if that is asked for or the group's habit.

        Raises:
            ApiError: DeploymentAlreadyCompletedException.
        """
        with self.state.lock:
            now = self.clock.now()
            if not deployment.active(now):
                raise ApiError(
                    "DeploymentAlreadyCompletedException", f"The deployment {deployment.id} is already completed."
                )
            by_habit = RollbackEvent.STOP in deployment.rolls_back_on
            group.history = stopped(group.history, now, by_habit if rollback is None else rollback)
        self.look(group)

    def _whole(self, group: Group, revision: Wire) -> Wire:
        """The revision with its content and the hash of that; the hash alone names one that was deployed before."""
        name = _SPECIFIC[revision["revisionType"]]
        if name not in SPECIFIED:
            return revision
        given = revision[name]
        if "content" not in given:
            return self.state.registered(group.scope, group.application, revision)
        digest = hashlib.sha256(given["content"].encode()).hexdigest()
        if given.get("sha256", digest) != digest:
            raise ApiError("InvalidRevisionException", "The sha256 of the revision is not the one of its content")
        return {**revision, name: {**given, "sha256": digest}}

    def _require_idle(self, group: Group) -> None:
        now = self.clock.now()
        if group.history:
            group.history = settled(group.history, now)
        active = next((each for each in group.history if each.active(now)), None)
        if active is not None:
            raise ApiError(
                "DeploymentLimitExceededException",
                f"The Deployment Group '{group.name}' already has an active Deployment '{active.id}'",
            )

    def _content(self, group: Group, revision: Wire) -> tuple[Tasks | None, Problem | None]:
        if group.platform is Platform.SERVER:
            return None, self.revisions.bundle_problem(group.scope.region, revision)
        named = group.settings["ecsServices"][0]
        service = self.revisions.service(group.scope.region, named["clusterName"], named["serviceName"])
        if service is None:
            text = f"The ECS service {named['serviceName']} of cluster {named['clusterName']} does not exist."
            return None, Problem("INVALID_ECS_SERVICE", text, text)
        found = self.revisions.tasks(group.scope.region, revision, service)
        return (None, found) if isinstance(found, Problem) else (found, None)

    def _deployment(
        self, group: Group, request: Wire, revision: Wire, config: str, tasks: Tasks | None, problem: Problem | None
    ) -> Deployment:
        now = self.clock.now()
        outcome = Outcome.HEALTHY
        if revision not in group.good:
            outcome = self.outcomes.of(group.scope.region, PROVIDERS[group.platform], group.application)
        before = last_good(group.history, now)
        return Deployment(
            id=deployment_id(secrets.token_hex(16)),
            revision=revision,
            config=config,
            schedule=_schedule(group, config, outcome, valid=problem is None),
            outcome=outcome,
            created=now,
            pace=self.clock.real(1),
            previous=before.revision if before else None,
            problem=problem or outcome_problem(outcome, ecs=group.platform is Platform.ECS),
            rolls_back_on=_rolls_back_on(group, request, outcome),
            tasks=tasks,
            request=request,
        )


def _schedule(group: Group, config: str, outcome: Outcome, valid: bool) -> Schedule:
    if group.platform is Platform.SERVER:
        return fleet.schedule(instances_of(group), config, outcome, downloadable=valid)
    wait = task_sets.termination_wait(group.settings.get("blueGreenDeploymentConfiguration", {}))
    return task_sets.schedule(ecs_target(group), config, outcome, wait, valid)


def instances_of(group: Group) -> tuple[str, ...]:
    """The ids of a group's synthetic instances."""
    return fleet.instance_ids(group.scope.region, group.application, group.name)


def ecs_target(group: Group) -> str:
    """The id of an ECS group's only target."""
    named = group.settings["ecsServices"][0]
    return f"{named['clusterName']}:{named['serviceName']}"


def _rolls_back_on(group: Group, request: Wire, outcome: Outcome) -> frozenset[RollbackEvent]:
    settings = request.get("autoRollbackConfiguration") or group.settings.get("autoRollbackConfiguration") or {}
    wanted = set(settings.get("events", ())) if settings.get("enabled") else set()
    forced = {RollbackEvent.FAILURE} if outcome is Outcome.ROLLED_BACK else set()
    return frozenset({event for event in RollbackEvent if event in wanted} | forced)


def _revision(group: Group, request: Wire) -> Wire:
    revision: Wire | None = request.get("revision")
    if revision is None:
        raise ApiError("RevisionRequiredException", "The revision is required.")
    kind = revision.get("revisionType")
    if kind not in REVISION_TYPES[group.platform] or not revision.get(_SPECIFIC[kind]):
        raise ApiError(
            "InvalidRevisionException",
            f"The revision of type {kind} does not fit the compute platform {group.platform}, or has no location",
        )
    if kind == "S3" and not {"bucket", "key", "bundleType"} <= revision["s3Location"].keys():
        raise ApiError("InvalidRevisionException", "An S3 location needs bucket, key and bundleType")
    return revision


def _config(group: Group, request: Wire) -> str:
    name = str(request.get("deploymentConfigName") or group.settings["deploymentConfigName"])
    require_config(group.platform, name)
    return name


def require_config(platform: Platform, name: str) -> None:
    """Refuse a deployment configuration that the platform does not have.

    Raises:
        ApiError: DeploymentConfigDoesNotExistException.
    """
    if name not in CONFIGS[platform]:
        raise ApiError("DeploymentConfigDoesNotExistException", f"No Deployment Config found for name: {name}")
