"""Deployment groups."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.codedeploy import fleet, task_sets, views
from local.codedeploy.api.call import Call, Operation, named_page
from local.codedeploy.deployer import require_config
from local.codedeploy.model import Tasks
from local.codedeploy.state import Group, Platform

_DEFAULT_CONFIG = {Platform.SERVER: fleet.DEFAULT_CONFIG, Platform.ECS: task_sets.DEFAULT_CONFIG}
_IDENTITY = {"applicationName", "deploymentGroupName", "currentDeploymentGroupName", "newDeploymentGroupName"}
CONTROLLER = "CODE_DEPLOY"


def create_group(call: Call, parameters: Parameters) -> Json:
    """A group that was not there."""
    application, name = call.application(parameters), parameters["deploymentGroupName"]
    if name in application.groups:
        raise ApiError("DeploymentGroupAlreadyExistsException", f"Deployment Group already exists: {name}")
    settings = _settings(parameters)
    settings.setdefault("deploymentConfigName", _DEFAULT_CONFIG[application.platform])
    _check(application.platform, settings)
    group = Group(call.scope, application.name, name, application.platform, settings, call.now)
    group.original = _original(call, group)
    application.groups[name] = group
    return {"deploymentGroupId": group.id}


def get_group(call: Call, parameters: Parameters) -> Json:
    """One group with its last deployments."""
    return {"deploymentGroupInfo": views.group(call.group(parameters), call.now)}


def update_group(call: Call, parameters: Parameters) -> Json:
    """The members that are given replace the old ones."""
    application = call.application(parameters)
    group = call.group({**parameters, "deploymentGroupName": parameters["currentDeploymentGroupName"]})
    settings = group.settings | _settings(parameters)
    _check(application.platform, settings)
    renamed = parameters.get("newDeploymentGroupName", group.name)
    if renamed != group.name and renamed in application.groups:
        raise ApiError("DeploymentGroupAlreadyExistsException", f"Deployment Group already exists: {renamed}")
    application.groups[renamed] = application.groups.pop(group.name)
    group.name, group.settings = renamed, settings
    return {"hooksNotCleanedUp": []}


def list_groups(call: Call, parameters: Parameters) -> Json:
    """Their names."""
    application = call.application(parameters)
    listed = named_page(list(application.groups), parameters, "deploymentGroups")
    return {"applicationName": application.name, **listed}


def delete_group(call: Call, parameters: Parameters) -> Json:
    """A group that does not exist is as good as deleted."""
    application = call.applications.get(parameters["applicationName"])
    if application is not None:
        application.groups.pop(parameters["deploymentGroupName"], None)
    return {"hooksNotCleanedUp": []}


def _settings(parameters: Parameters) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name not in _IDENTITY}


def _check(platform: Platform, settings: Mapping[str, Any]) -> None:
    require_config(platform, settings["deploymentConfigName"])
    rollback = settings.get("autoRollbackConfiguration", {})
    if rollback.get("enabled") and not rollback.get("events"):
        raise ApiError("InvalidAutoRollbackConfigException", "Events must be specified if auto rollback is enabled")
    if platform is Platform.ECS:
        _check_ecs(settings)
    elif settings.get("ecsServices"):
        raise ApiError("InvalidInputException", "ECS services are for applications of the compute platform ECS")


def _check_ecs(settings: Mapping[str, Any]) -> None:
    services = settings.get("ecsServices", [])
    if len(services) != 1 or not {"clusterName", "serviceName"} <= services[0].keys():
        raise ApiError("InvalidECSServiceException", "The ECS compute platform needs one ECS service with its cluster")
    if "blueGreenDeploymentConfiguration" not in settings:
        raise ApiError(
            "InvalidBlueGreenDeploymentConfigurationException",
            "The ECS compute platform needs a blueGreenDeploymentConfiguration",
        )
    if not settings.get("loadBalancerInfo", {}).get("targetGroupPairInfoList"):
        raise ApiError("InvalidLoadBalancerInfoException", "The ECS compute platform needs a target group pair")
    if settings.get("deploymentStyle", views.STYLES[Platform.ECS]) != views.STYLES[Platform.ECS]:
        raise ApiError("InvalidDeploymentStyleException", "ECS deployments are BLUE_GREEN and WITH_TRAFFIC_CONTROL")


def _original(call: Call, group: Group) -> Tasks | None:
    """What the ECS service runs before CodeDeploy's first deployment."""
    if group.platform is Platform.SERVER:
        return None
    named, revisions = group.settings["ecsServices"][0], call.deployer.revisions
    try:
        service = revisions.service(call.scope.region, named["clusterName"], named["serviceName"])
    except ClientError as error:
        raise ApiError("InvalidECSServiceException", error.response["Error"]["Message"]) from error
    if service is None or service.get("deploymentController", {}).get("type") != CONTROLLER:
        raise ApiError(
            "InvalidECSServiceException",
            f"Deployment group's ECS service {named['serviceName']} must exist with the deployment controller "
            f"{CONTROLLER}",
        )
    return revisions.described(call.scope.region, service["taskDefinition"], service["desiredCount"])


OPERATIONS: Mapping[str, Operation] = {
    "CreateDeploymentGroup": create_group,
    "GetDeploymentGroup": get_group,
    "UpdateDeploymentGroup": update_group,
    "ListDeploymentGroups": list_groups,
    "DeleteDeploymentGroup": delete_group,
}
