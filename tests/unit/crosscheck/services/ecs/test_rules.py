from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.images.digests import IntendedImage
from crosscheck.images.reference import parse_reference
from crosscheck.services.ecs.rules import judge_images, judge_service, seen_values
from crosscheck.services.ecs.service import Rollout, RunningTask, ServiceSnapshot, StoppedTask

SINCE = 1_000.0
NEW, OLD = "arn:aws:ecs:eu-west-1:111122223333:task-definition/app:7", "arn:…:task-definition/app:6"
DIGEST = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32
IMAGE = parse_reference("111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1")
PRIMARY = Rollout("PRIMARY", NEW, running=2, failed=0, rollout="COMPLETED", created=SINCE + 5)
TASK = RunningTask(NEW, "RUNNING", "HEALTHY", {"app": DIGEST})
SICK = RunningTask(NEW, "RUNNING", "UNHEALTHY", {"app": DIGEST})
STEADY = ServiceSnapshot("ACTIVE", 2, 2, NEW, (PRIMARY,), {"app": IMAGE.text}, (TASK, TASK))
CRASH = StoppedTask(NEW, SINCE + 9, "EssentialContainerExited", "Essential container in task exited", (1,))


def seen(primary: dict[str, object] | None = None, **changes: object) -> ServiceSnapshot:
    deployment = replace(PRIMARY, **(primary or {}))  # type: ignore[arg-type]  # a test's own fields
    return replace(STEADY, **{"deployments": (deployment,), **changes})  # type: ignore[arg-type]  # as above


def dying(count: int, **changes: object) -> tuple[StoppedTask, ...]:
    """So many tasks that stopped, one every 40 seconds, the last one at SINCE + 400."""
    return paced(count, 40.0, **changes)


def paced(count: int, every: float, **changes: object) -> tuple[StoppedTask, ...]:
    """The same, with so many seconds between them."""
    last = replace(CRASH, stopped=SINCE + 400, **changes)  # type: ignore[arg-type]  # as above
    return tuple(replace(last, stopped=last.stopped - every * ago) for ago in reversed(range(count)))


