"""Deployments, their targets and their groups as CodeDeploy's API describes them."""

from collections.abc import Mapping
from typing import Any

from local.aws_json.operations import present
from local.codedeploy.model import Deployment, Status, finite, last_good, undone_by
from local.codedeploy.schedule import Event, Progress, progress_of
from local.codedeploy.state import SPECIFIED, Application, Group, Platform
from local.codedeploy.task_sets import TaskSet, task_sets
from local.regions import partition_of

Wire = dict[str, Any]

STYLES = {
    Platform.SERVER: {"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"},
    Platform.ECS: {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
}
_OVERVIEW = (*(progress.value for progress in Progress), "Ready")
_FROM_REQUEST = ("description", "ignoreApplicationStopFailures", "updateOutdatedInstancesOnly", "fileExistsBehavior")
_FROM_GROUP = ("autoRollbackConfiguration", "blueGreenDeploymentConfiguration", "loadBalancerInfo")
STOPPED = {"code": "MANUAL_STOP", "message": "The deployment was stopped by a user."}


def application(shown: Application) -> Wire:
    """ApplicationInfo."""
    return {
        "applicationId": shown.id,
        "applicationName": shown.name,
        "createTime": shown.created,
        "linkedToGitHub": False,
        "computePlatform": shown.platform.value,
    }


def deployment(group: Group, shown: Deployment, now: float) -> Wire:
    """DeploymentInfo."""
    request = dict(shown.request or {})
    ended = not shown.active(now)
    return present(
        applicationName=group.application,
        deploymentGroupName=group.name,
        deploymentConfigName=shown.config,
        deploymentId=shown.id,
        previousRevision=without_content(shown.previous),
        revision=without_content(shown.revision),
        status=shown.status(now).value,
        errorInformation=_error(shown, now),
        createTime=shown.created,
        startTime=shown.starts if now >= shown.starts and shown.ends >= shown.starts else None,
        completeTime=shown.ends if ended else None,
        deploymentOverview=_overview(shown, now),
        creator=shown.creator.value,
        rollbackInfo=_rollback(group, shown),
        deploymentStyle=group.settings.get("deploymentStyle", STYLES[group.platform]),
        instanceTerminationWaitTimeStarted=_waits(shown, now),
        computePlatform=group.platform.value,
        **{name: group.settings.get(name) for name in _FROM_GROUP if name not in request},
        **{name: request.get(name) for name in (*_FROM_REQUEST, "autoRollbackConfiguration") if name in request},
    )


def without_content(revision: Mapping[str, Any] | None) -> Wire | None:
    """A revision as GetDeployment tells it: of an AppSpec the hash only. GetApplicationRevision has the content."""
    if revision is None:
        return None
    told = {name: dict(part) if isinstance(part, dict) else part for name, part in revision.items()}
    for name in SPECIFIED:
        told.get(name, {}).pop("content", None)
    return told


def _error(shown: Deployment, now: float) -> Wire | None:
    match shown.status(now):
        case Status.FAILED if shown.problem is not None:
            return {"code": shown.problem.code, "message": shown.problem.message}
        case Status.STOPPED:
            return dict(STOPPED)
        case _:
            return None


def _overview(shown: Deployment, now: float) -> Wire:
    found = [progress_of(shown.events(target, now)).value for target in shown.schedule.targets]
    return {name: found.count(name) for name in _OVERVIEW}


def _rollback(group: Group, shown: Deployment) -> Wire | None:
    if shown.undoes is not None:
        text = f"This deployment rolls back the deployment {shown.undoes}."
        return {"rollbackTriggeringDeploymentId": shown.undoes, "rollbackMessage": text}
    rollback = undone_by(group.history, shown)
    if rollback is None:
        return None
    text = f"The deployment was rolled back to the last good revision by the deployment {rollback.id}."
    return {"rollbackDeploymentId": rollback.id, "rollbackMessage": text}


def _waits(shown: Deployment, now: float) -> bool | None:
    """Whether an ECS deployment is past its traffic and keeps the blue task set."""
    if shown.tasks is None:
        return None
    over = shown.schedule.lasts - shown.schedule.wait
    return bool(shown.schedule.wait) and shown.elapsed(now) >= over


def last_deployment(shown: Deployment | None, now: float) -> Wire | None:
    """LastDeploymentInfo."""
    if shown is None:
        return None
    return present(
        deploymentId=shown.id,
        status=shown.status(now).value,
        endTime=shown.ends if not shown.active(now) else None,
        createTime=shown.created,
    )


def group(shown: Group, now: float) -> Wire:
    """DeploymentGroupInfo. The target revision is what new instances would get: the last good one."""
    good, newest = last_good(shown.history, now), shown.history[-1] if shown.history else None
    settings = {name: value for name, value in shown.settings.items() if name != "tags"}
    return {"deploymentStyle": STYLES[shown.platform], **settings} | present(
        applicationName=shown.application,
        deploymentGroupId=shown.id,
        deploymentGroupName=shown.name,
        computePlatform=shown.platform.value,
        targetRevision=good.revision if good else None,
        lastSuccessfulDeployment=last_deployment(good, now),
        lastAttemptedDeployment=last_deployment(newest, now),
    )


def target(group: Group, shown: Deployment, target_id: str, now: float) -> Wire:
    """DeploymentTarget."""
    events = shown.events(target_id, now)
    described = {
        "deploymentId": shown.id,
        "targetId": target_id,
        "targetArn": _arn(group, target_id),
        "status": progress_of(events).value,
        "lastUpdatedAt": min(now, shown.ends),
        "lifecycleEvents": [_event(shown, event) for event in events],
    }
    if group.platform is Platform.SERVER:
        return {"deploymentTargetType": "InstanceTarget", "instanceTarget": described}
    described["taskSetsInfo"] = [_task_set(each) for each in group_task_sets(group, now)]
    return {"deploymentTargetType": "ECSTarget", "ecsTarget": described}


def group_task_sets(group: Group, now: float) -> tuple[TaskSet, ...]:
    """The task sets of an ECS group's service, the one that serves first."""
    return task_sets(group.original, group.created, group.history, now) if group.original else ()


def _event(shown: Deployment, event: Event) -> Wire:
    began, ended = (None if each is None else finite(shown.at(each)) for each in (event.began, event.ended))
    diagnostics = {"errorCode": "Success", "scriptName": "", "message": "Succeeded", "logTail": ""}
    if event.progress is Progress.FAILED and shown.problem is not None:
        code = "ScriptFailed" if event.name == "ValidateService" else "UnknownError"
        diagnostics = {"errorCode": code, "scriptName": "", "message": shown.problem.diagnostics, "logTail": ""}
    ran = event.progress in {Progress.FAILED, Progress.SUCCEEDED}
    return present(
        lifecycleEventName=event.name,
        status=event.progress.value,
        startTime=began,
        endTime=ended,
        diagnostics=diagnostics if ran else None,
    )


def _task_set(shown: TaskSet) -> Wire:
    return {
        "identifer": shown.id,  # the model spells it so
        "desiredCount": shown.tasks.desired,
        "pendingCount": shown.pending,
        "runningCount": shown.running,
        "status": "PRIMARY" if shown.primary else "ACTIVE",
        "trafficWeight": shown.weight,
        "taskSetLabel": shown.label,
    }


def _arn(group: Group, target_id: str) -> str:
    region, account = group.scope.region, group.scope.account
    service, resource = "ec2", f"instance/{target_id}"
    if group.platform is Platform.ECS:
        service, resource = "ecs", f"service/{target_id.replace(':', '/')}"
    return f"arn:{partition_of(region)}:{service}:{region}:{account}:{resource}"
