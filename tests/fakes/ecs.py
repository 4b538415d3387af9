"""A fake of ECS in one region: services, task definitions, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from tests.fakes.json_protocol import JsonService, RefusedError

ACCOUNT = "111122223333"
DESCRIBE_LIMIT = 100


class FakeEcs(JsonService):
    """Holds what a test puts into it, in the shapes of the API; ``region`` is part of every ARN."""

    service = "ecs"

    def __init__(self, region: str) -> None:
        super().__init__()
        self.region = region
        self.clusters: dict[str, dict[str, dict[str, Any]]] = {}
        self.definitions: dict[str, list[dict[str, Any]]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self._numbers = count()
        self.revisions: dict[str, dict[str, Any]] = {}
        self.history: dict[str, list[dict[str, Any]]] = {}

    def arn(self, kind: str, name: str) -> str:
        """An ARN of this region."""
        return f"arn:aws:ecs:{self.region}:{ACCOUNT}:{kind}/{name}"

    def define(self, revision: str, images: Mapping[str, str]) -> str:
        """Register ``family:revision`` with a container per image; its ARN."""
        arn = self.arn("task-definition", revision)
        self.definitions[arn] = [{"name": name, "image": image} for name, image in images.items()]
        return arn

    def serve(self, cluster: str, name: str, definition: str, *, desired: int = 2, **overrides: Any) -> dict[str, Any]:
        """A steady service on a task definition, without tasks; the stored document, to be changed at will."""
        service: dict[str, Any] = {
            "serviceName": name,
            "status": "ACTIVE",
            "desiredCount": desired,
            "runningCount": desired,
            "taskDefinition": definition,
            "deployments": [
                {
                    "id": "ecs-svc/1",
                    "status": "PRIMARY",
                    "taskDefinition": definition,
                    "desiredCount": desired,
                    "runningCount": desired,
                    "failedTasks": 0,
                    "rolloutState": "COMPLETED",
                    "rolloutStateReason": "ECS deployment ecs-svc/1 completed.",
                }
            ],
            **overrides,
        }
        self.clusters.setdefault(cluster, {})[name] = service
        return service

    def run(self, name: str, definition: str, digests: Mapping[str, str | None], **overrides: Any) -> dict[str, Any]:
        """A running task of a service, by container the digest that ECS reports."""
        arn = self.arn("task", f"{name}/{next(self._numbers):032x}")
        containers = [
            {"name": container, **({"imageDigest": digest} if digest else {})} for container, digest in digests.items()
        ]
        self.tasks[arn] = {
            "taskArn": arn,
            "group": f"service:{name}",
            "taskDefinitionArn": definition,
            "desiredStatus": "RUNNING",
            "lastStatus": "RUNNING",
            "containers": containers,
            **overrides,
        }
        return self.tasks[arn]

    def stop(self, name: str, definition: str, stopped: datetime, *, code: int = 1, **overrides: Any) -> dict[str, Any]:
        """A task that stopped because its container exited."""
        return self.run(
            name,
            definition,
            {},
            desiredStatus="STOPPED",
            lastStatus="STOPPED",
            stopCode="EssentialContainerExited",
            stoppedReason="Essential container in task exited",
            stoppedAt=stopped,
            **{"containers": [{"name": "app", "exitCode": code}], **overrides},
        )

    def remember(self, name: str, definition: str, created: datetime, digests: Mapping[str, str]) -> None:
        """A deployment in the history of a service, by container the digest to which ECS resolved the image."""
        number = len(self.revisions)
        revision = self.arn("service-revision", f"{name}/{number}")
        self.revisions[revision] = {
            "serviceRevisionArn": revision,
            "taskDefinition": definition,
            "containerImages": [{"containerName": each, "imageDigest": digest} for each, digest in digests.items()],
        }
        deployment = {"createdAt": created, "targetServiceRevisionArn": revision, "status": "SUCCESSFUL"}
        self.history.setdefault(name, []).insert(0, deployment)  # the newest comes first

    def list_service_deployments(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["service"] not in self._cluster(body):
            raise RefusedError("ServiceNotFoundException")
        after = body.get("createdAt", {}).get("after", 0)
        found = [each for each in self.history.get(body["service"], []) if each["createdAt"].timestamp() >= after]
        start, size = int(body.get("nextToken", "0")), body.get("maxResults", 20)
        more = {"nextToken": str(start + size)} if start + size < len(found) else {}
        return {"serviceDeployments": found[start : start + size], **more}

    def describe_service_revisions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"serviceRevisions": [self.revisions[arn] for arn in body["serviceRevisionArns"]], "failures": []}

    def describe_services(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        services = self._cluster(body)
        found = [services[name] for name in body["services"] if name in services]
        missing = [name for name in body["services"] if name not in services]
        return {"services": found, "failures": [{"arn": self.arn("service", n), "reason": "MISSING"} for n in missing]}

    def describe_task_definition(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        named = body["taskDefinition"]
        arn = named if named.startswith("arn:") else self.arn("task-definition", named)
        if arn not in self.definitions:
            raise RefusedError("ClientException", "Unable to describe task definition.")
        return {"taskDefinition": {"taskDefinitionArn": arn, "containerDefinitions": self.definitions[arn]}}

    def list_tasks(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["serviceName"] not in self._cluster(body):
            raise RefusedError("ServiceNotFoundException")
        wanted = (f"service:{body['serviceName']}", body.get("desiredStatus", "RUNNING"))
        arns = [arn for arn, task in self.tasks.items() if (task["group"], task["desiredStatus"]) == wanted]
        start = int(body.get("nextToken", "0"))
        size = body.get("maxResults", DESCRIBE_LIMIT)
        more = {"nextToken": str(start + size)} if start + size < len(arns) else {}
        return {"taskArns": arns[start : start + size], **more}

    def describe_tasks(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if not 0 < len(body["tasks"]) <= DESCRIBE_LIMIT:
            raise RefusedError("InvalidParameterException", "Tasks must be 1 to 100.")
        return {"tasks": [self.tasks[arn] for arn in body["tasks"]], "failures": []}

    def _cluster(self, body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        name = body.get("cluster", "default")
        if name not in self.clusters:
            raise RefusedError("ClusterNotFoundException", "Cluster not found.")
        return self.clusters[name]