NOT_STARTED = {"code": "TaskFailedToStart", "reason": "CannotPullContainerError", "exit_codes": ()}
ELB = {
    "code": "ServiceSchedulerInitiated",
    "reason": "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:…)",
    "exit_codes": (137,),
}
UNHEALTHY = {"code": "ServiceSchedulerInitiated", "reason": "Task failed container health checks"}
SCALED_IN = {
    "code": "ServiceSchedulerInitiated",
    "reason": "Scaling activity initiated by (deployment ecs-svc/1)",
    "exit_codes": (143,),
}
SPOT = {"code": "SpotInterruption", "reason": "Your Spot Task was interrupted."}
BY_HAND = {"code": "UserInitiated", "reason": "Task stopped by user"}
LOST_HOST = {"code": "InfrastructureHealth", "reason": "Host EC2 (instance i-1) terminated."}
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
        (seen({"rollout": "IN_PROGRESS", "running": 0, "failed": 3}), Verdict.FAIL, "0 of 2 tasks run"),
        (seen({"rollout": "IN_PROGRESS", "running": 0, "failed": 2}), Verdict.PENDING, "0 of 2 tasks run"),
        (seen({"rollout": "IN_PROGRESS", "running": 1, "failed": 3}), Verdict.PENDING, "1 of 2 tasks run"),
        (seen({"rollout": "IN_PROGRESS", "running": 0}), Verdict.PENDING, "0 of 2 tasks run"),
        (seen(desired=0, running=0), Verdict.INCONCLUSIVE, "desired count is 0: nothing runs, nothing is proven"),
        (seen(desired=3, stopped=(CRASH,)), Verdict.PENDING, "2 of 3 tasks run; last task stopped with exit code 1: E"),
        (seen({"running": 1}), Verdict.PENDING, "1 of 2 tasks run"),
        (seen({"running": 0}), Verdict.PENDING, "0 of 2 tasks run"),
        (seen({"running": 0}, stopped=dying(2)), Verdict.PENDING, "0 of 2 tasks run; last task stopped"),
        (seen({"running": 0}, stopped=dying(3)), Verdict.FAIL, "0 of 2 tasks run; last task stopped"),
        (seen({"running": 0}, stopped=dying(3, **NOT_STARTED)), Verdict.FAIL, "stopped: CannotPullContainerError"),
        (seen({"running": 0}, stopped=dying(3, **ELB)), Verdict.FAIL, ": Task failed ELB health checks in"),
        (seen({"running": 0}, stopped=dying(3, **SCALED_IN)), Verdict.PENDING, "0 of 2 tasks run"),
        (seen({"running": 0}, stopped=dying(3, task_definition=OLD)), Verdict.PENDING, "0 of 2 tasks run"),
        (seen({"running": 0, "created": SINCE + 500}, stopped=dying(3)), Verdict.PENDING, "0 of 2 tasks run"),
        (seen({"running": 1}, stopped=dying(6)), Verdict.PENDING, "1 of 2 tasks run; last task stopped"),
        (seen(deployments=(PRIMARY, DRAINING)), Verdict.PENDING, "2 deployments are active"),
        (seen(tasks=(TASK, TASK, replace(TASK, task_definition=OLD))), Verdict.PENDING, "tasks of app:6 still run"),
        (seen(tasks=(TASK,)), Verdict.PENDING, "ECS counts 2 running tasks and lists 1"),
        (seen(tasks=(TASK, replace(TASK, status="PENDING"))), Verdict.PENDING, "lists 1"),
        (seen(tasks=(TASK, replace(TASK, health="UNHEALTHY"))), Verdict.PENDING, "1 of 2 tasks are unhealthy"),
        (seen(tasks=(SICK,) * 2), Verdict.PENDING, "2 of 2 tasks are unhealthy"),
        (seen(tasks=(SICK,) * 2, stopped=dying(2, **UNHEALTHY)), Verdict.PENDING, "2 of 2 tasks are unhealthy"),
        (seen(tasks=(SICK,) * 2, stopped=dying(3, **UNHEALTHY)), Verdict.FAIL, "tasks die again and again"),
        (seen(tasks=(SICK, TASK), stopped=dying(3, **UNHEALTHY)), Verdict.PENDING, "tasks die again and again"),
        (seen({"running": 0}, stopped=dying(3), at=SINCE + 3_600), Verdict.PENDING, "0 of 2 tasks run"),
        (seen({"running": 0, "failed": 3}, at=SINCE + 3_600), Verdict.FAIL, "0 of 2 tasks run"),
    ],
)  # fmt: skip
def test_what_the_service_says(snapshot: ServiceSnapshot, verdict: Verdict | None, words: str) -> None:
    outcome = judge_service(snapshot, {"app": IMAGE}, SINCE)
    assert (outcome.verdict if outcome else None) == verdict
    assert words in (outcome.reason if outcome else "")


@pytest.mark.parametrize("deployments", [(), (PRIMARY,), (replace(PRIMARY, rollout_reason="as ECS says"),)])
def test_another_image_than_the_intended_one_is_told_with_the_words_of_ecs_where_it_has_any(
    deployments: tuple[Rollout, ...],
) -> None:
    outcome = judge_service(seen(images={"app": "other:1"}, deployments=deployments), {"app": IMAGE}, SINCE)
    words = " (as ECS says)" if deployments and deployments[0].rollout_reason else ""
    assert outcome
    assert outcome.reason == f"app:7 runs other:1 as app, not the intended {IMAGE.text}{words}"


def test_a_deployment_that_failed_is_the_releases_if_it_was_made_since_it_began() -> None:
    """Events and deployments bear whole seconds. Without a release nobody's deployment has failed."""
    twice = seen(deployments=(PRIMARY, replace(FAILED, created=SINCE)))
    outcome = judge_service(twice, {"app": IMAGE}, SINCE)
    assert outcome
    assert (outcome.verdict, outcome.reason[:24]) == (Verdict.FAIL, "ECS rolled back to app:7")
    assert judge_service(twice, {"app": IMAGE}, None) is None


@pytest.mark.parametrize("kind", [{}, NOT_STARTED, ELB, UNHEALTHY])
def test_f61_tasks_that_die_again_and_again_never_pass(kind: dict[str, object]) -> None:
    outcome = judge_service(seen(stopped=dying(6, **kind), at=SINCE + 410), {"app": IMAGE}, SINCE)
    assert outcome is not None
    assert outcome.verdict is Verdict.PENDING
    assert outcome.reason.startswith("tasks die again and again: 6 failed since the deployment; 2 of 2 tasks run; ")


