"""The check ``ecs-service``: the service runs as many tasks as it should, all of the intended image."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck, gave_way
from crosscheck.contracts.parameters import text
from crosscheck.contracts.service import DeployProvider
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.images import deployed
from crosscheck.images.deployed import deployed_image
from crosscheck.images.digests import IntendedImage
from crosscheck.images.reference import ImageReference, short
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.artifacts.files import UnreadableArtifactError
from crosscheck.services.ecs import deployments, service
from crosscheck.services.ecs import intended_images as intended
from crosscheck.services.ecs.deployments import MOVING, status_of
from crosscheck.services.ecs.history import ServiceHistory, after_way_back
from crosscheck.services.ecs.intended_images import IntendedImages, intended_images
from crosscheck.services.ecs.proven_images import proven_images, proven_references
from crosscheck.services.ecs.release import judge_release, read_release, weightier
from crosscheck.services.ecs.rules import (
    NOTHING_RUNS,
    judge_images,
    judge_service,
    released_images,
    revision,
    seen_values,
)
from crosscheck.services.ecs.service import ServiceSnapshot, container_images, read_service
from crosscheck.services.ecs.state import ServiceState, parse_digests, parse_state, running_state

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

# An ARN with a family of 255 characters.
TASK_DEFINITION_LIMIT = 400


@dataclass(frozen=True)
class EcsService(Check):
    """Compares what runs with what the deploy action meant, digest by digest.

    A check that was asked for, rather than derived from a deploy action, knows no intended image: it proves the counts,
    and the task definition where it names one (``family:revision`` or an ARN). The proof of a rollback also has the
    parameters ``digests``, and ``undoes``, the deployment that is taken back, which no plan gives.

    ``clock`` gives epoch seconds.
    """

    kind = "ecs-service"
    reads_configuration = intended.READS_CONFIGURATION
    permissions = service.PERMISSIONS | deployments.PERMISSIONS | deployed.PERMISSIONS | intended.PERMISSIONS
    parameters = {
        "cluster": text(needed=True),
        "service": text(needed=True),
        "task_definition": text(TASK_DEFINITION_LIMIT),
    }

    clock: Callable[[], float] = time.time

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """What the services run to which a pipeline deploys, for rollback."""
        return EcsDeploy().baselines(definition)

    def same_state(self, one: str, other: str) -> bool:
        """A digest that only one of them tells is no difference: what fails has no tasks that tell one."""
        first, second = parse_state(one), parse_state(other)
        return bool(first and second and not first.differs(second))

    def in_words(self, state: str) -> str:
        """The task definition, and the digests where they are known."""
        known = parse_state(state)
        if known is None:
            return state
        digests = ", ".join(sorted({short(digest) for digest in known.digests.values()}))
        return f"{revision(known.task_definition)}{f' ({digests})' if digests else ''}"

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the service, its tasks, the artifact and the registry."""
        cluster, service = planned.parameters["cluster"], planned.parameters["service"]
        seen = read_service(aws.client("ecs", planned.region), cluster, service, self.clock)
        if seen is None:
            return planned.finding(Verdict.FAIL, f"{service}: there is no such service in cluster {cluster}")
        meant, unknown = _intended(planned, seen, aws)
        outcome, release = _standing(planned, seen, meant.images, aws)
        images: Mapping[str, IntendedImage] = {}
        # a stack may well hold a service that nobody has turned on
        off = bool(planned.held_by) and outcome == NOTHING_RUNS
        if off:
            outcome = replace(NOTHING_RUNS, verdict=Verdict.PASS)
        elif outcome is None and (unknown or release.unknown):
            outcome = Outcome(Verdict.INCONCLUSIVE, unknown or release.unknown)
        elif outcome is None:
            images = _images(planned, meant, release, aws)
            outcome = judge_images(seen, images)
        reason = f"{service}: {outcome.reason}{f'; {meant.fallback_reason}' if meant.fallback_reason else ''}"
        found = planned.finding(outcome.verdict, reason, seen_values(seen, meant.images, images))
        proves = planned.run is None or outcome.verdict is Verdict.PASS
        runs = running_state(seen) if proves else release.brought
        return replace(
            found,
            moved_on=release.gave_way or outcome.moved_on,
            warning=reason if off else "",
            images=released_images(images),
            baselines={service_subject(planned): runs.text} if runs and runs.task_definition else {},
        )


class EcsDeploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html"""

    name = "ECS"
    check = EcsService.kind
    keys = {"cluster": "ClusterName", "service": "ServiceName"}
    defaults = {"cluster": "default"}


def service_subject(planned: PlannedCheck) -> str:
    """The subject under which a service's baseline is kept, whatever else the check expects of it."""
    place = {key: planned.parameters[key] for key in ("cluster", "service")}
    return replace(planned, parameters=place).subject


