"""Deploy action ECS: a new task definition revision with the built images, and the wait for its deployment.

Like the real one it leaves the service with the new revision where the deployment fails, and is content once the
service is steady again, whatever the service is steady on: when the circuit breaker restored the old revision, the
action succeeds all the same.
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.actions.ecs_progress import Progress, judge
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import ActionError, FailureType
from local.console import ecs_service_url
from local.outcomes import Outcome

PROVIDER = "ECS"
KEY = ("Deploy", "AWS", PROVIDER)
DEFAULT_FILE = "imagedefinitions.json"
POLL_SECONDS = 15
# CodePipeline gives up on an ECS deployment after an hour.
TIMEOUT_SECONDS = 60 * 60

# What DescribeTaskDefinition adds to what RegisterTaskDefinition takes.
_DESCRIBED_ONLY = {
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
}


def _run(context: ActionContext) -> ActionResult:
    outcome = context.tools.outcomes.of(context.region, PROVIDER, context.configuration["ServiceName"])
    cluster, service = context.configuration["ClusterName"], context.configuration["ServiceName"]
    context.report(url=ecs_service_url(context.region, cluster, service))
    images = _images(context)
    task_definition = _register(context, _service(context)["taskDefinition"], images)
    deployment = _update(context, task_definition)
    context.report(external_id=deployment, summary=f"Deployment {deployment} is in progress")
    while outcome is Outcome.HANG:
        context.pause(POLL_SECONDS)
    _await_steady(context, task_definition)
    if outcome is Outcome.FAIL:  # and yet ECS is steady: it knew the revision as a good one
        raise ActionError(FailureType.JOB_FAILED, f"(service {service}) was unable to place a task.")
    return ActionResult(summary=f"Deployment {deployment} is completed")


def _images(context: ActionContext) -> Mapping[str, str]:
    """The image of each container, as the build wrote it."""
    name = context.configuration.get("FileName", DEFAULT_FILE)
    artifact = context.inputs[0]
    location = artifact.locations[context.region]
    files = context.files(artifact)
    if name not in files:
        raise ActionError(
            FailureType.JOB_FAILED,
            f"Did not find the image definition file {name} in the input artifacts ZIP file. Verify the file is stored "
            f"in your pipeline's Amazon S3 artifact bucket: {location.bucket} key: {location.key}",
        )
    try:
        return {entry["name"]: entry["imageUri"] for entry in json.loads(files[name])}
    except (ValueError, TypeError, KeyError):
        raise ActionError(
            FailureType.JOB_FAILED,
            f"Invalid image definition file {name}: it must be a JSON list of objects with name and imageUri.",
        ) from None


def _service(context: ActionContext) -> Mapping[str, Any]:
    cluster, name = context.configuration["ClusterName"], context.configuration["ServiceName"]
    try:
        described = context.client("ecs").describe_services(cluster=cluster, services=[name])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ClusterNotFoundException":
            raise
        raise _not_found(f"cluster {cluster}", context.region) from error
    active = [service for service in described["services"] if service["status"] == "ACTIVE"]
    if not active:
        raise _not_found(f"service {name} of cluster {cluster}", context.region)
    found: Mapping[str, Any] = active[0]
    return found


def _not_found(what: str, region: str) -> ActionError:
    return ActionError(FailureType.CONFIGURATION, f"The Amazon ECS {what} does not exist in {region}.")


def _register(context: ActionContext, current: str, images: Mapping[str, str]) -> str:
    described = context.client("ecs").describe_task_definition(taskDefinition=current, include=["TAGS"])
    definition = described["taskDefinition"]
    known = {container["name"] for container in definition["containerDefinitions"]}
    for name in images:
        if name not in known:
            raise ActionError(
                FailureType.JOB_FAILED,
                f"The container name {name} of the image definition file is not in the task definition {current}.",
            )
    revision = {key: value for key, value in definition.items() if key not in _DESCRIBED_ONLY}
    revision["containerDefinitions"] = [
        container | {"image": images.get(container["name"], container["image"])}
        for container in definition["containerDefinitions"]
    ]
    if described.get("tags"):
        revision["tags"] = described["tags"]
    registered = context.client("ecs").register_task_definition(**revision)
    return str(registered["taskDefinition"]["taskDefinitionArn"])


def _update(context: ActionContext, task_definition: str) -> str:
    service = context.client("ecs").update_service(
        cluster=context.configuration["ClusterName"],
        service=context.configuration["ServiceName"],
        taskDefinition=task_definition,
    )["service"]
    made = (each["id"] for each in service["deployments"] if each["taskDefinition"] == task_definition)
    return str(next(made, service["deployments"][0]["id"] if service["deployments"] else task_definition))


def _await_steady(context: ActionContext, task_definition: str) -> None:
    waited = 0
    while waited < TIMEOUT_SECONDS:
        context.pause(POLL_SECONDS)
        waited += POLL_SECONDS
        progress, reason = judge(_service(context), task_definition)
        if progress is Progress.STEADY:
            return
        if progress is Progress.FAILED:
            raise ActionError(FailureType.JOB_FAILED, reason)
    raise ActionError(
        FailureType.JOB_FAILED, "The Amazon ECS service did not become steady within 60 minutes: the action timed out."
    )


KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset({"ClusterName", "ServiceName"}),
    optional=frozenset({"FileName", "DeploymentTimeout"}),
    inputs=(1, 1),
    outputs=(0, 0),
    run=_run,
)
