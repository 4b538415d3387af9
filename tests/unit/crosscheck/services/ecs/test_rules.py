from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.images.digests import IntendedImage
from crosscheck.images.reference import parse_reference
from crosscheck.services.ecs.rules import judge_images, judge_service
from crosscheck.services.ecs.service import Rollout, RunningTask, ServiceSnapshot, StoppedTask

SINCE = 1_000.0
NEW, OLD = "arn:aws:ecs:eu-west-1:111122223333:task-definition/app:7", "arn:…:task-definition/app:6"
DIGEST = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32
IMAGE = parse_reference("111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1")
PRIMARY = Rollout("PRIMARY", NEW, running=2, failed=0, rollout="COMPLETED", created=SINCE + 5)
TASK = RunningTask(NEW, "RUNNING", "HEALTHY", {"app": DIGEST})
STEADY = ServiceSnapshot("ACTIVE", 2, 2, NEW, (PRIMARY,), {"app": IMAGE.text}, (TASK, TASK))
CRASH = StoppedTask(NEW, SINCE + 9, "EssentialContainerExited", "Essential container in task exited", (1,))


def seen(primary: dict[str, object] | None = None, **changes: object) -> ServiceSnapshot:
    deployment = replace(PRIMARY, **(primary or {}))  # type: ignore[arg-type]  # a test's own fields
    return replace(STEADY, **{"deployments": (deployment,), **changes})  # type: ignore[arg-type]  # as above


def crash(**changes: object) -> tuple[StoppedTask, ...]:
    return (replace(CRASH, **changes),)  # type: ignore[arg-type]  # as above


NOT_STARTED = crash(code="TaskFailedToStart", reason="CannotPullContainerError", exit_codes=())
FAILED = Rollout("INACTIVE", OLD, running=0, failed=2, rollout="FAILED", created=SINCE + 1)
DRAINING = Rollout("ACTIVE", OLD, running=1, failed=0, rollout="COMPLETED")


@pytest.mark.parametrize(
    ("snapshot", "verdict", "words"),
    [
        (STEADY, None, ""),
        (seen(status="DRAINING"), Verdict.FAIL, "DRAINING"),
        (seen({"rollout": ""}), None, ""),
        (seen(deployments=()), None, ""),
        (seen(images={"app": "other:1"}), Verdict.FAIL, "app:7 runs other:1 as app, not the intended"),
        (seen(images={"web": IMAGE.text}), Verdict.FAIL, "app:7 has no container app"),
        (seen(deployments=(PRIMARY, FAILED)), Verdict.FAIL, "rolled back to app:7: the deployment of app:6 failed"),
        (seen(deployments=(PRIMARY, replace(FAILED, created=SINCE - 1, status="INACTIVE"))), None, ""),
        (seen({"rollout": "FAILED"}), Verdict.FAIL, "the deployment of app:7 failed"),
        (seen({"rollout": "IN_PROGRESS"}), Verdict.PENDING, "2 of 2 tasks run"),
        (seen({"rollout": "IN_PROGRESS", "running": 0, "failed": 1}), Verdict.FAIL, "0 of 2 tasks run"),
        (seen({"rollout": "IN_PROGRESS", "running": 1, "failed": 1}), Verdict.PENDING, "1 of 2 tasks run"),
        (seen({"rollout": "IN_PROGRESS", "running": 0}), Verdict.PENDING, "0 of 2 tasks run"),
        (seen(desired=0, running=0), Verdict.INCONCLUSIVE, "desired count is 0: nothing runs, nothing is proven"),
        (seen({"running": 1}, stopped=crash()), Verdict.FAIL, "1 of 2 tasks run; last task stopped: Essential"),
        (seen({"running": 1, "failed": 1}), Verdict.FAIL, "1 of 2 tasks run"),
        (seen(desired=4, stopped=crash()), Verdict.PENDING, "2 of 4 tasks run; last task stopped"),
        (seen({"running": 0}, desired=4, stopped=crash()), Verdict.FAIL, "0 of 4 tasks run; last task stopped"),
        (seen({"running": 1}), Verdict.PENDING, "1 of 2 tasks run"),
        (seen({"running": 1}, stopped=crash(stopped=SINCE - 1)), Verdict.PENDING, "1 of 2"),
        (seen({"running": 1}, stopped=crash(task_definition=OLD)), Verdict.PENDING, "1 of 2"),
        (seen({"running": 1}, stopped=crash(code="ServiceSchedulerInitiated")), Verdict.PENDING, "1 of 2"),
        (seen({"running": 1}, stopped=NOT_STARTED), Verdict.FAIL, "last task stopped: CannotPullContainerError"),
        (seen(stopped=crash()), None, ""),
        (seen({"running": 0}), Verdict.PENDING, "0 of 2 tasks run"),
        (seen(deployments=(PRIMARY, DRAINING)), Verdict.PENDING, "2 deployments are active"),
        (seen(tasks=(TASK, TASK, replace(TASK, task_definition=OLD))), Verdict.PENDING, "tasks of app:6 still run"),
        (seen(tasks=(TASK,)), Verdict.PENDING, "ECS counts 2 running tasks and lists 1"),
        (seen(tasks=(TASK, replace(TASK, status="PENDING"))), Verdict.PENDING, "lists 1"),
        (seen(tasks=(TASK, replace(TASK, health="UNHEALTHY"))), Verdict.FAIL, "1 of 2 tasks are unhealthy"),
    ],
)  # fmt: skip
def test_what_the_service_says(snapshot: ServiceSnapshot, verdict: Verdict | None, words: str) -> None:
    outcome = judge_service(snapshot, {"app": IMAGE}, SINCE)
    assert (outcome.verdict if outcome else None) == verdict
    assert words in (outcome.reason if outcome else "")


