"""Service deployments and service revisions, the record that ECS keeps of what was deployed and what it replaced."""

from collections.abc import Mapping
from typing import Any

from local.ecs.model import Deployment, History, Phase, Revision, phase, source
from local.ecs.names import ServiceName
from local.ecs.tasks import counts

FAILURE_THRESHOLD = 3


def _rollback(history: History, index: int) -> int | None:
    following = index + 1
    if following == len(history.deployments) or history.deployments[following].rollback is None:
        return None
    return following


def status(history: History, index: int, now: float) -> str:
    """The status of a service deployment."""
    state = phase(history, index, now)
    if state in (Phase.IN_PROGRESS, Phase.COMPLETED):
        return "SUCCESSFUL" if state is Phase.COMPLETED else "IN_PROGRESS"
    following = _rollback(history, index)
    if following is None:
        return "STOPPED"
    match phase(history, following, now):
        case Phase.COMPLETED:
            return "ROLLBACK_SUCCESSFUL"
        case Phase.IN_PROGRESS:
            return "ROLLBACK_IN_PROGRESS"
        case _:
            return "ROLLBACK_FAILED"


def _status_reason(history: History, index: int, now: float) -> str | None:
    shown, state = history.deployments[index], phase(history, index, now)
    if state is Phase.FAILED:
        ended = "stopped" if _rollback(history, index) is None else "rolled back"
        return f"Service deployment {ended} because the circuit breaker threshold was exceeded."
    if state is Phase.STOPPED and shown.stopped is not None:
        return "Service deployment was stopped on request."
    return "Service deployment was replaced by a newer one." if state is Phase.STOPPED else None


def _finished(history: History, index: int, now: float) -> float | None:
    following = _rollback(history, index)
    last = index if following is None else following
    ends = min(history.deployments[last].ends, history.displaced(last))
    if following is None and (stopped := history.deployments[index].stopped) is not None:
        ends = stopped
    return ends if ends <= now else None


def brief(name: ServiceName, history: History, index: int, now: float) -> dict[str, Any]:
    """A service deployment as ListServiceDeployments shows it."""
    shown = history.deployments[index]
    finished, reason = _finished(history, index, now), _status_reason(history, index, now)
    return {
        "serviceDeploymentArn": name.deployment(shown.id),
        "serviceArn": name.arn,
        "clusterArn": name.cluster_arn,
        "createdAt": shown.started,
        "startedAt": shown.started,
        "targetServiceRevisionArn": name.revision(shown.revision.id),
        "status": status(history, index, now),
        **({"finishedAt": finished} if finished is not None else {}),
        **({"statusReason": reason} if reason else {}),
    }


def full(name: ServiceName, history: History, index: int, now: float, base: Mapping[str, Any]) -> dict[str, Any]:
    """A service deployment as DescribeServiceDeployments shows it."""
    shown = history.deployments[index]
    sources = [before] if (before := source(history, index)) else []
    listed = brief(name, history, index, now)
    listed.pop("targetServiceRevisionArn")
    state, failed = phase(history, index, now), counts(history, index, now).failed
    described = listed | {
        "updatedAt": listed.get("finishedAt", now),
        "targetServiceRevision": _revision_counts(name, history, index, now),
        "sourceServiceRevisions": [
            _revision_counts(name, history, history.deployments.index(before), now) for before in sources
        ],
        "deploymentConfiguration": base.get("deploymentConfiguration", {}),
        "deploymentCircuitBreaker": {
            "status": {Phase.IN_PROGRESS: "MONITORING", Phase.FAILED: "TRIGGERED"}.get(state, "MONITORING_COMPLETE"),
            "failureCount": failed,
            "threshold": FAILURE_THRESHOLD,
        },
    }
    if shown.stopped is not None:
        described["stoppedAt"] = shown.stopped
    if (following := _rollback(history, index)) is not None:
        described["rollback"] = _rollback_view(name, history.deployments[following], listed)
    return described


def _rollback_view(name: ServiceName, rollback: Deployment, listed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "reason": listed.get("statusReason", ""),
        "startedAt": rollback.started,
        "serviceRevisionArn": name.revision(rollback.revision.id),
    }


def _revision_counts(name: ServiceName, history: History, index: int, now: float) -> dict[str, Any]:
    counted = counts(history, index, now)
    return {
        "arn": name.revision(history.deployments[index].revision.id),
        "requestedTaskCount": counted.desired,
        "runningTaskCount": counted.running,
        "pendingTaskCount": counted.pending,
    }


def revision(name: ServiceName, shown: Revision, base: Mapping[str, Any]) -> dict[str, Any]:
    """A service revision, with the digests that its images stood for."""
    return {
        "serviceRevisionArn": name.revision(shown.id),
        "serviceArn": name.arn,
        "clusterArn": name.cluster_arn,
        "taskDefinition": shown.task_definition,
        "createdAt": shown.created,
        "containerImages": [
            {
                "containerName": image.container,
                "image": image.image,
                **({"imageDigest": image.digest} if image.digest else {}),
            }
            for image in shown.images
        ],
        **{
            key: base[key]
            for key in ("launchType", "platformVersion", "networkConfiguration", "loadBalancers")
            if base.get(key)
        },
    }
