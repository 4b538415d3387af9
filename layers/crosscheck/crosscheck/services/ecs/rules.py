"""What a look at an ECS service proves: pure rules over what was seen and what was meant.

Whatever is evidently broken comes first, then what is under way, then what cannot be known. A rollout that ECS calls
complete proves nothing by itself: the circuit breaker's way back completes too.
"""

from collections import Counter
from collections.abc import Mapping

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import ReleasedImage, Verdict
from crosscheck.images.digests import IntendedImage
from crosscheck.images.reference import ImageReference, short
from crosscheck.services.ecs.failures import failures, recycled
from crosscheck.services.ecs.service import TASK_LIMIT, Rollout, RunningTask, ServiceSnapshot

DIGESTS_SHOWN = 20
NOTHING_RUNS = Outcome(Verdict.INCONCLUSIVE, "desired count is 0: nothing runs, nothing is proven")


def judge_service(seen: ServiceSnapshot, intended: Mapping[str, ImageReference], since: float | None) -> Outcome | None:
    """What the service says before any digest is compared; None where it runs as many tasks as it should.

    ``intended`` maps containers to images and is empty where unknown; ``since`` is when the deploy action started, in
    epoch seconds, None where no action is known.
    """
    if seen.status != "ACTIVE":
        return Outcome(Verdict.FAIL, f"the service is {seen.status}")
    if not seen.task_definition:
        return Outcome(Verdict.INCONCLUSIVE, "the service names no task definition and has no primary task set")
    return _replaced(seen, intended, since) or _counts(seen, since) or _under_way(seen) or _unhealthy(seen)


def judge_images(seen: ServiceSnapshot, intended: Mapping[str, IntendedImage]) -> Outcome:
    """Whether every task that runs, runs the intended digests. ``seen`` passed ``judge_service``."""
    doubt: Outcome | None = None
    for container, image in sorted(intended.items()):
        outcome = _compare(seen, container, image)
        if outcome and outcome.verdict is Verdict.FAIL:
            return outcome
        doubt = doubt or outcome
    count = recycled(seen)
    ended = f"; {count} ended by themselves with exit code 0" if count else ""
    runs = f"{_running(seen)} {_named(intended)}(task definition {revision(seen.task_definition)}){ended}"
    return doubt or Outcome(Verdict.PASS, runs)


def seen_values(
    seen: ServiceSnapshot, meant: Mapping[str, ImageReference], images: Mapping[str, IntendedImage]
) -> Mapping[str, str]:
    """What was seen of a service's tasks, and what was meant, for people."""
    values = {f"intended {name}": reference.text for name, reference in meant.items()}
    values |= {f"intended digest {name}": image.digest for name, image in images.items() if image.digest}
    running = sorted({f"{name}@{digest}" for task in seen.tasks for name, digest in task.digests.items() if digest})
    counts = {"desired": str(seen.desired), "running": str(seen.running_now)}
    digests = {"digests in tasks": ", ".join(running[:DIGESTS_SHOWN])}
    # What the region is left with where the new tasks do not run: only that they run is known, not whether they serve.
    older = Counter(revision(task.task_definition) for task in seen.tasks if _is_older(task, seen))
    still = {"older tasks that still run": ", ".join(f"{count} of {name}" for name, count in sorted(older.items()))}
    current = {"task definition": revision(seen.task_definition)}
    return counts | current | (still if older else {}) | values | digests


def released_images(images: Mapping[str, IntendedImage]) -> tuple[ReleasedImage, ...]:
    """The intended images whose digests are known."""
    return tuple(ReleasedImage(image.reference.text, image.digest) for image in images.values() if image.digest)


def revision(task_definition: str) -> str:
    """``family:revision`` of a task definition's ARN."""
    return task_definition.rpartition("/")[2]


def _is_older(task: RunningTask, seen: ServiceSnapshot) -> bool:
    return task.status == "RUNNING" and task.task_definition != seen.task_definition


def _replaced(seen: ServiceSnapshot, intended: Mapping[str, ImageReference], since: float | None) -> Outcome | None:
    """The service runs another revision than the one that the release brought."""
    failed = _given_up(seen, since)
    differing = [name for name, image in sorted(intended.items()) if seen.images.get(name) != image.text]
    now = revision(seen.task_definition)
    if failed:
        cause = failures(seen, since, failed.task_definition).cause
        reason = f"ECS rolled back to {now}: the deployment of {revision(failed.task_definition)} failed{cause}"
    elif differing:
        name = differing[0]
        runs = seen.images.get(name)
        reason = f"{now} runs {runs} as {name}" if runs else f"{now} has no container {name}"
        # ECS's own words on the rollout are for people only: nothing is decided on them.
        cause = f" ({seen.primary.rollout_reason})" if seen.primary and seen.primary.rollout_reason else ""
        reason = f"{reason}, not the intended {intended[name].text}{cause}"
    else:
        return None
    return Outcome(Verdict.FAIL, reason)


