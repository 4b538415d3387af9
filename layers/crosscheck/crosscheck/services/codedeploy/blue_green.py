"""What ``codedeploy`` proves of ECS: the task set that serves is the deployment's, and runs what was meant.

A CodeDeployToECS action replaces placeholders in the task definition by the ``ImageURI`` of each image artifact's
``imageDetail.json``; so a container is meant to run an image if its text is that URI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Outcome, PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.errors import ConfigurationError
from crosscheck.images.deployed import deployed_image
from crosscheck.images.digests import IntendedImage
from crosscheck.images.reference import ImageReference, parse_reference
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.artifacts.files import UnreadableArtifactError, read_file
from crosscheck.services.codedeploy.deployments import GroupDeployment, Target
from crosscheck.services.codedeploy.state import GroupState
from crosscheck.services.ecs.proven_images import proven_images, proven_references
from crosscheck.services.ecs.rules import judge_images, judge_service, released_images, revision, seen_values
from crosscheck.services.ecs.service import ServiceSnapshot, describe_service, primary_task_set, read_snapshot
from crosscheck.services.ecs.state import parse_digests, running_state
from crosscheck.size_limits import parse_json

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskSetTypeDef

IMAGE_DETAIL = "imageDetail.json"
IMAGE_ARTIFACTS = tuple(f"Image{number}ArtifactName" for number in range(1, 5))

type References = tuple[ImageReference, ...]


def look_at_service(planned: PlannedCheck, ours: GroupDeployment, targets: Sequence[Target], aws: Clients) -> Finding:
    """What ECS says of the service now. ``ours`` succeeded, with the one target that it had."""
    serving = read_serving(aws.client("ecs", planned.region), targets[0])
    if serving is None:
        return planned.finding(Verdict.FAIL, f"there is no service {targets[0].id} with a primary task set")
    references, problem = _intended(planned, aws)
    proven = proven_references(serving.tasks, parse_digests(planned.parameters.get("digests", "")))
    meant = proven or {
        name: each for each in references for name, image in serving.tasks.images.items() if image == each.text
    }
    images: Mapping[str, IntendedImage] = {}
    outcome = judge_serving(serving, ours, targets, meant) or _not_run(serving, references)
    if outcome is None:
        # what its tasks report is all that ECS records of a task set
        images = proven_images(proven, aws) or {
            name: deployed_image(reference, "", ours.created, aws) for name, reference in meant.items()
        }
        outcome = _compared(serving, ours, images, problem)
    values = {**seen_values(serving.tasks, meant, images), "task set": serving.id}
    found = planned.finding(outcome.verdict, outcome.reason, values)
    runs = serving_state(serving, ours, targets)
    return replace(found, images=released_images(images), baselines={planned.subject: runs.text})


def serving_state(serving: Serving, ours: GroupDeployment, targets: Sequence[Target]) -> GroupState:
    """What a deployment that succeeded brought: its revision, and the digests of its task set while that serves."""
    runs = None if _foreign(serving, ours, green_ids(targets)) else running_state(serving.tasks)
    return GroupState(ours.revision.text, runs.digests if runs else {})


def green_ids(targets: Sequence[Target]) -> frozenset[str]:
    """The ids of the task sets that a deployment made."""
    return frozenset(each for target in targets for each in target.task_sets)


def _intended(planned: PlannedCheck, aws: Clients) -> tuple[References, str]:
    """The images of the action, in the order of its configuration, or why they are unknown."""
    run = planned.run
    if run is None:
        return (), ""
    names = [run.configuration.get(key, "") for key in IMAGE_ARTIFACTS]
    try:
        found = tuple(_reference(run, name, planned.region, aws) for name in names if name)
    except UnreadableArtifactError as error:
        return (), str(error)
    return found, "" if found else f"the action {run.name} names no image artifact"


def _not_run(serving: Serving, references: References) -> Outcome | None:
    """An image that no container of the task definition has."""
    running = serving.tasks.images.values()
    missing = [reference.text for reference in references if reference.text not in running]
    if not missing:
        return None
    runs = revision(serving.tasks.task_definition)
    return Outcome(Verdict.FAIL, f"no container of {runs} runs the intended {missing[0]}")


def _compared(serving: Serving, ours: GroupDeployment, images: Mapping[str, IntendedImage], problem: str) -> Outcome:
    """The verdict on a task set that is the deployment's and runs: what cannot be compared does not make it doubtful,
    since CodeDeploy's own record says whose task set it is."""
    compared = judge_images(serving.tasks, images)
    if compared.verdict is Verdict.FAIL or any(image.doubt for image in images.values()):
        return compared
    doubt = problem or (compared.reason if compared.verdict is Verdict.INCONCLUSIVE else "")
    tasks = serving.tasks
    runs = f"{tasks.running} of {tasks.desired} tasks run (task definition {revision(tasks.task_definition)})"
    if doubt:
        return Outcome(Verdict.PASS, f"{runs}, the task set of {ours.id}; the image was not compared: {doubt}")
    return Outcome(Verdict.PASS, f"{compared.reason}, the task set of {ours.id}")


