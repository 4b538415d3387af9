"""Deployments."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.codedeploy import views
from local.codedeploy.api.call import Call, Operation, named_page
from local.codedeploy.model import Deployment

BATCH = 25


def create_deployment(call: Call, parameters: Parameters) -> Json:
    """Begin a deployment."""
    return {"deploymentId": call.deployer.create(call.group(parameters), parameters)}


def get_deployment(call: Call, parameters: Parameters) -> Json:
    """One deployment."""
    group, deployment = call.deployment(parameters["deploymentId"])
    return {"deploymentInfo": views.deployment(group, deployment, call.now)}


def batch_get_deployments(call: Call, parameters: Parameters) -> Json:
    """Those of the deployments that exist."""
    wanted = parameters["deploymentIds"]
    if len(wanted) > BATCH:
        raise ApiError("BatchLimitExceededException", f"At most {BATCH} deployments can be asked for at once")
    found = []
    for group in list(call.deployer.state.groups(call.scope)):
        call.deployer.look(group)
        found += [views.deployment(group, each, call.now) for each in group.history if each.id in wanted]
    return {"deploymentsInfo": found}


def list_deployments(call: Call, parameters: Parameters) -> Json:
    """The newest first, of one group or of all of them."""
    named = {"applicationName", "deploymentGroupName"} & parameters.keys()
    if named == {"applicationName"}:
        raise ApiError("DeploymentGroupNameRequiredException", "deploymentGroupName is required.")
    if named == {"deploymentGroupName"}:
        raise ApiError("ApplicationNameRequiredException", "applicationName is required.")
    groups = [call.group(parameters)] if named else list(call.deployer.state.groups(call.scope))
    for group in groups:
        call.deployer.look(group)
    all_of_them = [deployment for group in groups for deployment in group.history]
    kept = [each for each in all_of_them if _wanted(each, parameters, call.now)]
    kept.sort(key=lambda deployment: deployment.created, reverse=True)
    return named_page([deployment.id for deployment in kept], parameters, "deployments")


def _wanted(deployment: Deployment, parameters: Parameters, now: float) -> bool:
    statuses, span = parameters.get("includeOnlyStatuses"), parameters.get("createTimeRange", {})
    if span.get("start", 0.0) > span.get("end", now):
        raise ApiError("InvalidTimeRangeException", "The start time must be earlier than the end time.")
    in_time = span.get("start", 0.0) <= deployment.created <= span.get("end", now)
    return in_time and (not statuses or deployment.status(now).value in statuses) and "externalId" not in parameters


def stop_deployment(call: Call, parameters: Parameters) -> Json:
    """Stop a deployment; without autoRollbackEnabled the group's own settings decide what follows."""
    group, deployment = call.deployment(parameters["deploymentId"])
    call.deployer.stop(group, deployment, parameters.get("autoRollbackEnabled"))
    return {"status": "Succeeded", "statusMessage": "The deployment was stopped."}


OPERATIONS: Mapping[str, Operation] = {
    "CreateDeployment": create_deployment,
    "GetDeployment": get_deployment,
    "BatchGetDeployments": batch_get_deployments,
    "ListDeployments": list_deployments,
    "StopDeployment": stop_deployment,
}
