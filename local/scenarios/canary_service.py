"""Release A: an ECS service in three regions, the primary first, each proven before the next ones start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from local.scenarios.ecs_service import BUILD_PERMISSIONS, EcsService, push_image, wait_until_steady
from local.scenarios.scenario import Scenario

REPOSITORY = "my-org/my-service"
SERVICE = "my-service"
AUTHOR = "release-bot"
SERVICES = (
    EcsService("us-east-1", "production-us", SERVICE),
    EcsService("eu-west-1", "production-eu", SERVICE),
    EcsService("ap-southeast-1", "production-ap", SERVICE),
)


class CanaryService(Scenario):
    """``<web>/<region>/my-service`` answers as that region's service does. The stores are the account's own.

    Its tag lets Crosscheck take back the regions that failed, whatever the stack's RollbackMode suggests.
    """

    pipeline = "multi-region-service"
    repository = REPOSITORY
    definition_file = "canary_service.json"
    regions = tuple(service.region for service in SERVICES)
    permissions = (
        *BUILD_PERMISSIONS,
        "codestar-connections:UseConnection",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
        "ecs:RegisterTaskDefinition",
        "ecs:TagResource",
        "ecs:UpdateService",
        "iam:PassRole",
    )
    tags: ClassVar[Mapping[str, str]] = {"crosscheck:rollback": "auto"}

    @property
    def stores(self) -> dict[str, Any]:
        """Those that the stack makes for the account's regions."""
        found: dict[str, Any] = json.loads(self.account.outputs["ArtifactStores"])
        return found

    def substitutions(self) -> dict[str, str]:
        """The connection to the repository, and the gate."""
        connection = f"arn:aws:codestar-connections:{self.home}:{self.account.account_id}:connection/my-connection"
        return {"connection": connection, "gate": self.account.outputs["GateFunctionName"]}

    def prepare(self) -> None:
        """Create the services, and the role that the pipeline runs under."""
        aws = self.account.aws
        image = push_image(aws, self.account.account_id, self.home, SERVICE, "initial")
        for service in SERVICES:
            service.create(aws, image)
        for service in SERVICES:
            wait_until_steady(aws.client("ecs", service.region), service.cluster, service.name)
        self.create_pipeline_role()

    def create_pipeline(self) -> str:
        """Create the pipeline of a repository that has a first commit."""
        self.account.codepipeline.push(self.repository, "main", "Serve the product list", AUTHOR)
        return super().create_pipeline()

    def push(self, message: str) -> str:
        """Push a commit, which starts a release; the execution's id."""
        return self.account.codepipeline.push(self.repository, "main", message, AUTHOR)[0]
