"""A service, its deployments and its tasks as ECS's API describes them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.ecs.model import History, Phase, asked_for, phase, source
from local.ecs.names import ServiceName
from local.ecs.tasks import Task, counts, tasks
from local.outcomes import Outcome

FAILED_VISIBLE = 300.0  # of AWS's seconds: ECS lists a failed deployment for some minutes after its rollback
EVENTS_SHOWN = 100

REASONS = {
    Phase.IN_PROGRESS: "ECS deployment {id} in progress.",
    Phase.COMPLETED: "ECS deployment {id} completed.",
    Phase.FAILED: "ECS deployment circuit breaker: tasks failed to start.",
    Phase.STOPPED: "ECS deployment {id} was stopped.",
}


def service(name: ServiceName, history: History, now: float, base: Mapping[str, Any]) -> dict[str, Any]:
    """The emulator's description of a service, with what this layer knows better."""
    listed = [(index, deployment(history, index, now, base)) for index in _listed(history, now)]
    described = [entry for _, entry in listed]
    return {
        **base,
        "taskDefinition": history.current.revision.task_definition,
        "desiredCount": history.desired,
        "runningCount": sum(entry["runningCount"] for entry in described),
        "pendingCount": sum(entry["pendingCount"] for entry in described),
        "deployments": described,
        "currentServiceDeployment": name.deployment(history.deployments[asked_for(history)[0]].id),
        "currentServiceRevisions": [
            {
                "arn": name.revision(history.deployments[index].revision.id),
                "requestedTaskCount": entry["desiredCount"],
                "runningTaskCount": entry["runningCount"],
                "pendingTaskCount": entry["pendingCount"],
            }
            for index, entry in listed
        ],
        "events": events(name, history, now),
    }


def deployment(history: History, index: int, now: float, base: Mapping[str, Any]) -> dict[str, Any]:
    """One entry of a service's ``deployments``."""
    shown, state = history.deployments[index], phase(history, index, now)
    counted = counts(history, index, now)
    reason = _rollback_reason(history, index) or REASONS[state].format(id=shown.id)
    return {
        "id": shown.id,
        "status": "PRIMARY" if index == len(history.deployments) - 1 else "ACTIVE",
        "taskDefinition": shown.revision.task_definition,
        "desiredCount": counted.desired,
        "runningCount": counted.running,
        "pendingCount": counted.pending,
        "failedTasks": counted.failed,
        "createdAt": shown.started,
        "updatedAt": min(now, max(shown.started, shown.ends)),
        "rolloutState": "FAILED" if state is Phase.STOPPED else state.value,
        "rolloutStateReason": reason,
        **{key: base[key] for key in ("launchType", "networkConfiguration") if base.get(key)},
    }


def _rollback_reason(history: History, index: int) -> str | None:
    rollback = history.deployments[index].rollback
    if rollback is None:
        return None
    on_request = history.deployments[index - 1].stopped is not None
    cause = "ECS deployment stopped" if on_request else "ECS deployment circuit breaker"
    return f"{cause}: rolling back to deploymentId {rollback.to}."


def task(name: ServiceName, shown: Task, base: Mapping[str, Any]) -> dict[str, Any]:
    """A task of a service."""
    arn = name.task(shown.id)
    described = {
        "taskArn": arn,
        "clusterArn": name.cluster_arn,
        "taskDefinitionArn": shown.deployment.revision.task_definition,
        "group": f"service:{name.service}",
        "startedBy": shown.deployment.id,
        "lastStatus": shown.status,
        "desiredStatus": "STOPPED" if shown.stop else "RUNNING",
        "healthStatus": "HEALTHY" if shown.status == "RUNNING" else "UNKNOWN",
        "createdAt": shown.created,
        "containers": _containers(name, shown),
        "attachments": [],
        "tags": [],
        "version": 1,
        **({"launchType": base["launchType"]} if base.get("launchType") else {}),
        **({"startedAt": shown.running} if shown.running is not None else {}),
    }
    if shown.stop:
        described |= {
            "stopCode": shown.stop.code,
            "stoppedReason": shown.stop.reason,
            "stoppingAt": shown.stop.at,
            "stoppedAt": shown.stop.at,
        }
    return described


def _containers(name: ServiceName, shown: Task) -> list[dict[str, Any]]:
    stop = shown.stop
    return [
        {
            "containerArn": f"{name.task(shown.id).replace(':task/', ':container/')}/{image.container}",
            "taskArn": name.task(shown.id),
            "name": image.container,
            "image": image.image,
            "lastStatus": shown.status,
            "healthStatus": "UNKNOWN",
            **({"imageDigest": image.digest} if image.digest else {}),
            **({"exitCode": stop.exit_code} if stop and stop.exit_code is not None else {}),
            **({"reason": stop.reason} if stop and stop.code == "TaskFailedToStart" else {}),
        }
        for image in shown.deployment.revision.images
    ]


def _listed(history: History, now: float) -> Sequence[int]:
    """Which deployments ECS lists, newest first: the primary, those with tasks left, and those that failed lately."""
    last = len(history.deployments) - 1
    before = [
        index for index in range(last) if counts(history, index, now).desired or _failed_lately(history, index, now)
    ]
    return [last, *reversed(before)]


def _failed_lately(history: History, index: int, now: float) -> bool:
    shown = history.deployments[index]
    if phase(history, index, now) is not Phase.FAILED:
        return False
    return now - shown.ends <= FAILED_VISIBLE * shown.pace


def events(name: ServiceName, history: History, now: float) -> list[dict[str, Any]]:
    """The service's event messages in ECS's words, newest first."""
    messages = [
        message for index in range(len(history.deployments)) for message in _messages(name, history, index, now)
    ]
    messages.sort(key=lambda message: message[0])
    return [
        {"id": hashlib.sha256(f"{at} {text}".encode()).hexdigest()[:32], "createdAt": at, "message": text}
        for at, text in messages[: -EVENTS_SHOWN - 1 : -1]
    ]


def _messages(name: ServiceName, history: History, index: int, now: float) -> Iterator[tuple[float, str]]:
    shown, state = history.deployments[index], phase(history, index, now)
    who = f"(service {name.service})"
    started = [entry for entry in tasks(history, index, now) if entry.created == shown.begins]
    if started:
        ids = " ".join(f"(task {entry.id})." for entry in started)
        yield shown.begins, f"{who} has started {len(started)} tasks: {ids}"
    if counts(history, index, now).failed:
        first = shown.ends if shown.ending is Outcome.UNHEALTHY else shown.begins
        yield first, f"{who} is unable to consistently start tasks successfully."
    if state is Phase.COMPLETED:
        yield shown.ends, f"{who} (deployment {shown.id}) deployment completed."
        yield shown.ends, f"{who} has reached a steady state."
    if state is Phase.FAILED:
        yield shown.ends, f"{who} (deployment {shown.id}) deployment failed: tasks failed to start."
        if to := source(history, index):
            yield shown.ends, f"{who} rolling back to deployment {to.id}."
