"""What a revision holds: the bundle of an EC2 deployment, the AppSpec of an ECS one."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from botocore.exceptions import ClientError

from local.clients import Aws
from local.codedeploy.model import Problem, Tasks, Wire
from local.codedeploy.task_sets import FAILS_AFTER
from local.codepipeline import zips
from local.outcomes import Outcome

APPSPEC_FILES = ("appspec.yml", "appspec.yaml")
TOO_MANY_FAILED = (
    "The overall deployment failed because too many individual instances failed deployment, too few healthy instances "
    "are available for deployment, or some instances in your deployment group are experiencing problems."
)
NEVER_HEALTHY = "The deployment timed out while waiting for the replacement task set to become healthy."


class InvalidAppSpecError(ValueError):
    """The text says what is wrong with the AppSpec."""


@dataclass(frozen=True)
class AppSpec:
    """The one target of an ECS AppSpec."""

    task_definition: str
    container: str
    port: int


def parse_appspec(text: str) -> AppSpec:
    """Read an ECS AppSpec, YAML or JSON.

    Raises:
        InvalidAppSpecError: it is none.
    """
    try:
        read = yaml.safe_load(text)
        (resource,) = read["Resources"]
        properties = resource["TargetService"]["Properties"]
        balancer = properties["LoadBalancerInfo"]
        return AppSpec(
            str(properties["TaskDefinition"]), str(balancer["ContainerName"]), int(balancer["ContainerPort"])
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidAppSpecError(f"The AppSpec file is not valid: {error}") from error


@dataclass(frozen=True)
class Revisions:
    """Looks at revisions as the service and its agents do, with rights of their own."""

    aws: Aws

    def bundle_problem(self, region: str, revision: Wire) -> Problem | None:
        """Why the agents cannot install a bundle; None if they can."""
        try:
            files = zips.unpack(self._object(region, revision["s3Location"]))
        except ClientError as error:
            return Problem("HEALTH_CONSTRAINTS", TOO_MANY_FAILED, error.response["Error"]["Message"])
        except zipfile.BadZipFile:
            return Problem("HEALTH_CONSTRAINTS", TOO_MANY_FAILED, "The revision is not a zip archive")
        if files.keys().isdisjoint(APPSPEC_FILES):
            text = (
                'The CodeDeploy agent did not find an AppSpec file within the unpacked revision directory "appspec.yml"'
            )
            return Problem("HEALTH_CONSTRAINTS", TOO_MANY_FAILED, text)
        return None

    def tasks(self, region: str, revision: Wire, service: Mapping[str, Any]) -> Tasks | Problem:
        """What an ECS deployment shall run, or why that cannot be."""
        try:
            spec = parse_appspec(self._appspec(region, revision))
            return self.described(region, spec.task_definition, service["desiredCount"])
        except InvalidAppSpecError as error:
            return Problem("INVALID_REVISION", str(error), str(error))
        except ClientError as error:
            text = error.response["Error"]["Message"]
            return Problem("REVISION_MISSING", text, text)

    def described(self, region: str, task_definition: str, desired: int) -> Tasks:
        """What a task definition runs.

        Raises:
            ClientError: ECS does not have it.
        """
        ecs = self.aws.client("ecs", region)
        found = ecs.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        images = tuple(container["image"] for container in found["containerDefinitions"])
        return Tasks(found["taskDefinitionArn"], images, desired)

    def service(self, region: str, cluster: str, name: str) -> Mapping[str, Any] | None:
        """An active ECS service; None if there is none of that name."""
        try:
            found = self.aws.client("ecs", region).describe_services(cluster=cluster, services=[name])["services"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ClusterNotFoundException":
                raise
            return None
        return next((service for service in found if service["status"] == "ACTIVE"), None)

    def _appspec(self, region: str, revision: Wire) -> str:
        if revision["revisionType"] == "S3":
            return self._object(region, revision["s3Location"]).decode("utf-8", "replace")
        kind = "appSpecContent" if revision["revisionType"] == "AppSpecContent" else "string"
        return str(revision[kind]["content"])

    def _object(self, region: str, location: Wire) -> bytes:
        version = {"VersionId": location["version"]} if "version" in location else {}
        answer = self.aws.client("s3", region).get_object(Bucket=location["bucket"], Key=location["key"], **version)
        body: bytes = answer["Body"].read()
        return body


def outcome_problem(outcome: Outcome, ecs: bool) -> Problem | None:
    """Why a deployment of that outcome fails; None if it does not."""
    if outcome not in {Outcome.FAIL, Outcome.ROLLED_BACK}:
        return None
    if ecs:
        return Problem("TIMEOUT", NEVER_HEALTHY, f"No healthy replacement task set within {FAILS_AFTER:g} s")
    return Problem("HEALTH_CONSTRAINTS", TOO_MANY_FAILED, "Script at specified location: scripts/validate failed")
