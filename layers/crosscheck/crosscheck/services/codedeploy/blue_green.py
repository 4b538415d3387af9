"""What ``codedeploy`` proves of ECS: the task set that serves is the deployment's, and runs what was meant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crosscheck.clients import Clients
from crosscheck.contracts.check import Outcome, PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.images.digests import IntendedImage, resolve
from crosscheck.images.reference import ImageReference
from crosscheck.services.artifacts.files import UnreadableArtifactError
from crosscheck.services.codedeploy.deployments import GroupDeployment, Target
from crosscheck.services.codedeploy.images import by_container, intended_references
from crosscheck.services.codedeploy.task_sets import Serving, judge_serving, read_serving
from crosscheck.services.ecs.rules import judge_images, released_images, revision, seen_values

type References = tuple[ImageReference, ...]


def look_at_service(planned: PlannedCheck, ours: GroupDeployment, targets: Sequence[Target], aws: Clients) -> Finding:
    """What ECS says of the service now. ``ours`` succeeded, with the one target that it had.

    Raises:
        ClientError, BotoCoreError: a service refused, or did not answer.
    """
    serving = read_serving(aws.client("ecs", planned.region), targets[0])
    if serving is None:
        return planned.finding(Verdict.FAIL, f"there is no service {targets[0].id} with a primary task set")
    references, problem = _intended(planned, aws)
    meant = by_container(references, serving.tasks.images)
    images: Mapping[str, IntendedImage] = {}
    outcome = judge_serving(serving, ours, targets, meant) or _not_run(serving, references)
    if outcome is None:
        images = {container: resolve(reference, aws) for container, reference in meant.items()}
        outcome = _compared(serving, ours, images, problem)
    values = {**seen_values(serving.tasks, meant, images), "task set": serving.id}
    found = planned.finding(outcome.verdict, outcome.reason, values)
    return replace(found, images=released_images(images))


def _intended(planned: PlannedCheck, aws: Clients) -> tuple[References, str]:
    """The intended images, or why they are unknown."""
    if planned.run is None:
        return (), ""
    try:
        return intended_references(planned.run, planned.region, aws), ""
    except UnreadableArtifactError as error:
        return (), str(error)


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
    if compared.verdict is Verdict.FAIL:
        return compared
    doubt = problem or (compared.reason if compared.verdict is Verdict.INCONCLUSIVE else "")
    runs = f"{serving.tasks.running} of {serving.tasks.desired} tasks run ({revision(serving.tasks.task_definition)})"
    if doubt:
        return Outcome(Verdict.PASS, f"{runs}, the task set of {ours.id}; the image was not compared: {doubt}")
    return Outcome(Verdict.PASS, f"{compared.reason}, the task set of {ours.id}")