@dataclass(frozen=True)
class Serving:
    """The task set that serves. ``deployment`` is the CodeDeploy deployment that made it (ECS: externalId), empty for
    the one with which the service was created; ``tasks`` is the service as if it had no other task set."""

    id: str
    deployment: str
    tasks: ServiceSnapshot


def read_serving(client: ECSClient, target: Target) -> Serving | None:
    """The serving task set of a target, None where there is no such service or nothing serves."""
    cluster, _, service = target.id.partition(":")
    found = _service(client, target)
    primary = primary_task_set(found) if found else None
    if found is None or primary is None:
        return None
    seen = read_snapshot(client, cluster, service, found)
    definition = primary.get("taskDefinition", "")
    tasks = replace(
        seen,
        desired=primary.get("computedDesiredCount", 0),
        running=primary.get("runningCount", 0),
        task_definition=definition,
        deployments=(),
        tasks=tuple(task for task in seen.tasks if task.task_definition == definition),
    )
    return Serving(primary.get("id", ""), primary.get("externalId", ""), tasks)


def task_sets(client: ECSClient, target: Target) -> Sequence[TaskSetTypeDef]:
    """The task sets of a target, in DescribeServices' own form; none where there is no such service."""
    found = _service(client, target)
    return found.get("taskSets", []) if found else []


def _service(client: ECSClient, target: Target) -> ServiceTypeDef | None:
    cluster, _, service = target.id.partition(":")  # ECS targets are named <cluster>:<service>
    return describe_service(client, cluster, service)


def judge_serving(
    serving: Serving, ours: GroupDeployment, targets: Sequence[Target], intended: Mapping[str, ImageReference]
) -> Outcome | None:
    """Whether the task set that serves is the deployment's, and runs; None where it does.

    A rollback may give the traffic back to the task set of an older deployment.
    """
    seen = serving.tasks
    if seen.status != "ACTIVE":
        return Outcome(Verdict.FAIL, f"the service is {seen.status}")
    return _foreign(serving, ours, green_ids(targets)) or judge_service(seen, intended, ours.created)


def _foreign(serving: Serving, ours: GroupDeployment, green: frozenset[str]) -> Outcome | None:
    if serving.deployment == ours.id or (not serving.deployment and serving.id in green):
        return None
    if ours.undoes:
        gone = serving.deployment == ours.undoes
        reason = f"the task set of {ours.undoes} still serves, which {ours.id} should have replaced"
        return Outcome(Verdict.FAIL, reason) if gone else None
    runs = revision(serving.tasks.task_definition)
    if not serving.deployment:
        return Outcome(Verdict.INCONCLUSIVE, f"ECS does not say which deployment made the task set of {runs}")
    return Outcome(Verdict.FAIL, f"the task set that serves is of {serving.deployment} ({runs}), not of {ours.id}")


def _reference(run: ActionRun, name: str, region: str, aws: Clients) -> ImageReference:
    """What an image artifact names. ``region`` is the action's: its artifacts lie there."""
    if name not in run.inputs:
        raise UnreadableArtifactError(f"CodePipeline names no input artifact {name} of {run.name}")
    try:
        document = parse_json(read_file(aws.client("s3", region), run.inputs[name], IMAGE_DETAIL))
        return parse_reference(document["ImageURI"])
    except AWS_ERRORS as error:
        raise UnreadableArtifactError(explain(error, region)) from error
    except (ValueError, TypeError, KeyError, ConfigurationError):
        raise UnreadableArtifactError(f"{IMAGE_DETAIL} of {name} is no object with an ImageURI") from None
