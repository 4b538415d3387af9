"""The check ``ecs-service``: the service runs as many tasks as it should, all of the intended image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck
from crosscheck.contracts.parameters import text
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.images import digests
from crosscheck.images.digests import IntendedImage, resolve
from crosscheck.images.reference import ImageReference
from crosscheck.services.artifacts.files import UnreadableArtifactError
from crosscheck.services.ecs import deployments, service
from crosscheck.services.ecs import intended_images as intended
from crosscheck.services.ecs.deployments import MOVING, status_of
from crosscheck.services.ecs.intended_images import IntendedImages, intended_images
from crosscheck.services.ecs.release import judge_release, read_release, weightier
from crosscheck.services.ecs.rules import judge_images, judge_service, released_images, revision, seen_values
from crosscheck.services.ecs.service import ServiceSnapshot, read_service

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

# An ARN with a family of 255 characters.
TASK_DEFINITION_LIMIT = 400


class EcsService(Check):
    """Compares what runs with what the deploy action meant, digest by digest.

    A check that was asked for, rather than derived from a deploy action, knows no intended image: it proves the counts,
    and the task definition where it names one (``family:revision`` or an ARN).
    """

    kind = "ecs-service"
    reads_configuration = intended.READS_CONFIGURATION
    permissions = service.PERMISSIONS | deployments.PERMISSIONS | digests.PERMISSIONS | intended.PERMISSIONS
    parameters = {
        "cluster": text(needed=True),
        "service": text(needed=True),
        "task_definition": text(TASK_DEFINITION_LIMIT),
    }

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the service, its tasks, the artifact and the registry."""
        cluster, service = planned.parameters["cluster"], planned.parameters["service"]
        seen = read_service(aws.client("ecs", planned.region), cluster, service)
        if seen is None:
            return planned.finding(Verdict.FAIL, f"{service}: there is no such service in cluster {cluster}")
        meant, unknown = _intended(planned, aws)
        outcome, unknown_history, gave_way = _standing(planned, seen, meant.images, aws)
        images: Mapping[str, IntendedImage] = {}
        if outcome is None and (unknown or unknown_history):
            outcome = Outcome(Verdict.INCONCLUSIVE, unknown or unknown_history)
        elif outcome is None:
            images = {container: resolve(reference, aws) for container, reference in meant.images.items()}
            outcome = judge_images(seen, images)
        reason = f"{service}: {outcome.reason}{f'; {meant.fallback_reason}' if meant.fallback_reason else ''}"
        found = planned.finding(outcome.verdict, reason, seen_values(seen, meant.images, images))
        return replace(found, moved_on=gave_way, images=released_images(images))


def _standing(
    planned: PlannedCheck, seen: ServiceSnapshot, images: Mapping[str, ImageReference], aws: Clients
) -> tuple[Outcome | None, str, bool]:
    """What the service and its history say before any digest is compared, why the history says nothing, and whether the
    release gave way to a later one."""
    expected = planned.parameters.get("task_definition", "")
    other = look_for(expected, seen, aws.client("ecs", planned.region)) if expected else None
    outcome = other or judge_service(seen, images, planned.run.started if planned.run else None)
    release, problem = read_release(planned, seen, aws)
    unknown_history = f"what became of the deployment is unknown: {problem}" if problem else ""
    judged = weightier(outcome, judge_release(seen, release) if release else None)
    return judged, unknown_history, release is not None and release.gave_way


def _intended(planned: PlannedCheck, aws: Clients) -> tuple[IntendedImages, str]:
    """The intended image of each container, or why it is unknown."""
    if planned.run is None or planned.held_by:
        return IntendedImages({}), ""
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
