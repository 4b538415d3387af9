"""The targets of deployments: instances, or an ECS service."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.codedeploy import views
from local.codedeploy.api.call import Call, Operation, named_page
from local.codedeploy.model import Deployment, Status
from local.codedeploy.schedule import progress_of
from local.codedeploy.state import Group

AT_ONCE = 25


def list_targets(call: Call, parameters: Parameters) -> Json:
    """Their ids, perhaps only those of some statuses."""
    _, deployment = _started(call, parameters["deploymentId"])
    filters = parameters.get("targetFilters", {})
    statuses = filters.get("TargetStatus")
    found = [
        target
        for target in deployment.schedule.targets
        if not statuses or progress_of(deployment.events(target, call.now)).value in statuses
    ]
    labels = filters.get("ServerInstanceLabel")  # instances of in-place deployments have none
    return named_page(found if not labels else [], parameters, "targetIds")


def batch_get_targets(call: Call, parameters: Parameters) -> Json:
    """What became of each."""
    group, deployment = _started(call, parameters["deploymentId"])
    wanted = parameters["targetIds"]
    if not wanted:
        raise ApiError("DeploymentTargetIdRequiredException", "At least one target id is required.")
    if len(wanted) > AT_ONCE:
        raise ApiError("DeploymentTargetListSizeExceededException", f"At most {AT_ONCE} targets at once")
    for target in wanted:
        if target not in deployment.schedule.targets:
            text = f"The deployment {deployment.id} has no target {target}"
            raise ApiError("DeploymentTargetDoesNotExistException", text)
    return {"deploymentTargets": [views.target(group, deployment, target, call.now) for target in wanted]}


def get_target(call: Call, parameters: Parameters) -> Json:
    """What became of one."""
    asked = {"deploymentId": parameters["deploymentId"], "targetIds": [parameters["targetId"]]}
    return {"deploymentTarget": batch_get_targets(call, asked)["deploymentTargets"][0]}


def _started(call: Call, deployment_id: str) -> tuple[Group, Deployment]:
    group, deployment = call.deployment(deployment_id)
    if deployment.status(call.now) is Status.CREATED:
        raise ApiError("DeploymentNotStartedException", f"The deployment {deployment_id} has not started")
    return group, deployment


OPERATIONS: Mapping[str, Operation] = {
    "ListDeploymentTargets": list_targets,
    "BatchGetDeploymentTargets": batch_get_targets,
    "GetDeploymentTarget": get_target,
}
