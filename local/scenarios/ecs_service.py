"""What an ECS service needs before a pipeline can deploy to it: an image, a cluster, a task definition, a service."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.polling import poll

if TYPE_CHECKING:
    from local.clients import Aws

# What a pipeline's role needs to start a build; the project's own role pushes the image.
BUILD_PERMISSIONS = ("codebuild:BatchGetBuilds", "codebuild:BatchGetProjects", "codebuild:StartBuild")
STEADY_SECONDS = 240
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@dataclass(frozen=True)
class EcsService:
    """A service of one container, which is called as the service is."""

    region: str
    cluster: str
    name: str
    desired: int = 2

    def create(self, aws: Aws, image: str) -> None:
        """Create the cluster and the service, running the image."""
        ecs = aws.client("ecs", self.region)
        ecs.create_cluster(clusterName=self.cluster)
        container = {"name": self.name, "image": image, "essential": True, "memory": 128}
        ecs.register_task_definition(family=self.name, containerDefinitions=[container])
        ecs.create_service(
            cluster=self.cluster, serviceName=self.name, taskDefinition=self.name, desiredCount=self.desired
        )


def wait_until_steady(ecs: Any, cluster: str, service: str) -> None:
    """Wait for the end of a service's first deployment: what is deployed before it has nothing to go back to.

    boto3's waiter ``services_stable`` counts tasks, which run before their deployment is completed.

    Raises:
        TimeoutError: it did not end in time.
    """

    def steady() -> bool:
        (found,) = ecs.describe_services(cluster=cluster, services=[service])["services"]
        return [deployment["rolloutState"] for deployment in found["deployments"]] == ["COMPLETED"]

    if not poll(steady, STEADY_SECONDS):
        raise TimeoutError(f"the first deployment of {service} did not end within {STEADY_SECONDS} s")


def push_image(aws: Aws, account_id: str, region: str, repository: str, tag: str) -> str:
    """Push an image whose content is its name; its reference."""
    ecr = aws.client("ecr", region)
    _ensure_repository(ecr, repository)
    ecr.put_image(
        repositoryName=repository,
        imageManifest=json.dumps(_manifest(f"{repository}:{tag}")),
        imageManifestMediaType=MANIFEST,
        imageTag=tag,
    )
    return f"{account_id}.dkr.ecr.{region}.amazonaws.com/{repository}:{tag}"


def _ensure_repository(ecr: Any, repository: str) -> None:
    try:
        ecr.create_repository(repositoryName=repository)
    except ecr.exceptions.RepositoryAlreadyExistsException:
        return


def _manifest(content: str) -> dict[str, Any]:
    def blob(kind: str, media_type: str) -> dict[str, Any]:
        digest = hashlib.sha256(f"{kind} of {content}".encode()).hexdigest()
        return {"mediaType": media_type, "size": len(content), "digest": f"sha256:{digest}"}

    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": blob("config", "application/vnd.docker.container.image.v1+json"),
        "layers": [blob("layer", "application/vnd.docker.image.rootfs.diff.tar.gzip")],
    }
