"""The images that the services of a deploy action run before a release: those of their task definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.images.reference import ImageReference, parse_reference
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.service import container_images, current_task_definition

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_ecs import ECSClient


PERMISSIONS = frozenset({"codedeploy:GetDeploymentGroup", "ecs:DescribeServices", "ecs:DescribeTaskDefinition"})


class NothingDeployedError(CrosscheckError):
    """What the action deploys to is not there, or runs nothing; the text says what to do."""


@dataclass(frozen=True)
class Deployed:
    """A service's task definition (``family:revision``) and the images that it names, those that can be read."""

    task_definition: str
    images: tuple[ImageReference, ...]


def services_of(client: CodeDeployClient, application: str, group: str) -> tuple[tuple[str, str], ...]:
    """The (cluster, service) pairs of a deployment group.

    Raises:
        NothingDeployedError: there is no such group, or it deploys to no ECS service.
        ClientError, BotoCoreError: CodeDeploy refused, or did not answer.
    """
    absent = client.exceptions.ApplicationDoesNotExistException, client.exceptions.DeploymentGroupDoesNotExistException
    try:
        answer = client.get_deployment_group(applicationName=application, deploymentGroupName=group)
    except absent:
        raise NothingDeployedError(_not_there(f"deployment group {application}/{group}")) from None
    listed = answer["deploymentGroupInfo"].get("ecsServices", [])
    pairs = tuple((each.get("clusterName", "default"), each["serviceName"]) for each in listed if "serviceName" in each)
    if not pairs:
        raise NothingDeployedError(f"deployment group {application}/{group} names no ECS service: add one to it")
    return pairs


def deployed(client: ECSClient, cluster: str, service: str) -> Deployed:
    """What a service runs.

    Raises:
        NothingDeployedError: there is no such service, or it has no task definition.
        ClientError, BotoCoreError: ECS refused, or did not answer.
    """
    try:
        found = client.describe_services(cluster=cluster, services=[service])["services"]
    except client.exceptions.ClusterNotFoundException:
        found = []
    active = [each for each in found if each["status"] == "ACTIVE"]
    if not active:
        raise NothingDeployedError(_not_there(f"service {service} in cluster {cluster}"))
    arn = current_task_definition(active[0])
    if not arn:
        raise NothingDeployedError(f"service {service} has no task definition yet, so nothing says where it pulls from")
    return Deployed(revision(arn), tuple(_readable(container_images(client, arn))))


def _not_there(what: str) -> str:
    return f"there is no {what}: its deploy action fails, unless this release itself creates it before"


def _readable(images: Mapping[str, str]) -> Iterable[ImageReference]:
    for text in images.values():
        try:
            yield parse_reference(text)
        except ConfigurationError:
            continue  # ECS will not pull it either, which is not this check's concern