def _given_up(seen: ServiceSnapshot, since: float | None) -> Rollout | None:
    """A deployment of this release that failed while the service went on, or back, to another revision."""
    if since is None:
        return None
    others = (each for each in seen.deployments if each.task_definition != seen.task_definition)
    return next((each for each in others if each.rollout == "FAILED" and each.created >= since), None)


def _counts(seen: ServiceSnapshot, since: float | None) -> Outcome | None:
    """Whether as many tasks run as are desired, and go on running. While some run, what dies may come up yet."""
    failed = failures(seen, since)
    reason = f"{_running(seen)}{failed.cause}"
    rollout = seen.primary.rollout if seen.primary else ""
    if rollout == "FAILED":
        return Outcome(Verdict.FAIL, f"the deployment of {revision(seen.task_definition)} failed: {reason}")
    if seen.desired == 0:
        return NOTHING_RUNS
    verdict = Verdict.FAIL if failed.repeated and _nothing_serves(seen) else Verdict.PENDING
    if rollout == "IN_PROGRESS":
        return Outcome(verdict, f"the rollout of {revision(seen.task_definition)} is in progress: {reason}")
    if seen.running_now < seen.desired:
        return Outcome(verdict, reason)
    if failed.going_on:
        count = len(failed.tasks)
        return Outcome(verdict, f"tasks die again and again: {count} failed since the deployment; {reason}")
    return None


def _nothing_serves(seen: ServiceSnapshot) -> bool:
    """Whether no task of the current task definition runs, or every one is unhealthy."""
    tasks = [task for task in seen.tasks if task.task_definition == seen.task_definition]
    return seen.running_now == 0 or (bool(tasks) and all(task.health == "UNHEALTHY" for task in tasks))


def _under_way(seen: ServiceSnapshot) -> Outcome | None:
    """Whether something older still runs, or ECS counts tasks that cannot be looked at yet."""
    active = [deployment for deployment in seen.deployments if deployment.status != "INACTIVE"]
    if len(active) > 1:
        return Outcome(Verdict.PENDING, f"{len(active)} deployments are active")
    older = {revision(task.task_definition) for task in seen.tasks if task.task_definition != seen.task_definition}
    if older:
        return Outcome(Verdict.PENDING, f"tasks of {', '.join(sorted(older))} still run")
    visible = sum(task.status == "RUNNING" for task in seen.tasks)
    if visible < min(seen.desired, TASK_LIMIT):
        return Outcome(Verdict.PENDING, f"ECS counts {seen.running_now} running tasks and lists {visible}")
    return None


def _unhealthy(seen: ServiceSnapshot) -> Outcome | None:
    """ECS replaces a task that is unhealthy: that is under way, also where it is the only one."""
    unhealthy = sum(task.health == "UNHEALTHY" for task in seen.tasks)
    if not unhealthy:
        return None
    return Outcome(Verdict.PENDING, f"{unhealthy} of {len(seen.tasks)} tasks are unhealthy")


def _compare(seen: ServiceSnapshot, container: str, image: IntendedImage) -> Outcome | None:
    """What speaks against this container's image: a FAIL, an INCONCLUSIVE, or None."""
    if image.by_reference_only:
        return None
    running = [task.digests.get(container, "") for task in seen.tasks if task.status == "RUNNING"]
    strange = sorted({digest for digest in running if digest and not image.accepts(digest)})
    if strange:
        count = sum(digest in strange for digest in running)
        runs = f"{count} of {len(running)} tasks run {short(strange[0])}"
        if image.problem:
            return Outcome(Verdict.INCONCLUSIVE, image.problem)
        if image.floating:
            now = f"{image.reference.text} is {short(image.digest)} by now, and ECS pinned no digest for the deployment"
            return Outcome(Verdict.INCONCLUSIVE, f"{runs}; {now} ({container})")
        return Outcome(Verdict.FAIL, f"{runs}, intended {short(image.digest)} ({container})")
    if not all(running):
        return Outcome(Verdict.INCONCLUSIVE, f"ECS reports no image digest for container {container}")
    return Outcome(Verdict.INCONCLUSIVE, image.doubt) if image.doubt else None


def _named(intended: Mapping[str, IntendedImage]) -> str:
    """The images of a PASS: ``my-service@sha256:…``, or what is said where there is no digest."""
    names = [
        f"{image.reference.text} (not in ECR: compared by reference only)"
        if image.by_reference_only
        else f"{image.reference.repository}@{short(image.digest)}{_moved(image)}"
        for _, image in sorted(intended.items())
    ]
    return ", ".join(names) + " " if names else ""


def _moved(image: IntendedImage) -> str:
    return f" (the tag {image.reference.tag} moved on to {short(image.moved_to)} since)" if image.moved_to else ""


def _running(seen: ServiceSnapshot) -> str:
    return f"{seen.running_now} of {seen.desired} tasks run"
