"""The emulator's ECS, which keeps clusters, task definitions and what a service was asked to be."""

import json
from typing import Any

from local.clients import Aws

DESCRIBED_AT_ONCE = 10  # services per DescribeServices


class EmulatedEcs:
    """Answers the layer's own questions."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def containers(self, region: str, task_definition: str) -> tuple[str, dict[str, str]]:
        """The ARN of a task definition, and the image of each of its containers."""
        found = self._ecs(region).describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        images = {container["name"]: container["image"] for container in found["containerDefinitions"]}
        return found["taskDefinitionArn"], images

    def is_active(self, region: str, task_definition: str) -> bool:
        """Whether a task definition is registered still."""
        found = self._ecs(region).describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        return bool(found.get("status", "ACTIVE") == "ACTIVE")

    def clusters(self, region: str) -> list[str]:
        """The ARNs of a region's clusters."""
        return self._all(region, "list_clusters", "clusterArns")

    def services(self, region: str, cluster: str) -> list[dict[str, Any]]:
        """The active services of a cluster."""
        arns = self._all(region, "list_services", "serviceArns", cluster=cluster)
        parts = [arns[start : start + DESCRIBED_AT_ONCE] for start in range(0, len(arns), DESCRIBED_AT_ONCE)]
        return [service for part in parts for service in self.described(region, cluster, part)]

    def described(self, region: str, cluster: str, services: list[str]) -> list[dict[str, Any]]:
        """Those of the services that are active, as ECS writes them: times are numbers."""
        answer = self._ecs(region).describe_services(cluster=cluster, services=services)
        plain = json.loads(json.dumps(answer["services"], default=lambda time: time.timestamp()))
        return [service for service in plain if service["status"] == "ACTIVE"]

    def lone_tasks(self, region: str, cluster: str, arns: list[str]) -> list[str]:
        """Those of the tasks that belong to no service; services' tasks are this layer's."""
        if not arns:
            return []
        found = self._ecs(region).describe_tasks(cluster=cluster, tasks=arns)["tasks"]
        return [task["taskArn"] for task in found if not task.get("group", "").startswith("service:")]

    def _ecs(self, region: str) -> Any:
        return self._aws.client("ecs", region)

    def _all(self, region: str, operation: str, key: str, **parameters: str) -> list[str]:
        pages = self._ecs(region).get_paginator(operation).paginate(**parameters)
        return [arn for page in pages for arn in page[key]]