def test_ecs_words_alone_decide_nothing() -> None:
    rolling_back = seen({"rollout_reason": "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."})
    assert judge_service(rolling_back, {"app": IMAGE}, SINCE) is None


def tasks(*digests: str) -> ServiceSnapshot:
    return seen(tasks=tuple(replace(TASK, digests={"app": digest, "sidecar": OTHER}) for digest in digests))


@pytest.mark.parametrize(
    ("snapshot", "image", "verdict"),
    [
        (tasks(DIGEST, DIGEST), IntendedImage(IMAGE, DIGEST), Verdict.PASS),
        (tasks(DIGEST, OTHER), IntendedImage(IMAGE, DIGEST), Verdict.FAIL),
        (tasks(DIGEST, OTHER), IntendedImage(IMAGE, DIGEST, frozenset({OTHER})), Verdict.PASS),
        (tasks(DIGEST, OTHER), IntendedImage(IMAGE, DIGEST, problem="denied"), Verdict.INCONCLUSIVE),
        (tasks(DIGEST, OTHER), IntendedImage(IMAGE, problem="denied"), Verdict.INCONCLUSIVE),
        (tasks(DIGEST, ""), IntendedImage(IMAGE, DIGEST), Verdict.INCONCLUSIVE),
        (tasks(OTHER, ""), IntendedImage(IMAGE, DIGEST), Verdict.FAIL),
        (tasks("", ""), IntendedImage(parse_reference("nginx:1")), Verdict.PASS),
    ],
)
def test_what_the_digests_say(snapshot: ServiceSnapshot, image: IntendedImage, verdict: Verdict) -> None:
    assert judge_images(snapshot, {"app": image}).verdict is verdict


def test_a_failing_container_outweighs_an_unknown_one() -> None:
    intended = {"app": IntendedImage(IMAGE, problem="denied"), "sidecar": IntendedImage(IMAGE, DIGEST)}
    assert judge_images(tasks(DIGEST), intended).verdict is Verdict.FAIL
