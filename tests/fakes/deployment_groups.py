"""A fake of CodeDeploy's deployment groups in one region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.json_protocol import JsonService, RefusedError


class FakeDeploymentGroups(JsonService):
    """The ECS services of each group, by application and group."""

    service = "codedeploy"

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[str, dict[str, list[tuple[str, str]]]] = {}

    def get_deployment_group(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        application, group = body["applicationName"], body["deploymentGroupName"]
        if application not in self.groups:
            raise RefusedError("ApplicationDoesNotExistException")
        if group not in self.groups[application]:
            raise RefusedError("DeploymentGroupDoesNotExistException")
        services = [{"clusterName": cluster, "serviceName": name} for cluster, name in self.groups[application][group]]
        info = {"applicationName": application, "deploymentGroupName": group}
        return {"deploymentGroupInfo": info | ({"ecsServices": services} if services else {})}