def state_check(planned: PlannedCheck, state: ServiceState, undoes: str) -> PlannedCheck:
    """The check that the service of another check runs a state again: its task definition, and its digests. ``undoes``
    is the ARN of the deployment that is taken back, empty where there is none."""
    parameters = {key: planned.parameters[key] for key in ("cluster", "service")}
    parameters["task_definition"] = revision(state.task_definition)
    if state.digests:
        parameters["digests"] = state.digests_text
    if undoes:
        parameters["undoes"] = undoes
    return PlannedCheck(EcsService.kind, planned.region, parameters, since=planned.deployed.started)


def _standing(
    planned: PlannedCheck, seen: ServiceSnapshot, images: Mapping[str, ImageReference], aws: Clients
) -> tuple[Outcome | None, ServiceHistory]:
    """What the service and its history say before any digest is compared, and the history."""
    client, run = aws.client("ecs", planned.region), planned.run
    expected = planned.parameters.get("task_definition", "")
    other = look_for(expected, seen, client) if expected else None
    if other and (later := _after_way_back(planned, client)):
        other = gave_way(f"{later} was deployed since")
    outcome = other or judge_service(seen, images, run.started if run else None)
    release = read_release(planned, seen, aws)
    failed = outcome is not None and outcome.verdict is Verdict.FAIL
    if run and outcome and failed and release.unknown and not _failed(run, seen, images, client):
        outcome = Outcome(Verdict.INCONCLUSIVE, f"{outcome.reason}; {release.unknown}")
    return weightier(outcome, judge_release(seen, release)), release


def _after_way_back(planned: PlannedCheck, client: ECSClient) -> str:
    """What took the place of the rollback that the check proves; empty where nothing did, or where it proves none."""
    named = planned.parameters
    if "undoes" not in named:
        return ""
    place = named["cluster"], named["service"]
    return after_way_back(client, *place, named["undoes"], named["task_definition"], planned.since)


def _failed(run: ActionRun, seen: ServiceSnapshot, images: Mapping[str, ImageReference], client: ECSClient) -> bool:
    """Whether a rollout that began while the action ran, and brought the images that it was given, FAILED: no later
    deployment is to blame for that."""
    rollouts = (each for each in seen.deployments if each.rollout == "FAILED" and each.created >= run.started)
    own = (each for each in rollouts if not run.ended_before(each.created))
    brought = (container_images(client, each.task_definition) for each in own)
    return any(all(found.get(name) == image.text for name, image in images.items()) for found in brought)


def _images(
    planned: PlannedCheck, meant: IntendedImages, release: ServiceHistory, aws: Clients
) -> Mapping[str, IntendedImage]:
    """The intended image of each container: as ECS pinned it for the action's deployment, else as the registry says."""
    if planned.run is None:
        return proven_images(meant.images, aws)
    pinned = release.brought.digests
    at = release.made.created if release.made else planned.run.started
    return {
        container: deployed_image(reference, pinned.get(container, ""), at, aws)
        for container, reference in meant.images.items()
    }


def _intended(planned: PlannedCheck, seen: ServiceSnapshot, aws: Clients) -> tuple[IntendedImages, str]:
    """The intended image of each container, or why it is unknown."""
    if planned.held_by:
        return IntendedImages({}), ""
    if planned.run is None:
        return IntendedImages(proven_references(seen, parse_digests(planned.parameters.get("digests", "")))), ""
    try:
        place = planned.parameters["cluster"], planned.parameters["service"]
        return intended_images(planned.run, planned.region, *place, aws), ""
    except UnreadableArtifactError as error:
        problem = str(error)
    except AWS_ERRORS as error:
        problem = explain(error, planned.region)
    return IntendedImages({}), f"the intended image is unknown: {problem}"


def look_for(expected: str, seen: ServiceSnapshot, client: ECSClient) -> Outcome | None:
    """Why the service does not run the expected task definition; None if it does, or if that is unknown.

    ``expected`` is ``family:revision`` or an ARN.
    """
    if not seen.task_definition or seen.status != "ACTIVE" or is_named(seen.task_definition, expected):
        return None
    now, wanted = revision(seen.task_definition), revision(expected)
    if any(each.rollout == "FAILED" and is_named(each.task_definition, expected) for each in seen.deployments):
        return Outcome(Verdict.FAIL, f"ECS rolled back to {now}: the deployment of {wanted} failed")
    rollout = seen.primary.rollout if seen.primary else ""
    # ECS takes a moment between the request to go back and the deployment that does
    if rollout == "IN_PROGRESS" or (seen.current and status_of(client, seen.current) in MOVING):
        return Outcome(Verdict.PENDING, f"{now} is in service still, not {wanted}: a rollout is in progress")
    return Outcome(Verdict.FAIL, f"the service runs {now}, not {wanted}")


def is_named(task_definition: str, name: str) -> bool:
    """Whether ``name``, ``family:revision`` or an ARN, means that task definition, an ARN."""
    return name in {task_definition, revision(task_definition)}