@pytest.mark.parametrize("kind", [SCALED_IN, SPOT, BY_HAND, LOST_HOST])
def test_what_stops_for_other_reasons_is_no_failure(kind: dict[str, object]) -> None:
    assert judge_service(seen(stopped=dying(6, **kind), at=SINCE + 410), {"app": IMAGE}, SINCE) is None


def hourly(code: int, lived: float) -> tuple[StoppedTask, ...]:
    """Twenty tasks that exited one after the other, each after so many seconds."""
    tasks = paced(20, 15.0, exit_codes=(code,))
    return tuple(replace(task, started=task.stopped - lived) for task in tasks)


def test_workers_that_end_by_themselves_after_their_work_are_a_remark() -> None:
    snapshot = seen(stopped=hourly(0, 3_600.0), at=SINCE + 410)
    assert judge_service(snapshot, {"app": IMAGE}, SINCE) is None
    outcome = judge_images(snapshot, {"app": IntendedImage(IMAGE, DIGEST)})
    assert outcome.verdict is Verdict.PASS
    assert outcome.reason.endswith("(task definition app:7); 20 ended by themselves with exit code 0")


@pytest.mark.parametrize(("code", "lived"), [(0, 299.0), (1, 3_600.0)])
def test_what_exits_at_once_or_with_an_error_failed(code: int, lived: float) -> None:
    outcome = judge_service(seen(stopped=hourly(code, lived), at=SINCE + 410), {"app": IMAGE}, SINCE)
    assert outcome is not None
    assert outcome.verdict is Verdict.PENDING


def test_f62_one_old_failure_never_fails_a_service_that_scales_out() -> None:
    start = (replace(CRASH, stopped=SINCE + 45, code="TaskFailedToStart"),)
    scaling = judge_service(seen(stopped=start, desired=3, at=SINCE + 600), {"app": IMAGE}, SINCE)
    assert scaling is not None
    assert scaling.verdict is Verdict.PENDING
    assert judge_service(seen(stopped=start, at=SINCE + 50), {"app": IMAGE}, SINCE) is None


@pytest.mark.parametrize(
    ("every", "over"),
    [(1.0, 300.0), (140.0, 300.0), (200.0, 400.0), (360.0, 720.0), (3_000.0, 900.0)],
)
def test_dying_is_over_after_a_quiet_time_as_long_as_the_last_deaths_took(every: float, over: float) -> None:
    tasks = paced(3, every)
    since = tasks[0].stopped - 1
    steady = seen({"created": since}, stopped=tasks)
    last = tasks[-1].stopped
    pending = judge_service(replace(steady, at=last + over - 1), {"app": IMAGE}, since)
    assert pending is not None
    assert pending.verdict is Verdict.PENDING
    assert judge_service(replace(steady, at=last + over), {"app": IMAGE}, since) is None


def test_of_a_large_service_more_tasks_have_to_die() -> None:
    large = seen({"running": 100}, desired=100, running=100, tasks=(TASK,) * 100, at=SINCE + 410)
    assert judge_service(replace(large, stopped=dying(9)), {"app": IMAGE}, SINCE) is None
    assert judge_service(replace(large, stopped=dying(10)), {"app": IMAGE}, SINCE) is not None


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
        (tasks(DIGEST, OTHER), IntendedImage(IMAGE, DIGEST, floating=True), Verdict.INCONCLUSIVE),
        (tasks(DIGEST, DIGEST), IntendedImage(IMAGE, DIGEST, floating=True), Verdict.PASS),
        (tasks(DIGEST, DIGEST), IntendedImage(IMAGE, DIGEST, doubt="stayed behind"), Verdict.INCONCLUSIVE),
        (tasks(DIGEST, OTHER), IntendedImage(IMAGE, DIGEST, doubt="stayed behind"), Verdict.FAIL),
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


def test_twenty_of_many_digests_are_shown() -> None:
    digests = [f"sha256:{number:064x}" for number in range(25)]
    shown = seen_values(tasks(*digests), {}, {})["digests in tasks"].split(", ")
    assert shown == [f"app@{digest}" for digest in digests[:20]]


def test_tasks_of_an_older_task_definition_are_told_while_they_run() -> None:
    old, gone = replace(TASK, task_definition=OLD), replace(TASK, task_definition=OLD, status="STOPPING")
    older = "older tasks that still run"
    assert seen_values(seen(tasks=(TASK, old, old, gone)), {}, {})[older] == f"2 of {OLD.rpartition('/')[2]}"
    assert older not in seen_values(seen(tasks=(TASK, gone)), {}, {})
