"""The ECS service behind a blue/green deployment: the task set that serves, and its tasks, as ECS has them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.images.reference import ImageReference
from crosscheck.services.codedeploy.deployments import GroupDeployment, Target
from crosscheck.services.ecs.rules import judge_service, revision
from crosscheck.services.ecs.service import ServiceSnapshot, read_service

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import TaskSetTypeDef


@dataclass(frozen=True)
class Serving:
    """The task set that serves. ``deployment`` is the CodeDeploy deployment that made it (ECS: externalId), empty for
    the one with which the service was created; ``tasks`` is the service as if it had no other task set."""

    id: str
    deployment: str
    tasks: ServiceSnapshot


def read_serving(client: ECSClient, target: Target) -> Serving | None:
    """The serving task set of a target, None where there is no such service or nothing serves.

    Raises:
        ClientError, BotoCoreError: ECS refused, or did not answer.
    """
    cluster, _, service = target.id.partition(":")  # ECS targets are named <cluster>:<service>
    seen = read_service(client, cluster, service)
    if seen is None:
        return None
    described = client.describe_services(cluster=cluster, services=[service])["services"]
    task_sets = described[0].get("taskSets", []) if described else []
    primary = next((each for each in task_sets if each.get("status") == "PRIMARY"), None)
    return _serving(primary, seen) if primary else None


def _serving(primary: TaskSetTypeDef, seen: ServiceSnapshot) -> Serving:
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


def judge_serving(
    serving: Serving, ours: GroupDeployment, targets: Sequence[Target], intended: Mapping[str, ImageReference]
) -> Outcome | None:
    """Whether the task set that serves is the deployment's, and runs; None where it does.

    A deployment succeeds only once all tasks of its task set were healthy, so that none at all means that they failed
    since. A rollback may give the traffic back to the task set of an older deployment.
    """
    seen = serving.tasks
    if seen.status != "ACTIVE":
        return Outcome(Verdict.FAIL, f"the service is {seen.status}")
    foreign = _foreign(serving, ours, {each for target in targets for each in target.task_sets})
    if foreign:
        return foreign
    outcome = judge_service(seen, intended, ours.created)
    if outcome and outcome.verdict is Verdict.PENDING and not seen.running:
        return Outcome(Verdict.FAIL, f"{outcome.reason} ({revision(seen.task_definition)}), though {ours.id} succeeded")
    return outcome


def _foreign(serving: Serving, ours: GroupDeployment, green: set[str]) -> Outcome | None:
    if serving.deployment == ours.id or (not serving.deployment and serving.id in green):
        return None
    if ours.undoes:
        gone = serving.deployment == ours.undoes
        told = f"the task set of {ours.undoes} still serves, which {ours.id} should have replaced"
        return Outcome(Verdict.FAIL, told) if gone else None
    runs = revision(serving.tasks.task_definition)
    if not serving.deployment:
        return Outcome(Verdict.INCONCLUSIVE, f"ECS does not say which deployment made the task set of {runs}")
    return Outcome(Verdict.FAIL, f"the task set that serves is of {serving.deployment} ({runs}), not of {ours.id}")
