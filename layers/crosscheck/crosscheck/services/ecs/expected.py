"""Whether a service runs the task definition that a check names: what proves that a service is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.ecs.deployments import MOVING, status_of
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.service import ServiceSnapshot

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient


def look_for(expected: str, seen: ServiceSnapshot, client: ECSClient) -> Outcome | None:
    """What speaks against it, None where the service runs it or says nothing of what it runs.

    ``expected`` is ``family:revision`` or an ARN.

    Raises:
        ClientError, BotoCoreError: ECS refused, or did not answer.
    """
    if not seen.task_definition or seen.status != "ACTIVE" or is_named(seen.task_definition, expected):
        return None
    rollout = seen.primary.rollout if seen.primary else ""
    # ECS takes a moment between the request to go back and the deployment that does
    moving = rollout == "IN_PROGRESS" or bool(seen.current and status_of(client, seen.current) in MOVING)
    return judge_other(expected, seen, moving=moving)


def is_named(task_definition: str, name: str) -> bool:
    """Whether ``name``, ``family:revision`` or an ARN, means that task definition, an ARN."""
    return name in {task_definition, revision(task_definition)}


def judge_other(expected: str, seen: ServiceSnapshot, *, moving: bool) -> Outcome:
    """What it means that the service runs another one."""
    now, wanted = revision(seen.task_definition), revision(expected)
    gave_up = any(each.rollout == "FAILED" and is_named(each.task_definition, expected) for each in seen.deployments)
    if gave_up:
        return Outcome(Verdict.FAIL, f"ECS rolled back to {now}: the deployment of {wanted} failed")
    if moving:
        return Outcome(Verdict.PENDING, f"{now} is in service still, not {wanted}: a rollout is in progress")
    return Outcome(Verdict.FAIL, f"the service runs {now}, not {wanted}")
