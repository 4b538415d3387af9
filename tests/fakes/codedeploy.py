"""A fake of CodeDeploy in one region: deployments whose states the test decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import inf
from typing import Any

from tests.fakes.json_protocol import JsonService, RefusedError

BATCH = 25
PAGE = 3  # CodeDeploy's own pages are of 100; their size is not the caller's to choose
DESCRIPTION_LIMIT = 256
ACTIVE = {"Created", "Queued", "InProgress", "Baking", "Ready"}
STATUSES = ACTIVE | {"Succeeded", "Failed", "Stopped"}
KEPT = ("description", "fileExistsBehavior", "ignoreApplicationStopFailures", "autoRollbackConfiguration")

Wire = dict[str, Any]


def s3(number: int) -> Wire:
    """A revision in an artifact store."""
    location = {"bucket": "store", "key": f"release/{number}", "bundleType": "zip", "version": f"v{number}"}
    return {"revisionType": "S3", "s3Location": location}


def appspec(number: int) -> Wire:
    """A revision that names a task definition."""
    content = (
        f"Resources: [{{TargetService: {{Properties: {{TaskDefinition: 'arn:x:task-definition/app:{number}'}}}}}}]"
    )
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": content, "sha256": f"{number:064x}"}}


class FakeCodeDeploy(JsonService):
    """Holds the deployments of groups. ``now`` is when the newest one was created; the next one comes a minute later.

    ``meanwhile`` holds by operation what others do just before it is served; with ``slow`` a rollback that was asked
    for begins later; ``forgotten`` are the hashes of AppSpecs whose content is gone; by ``behind``
    deployments the last attempted one that a group names lags.
    """

    service = "codedeploy"

    def __init__(self, now: datetime, platform: str = "Server") -> None:
        super().__init__()
        self.now, self.platform = now, platform
        self.groups: dict[tuple[str, str], list[str]] = {}
        self.deployments: dict[str, Wire] = {}
        self.targets: dict[str, dict[str, Wire]] = {}
        self.forgotten: set[str] = set()
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.slow = False
        self.behind = 0

    def deploy(self, named: tuple[str, str], revision: Wire, status: str = "Succeeded", **more: Any) -> str:
        """A deployment of a group, which is made if it is not there; its id."""
        made = f"d-{len(self.deployments):09}"
        self.now += timedelta(minutes=1)
        self.groups.setdefault(named, []).append(made)
        self.deployments[made] = {
            "deploymentId": made,
            "applicationName": named[0],
            "deploymentGroupName": named[1],
            "revision": revision,
            "status": status,
            "createTime": self.now,
            "creator": "user",
            "computePlatform": self.platform,
            **more,
        }
        return made

    def roll_back(self, undone: str, status: str = "Succeeded") -> str:
        """CodeDeploy's own rollback of a deployment, to the group's first revision; its id."""
        shown = self.deployments[undone]
        named = shown["applicationName"], shown["deploymentGroupName"]
        info = {"rollbackTriggeringDeploymentId": undone}
        first = self.deployments[self.groups[named][0]]["revision"]
        made = self.deploy(named, first, status, creator="codeDeployRollback", rollbackInfo=info)
        shown["rollbackInfo"] = {"rollbackDeploymentId": made}
        return made

    def instance(self, deployment: str, status: str = "Succeeded", **more: Any) -> str:
        """A target of a deployment; its id."""
        targets = self.targets.setdefault(deployment, {})
        name = f"i-{len(targets):017x}"
        target = {"deploymentId": deployment, "targetId": name, "status": status, **more}
        targets[name] = {"deploymentTargetType": "InstanceTarget", "instanceTarget": target}
        return name

    def ecs_target(self, deployment: str, name: str, green: str) -> None:
        """The target of an ECS deployment that succeeded, and the id of its green task set."""
        task_set = {"identifer": green, "status": "PRIMARY", "taskSetLabel": "Green", "runningCount": 2}
        target = {"deploymentId": deployment, "targetId": name, "status": "Succeeded", "taskSetsInfo": [task_set]}
        self.targets[deployment] = {name: {"deploymentTargetType": "ECSTarget", "ecsTarget": target}}

    def get_deployment_group(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        history = self._group(body)
        last = self.deployments[history[-1 - self.behind]] if history else None
        shown = {"deploymentId": last["deploymentId"], "status": last["status"]} if last else None
        good = [each for each in history if self.deployments[each]["status"] == "Succeeded"]
        info = {"lastAttemptedDeployment": shown} if shown else {}
        if good:
            info["lastSuccessfulDeployment"] = {"deploymentId": good[-1], "status": "Succeeded"}
        return {"deploymentGroupInfo": info}

    def get_deployment(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"deploymentInfo": _without_content(self._deployment(body))}

    def batch_get_deployments(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if len(body["deploymentIds"]) > BATCH:
            raise RefusedError("BatchLimitExceededException")
        if not body["deploymentIds"]:
            raise RefusedError("DeploymentIdRequiredException")
        found = [self.deployments[each] for each in body["deploymentIds"] if each in self.deployments]
        return {"deploymentsInfo": [_without_content(each) for each in found]}

    def list_deployments(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        span = body.get("createTimeRange", {})
        found = [
            each
            for each in self._group(body)  # the oldest first: no order is documented
            if self.deployments[each]["status"] in body.get("includeOnlyStatuses", STATUSES)
            and span.get("start", 0) <= self.deployments[each]["createTime"].timestamp() <= span.get("end", inf)
        ]
        return _page(found, body, "deployments")

    def list_deployment_targets(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._deployment(body)["status"] in {"Created", "Queued"}:
            raise RefusedError("DeploymentNotStartedException")
        return _page(list(self.targets.get(body["deploymentId"], {})), body, "targetIds")

    def batch_get_deployment_targets(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if len(body["targetIds"]) > BATCH:
            raise RefusedError("DeploymentTargetListSizeExceededException")
        targets = self.targets.get(self._deployment(body)["deploymentId"], {})
        if not targets.keys() >= set(body["targetIds"]):
            raise RefusedError("DeploymentTargetDoesNotExistException")
        return {"deploymentTargets": [targets[each] for each in body["targetIds"]]}

    def get_application_revision(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = body["revision"]["appSpecContent"]["sha256"]
        for deployment in self.deployments.values():
            held = deployment["revision"].get("appSpecContent", {}).get("sha256")
            if held == asked and asked not in self.forgotten:
                return {"applicationName": body["applicationName"], "revision": deployment["revision"]}
        raise RefusedError("RevisionDoesNotExistException")

    def stop_deployment(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._others("StopDeployment")
        deployment = self._deployment(body)
        if deployment["status"] not in ACTIVE:
            raise RefusedError("DeploymentAlreadyCompletedException")
        deployment["status"] = "Stopped"
        if body.get("autoRollbackEnabled") and not self.slow:
            self.roll_back(body["deploymentId"], "InProgress")
        return {"status": "Succeeded"}

    def create_deployment(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._others("CreateDeployment")
        history = self._group(body)
        if any(self.deployments[each]["status"] in ACTIVE for each in history):
            raise RefusedError("DeploymentLimitExceededException")
        if len(body.get("description", "")) > DESCRIPTION_LIMIT:
            raise RefusedError("DescriptionTooLongException")
        named = body["applicationName"], body["deploymentGroupName"]
        more = {name: body[name] for name in KEPT if name in body}
        return {"deploymentId": self.deploy(named, body["revision"], "Created", **more)}

    def _others(self, operation: str) -> None:
        if operation in self.meanwhile:
            self.meanwhile.pop(operation)()

    def _group(self, body: Mapping[str, Any]) -> list[str]:
        named = body["applicationName"], body["deploymentGroupName"]
        if named[0] not in {application for application, _ in self.groups}:
            raise RefusedError("ApplicationDoesNotExistException")
        if named not in self.groups:
            raise RefusedError("DeploymentGroupDoesNotExistException")
        return self.groups[named]

    def _deployment(self, body: Mapping[str, Any]) -> Wire:
        if body["deploymentId"] not in self.deployments:
            raise RefusedError("DeploymentDoesNotExistException")
        return self.deployments[body["deploymentId"]]


def _without_content(shown: Wire) -> Wire:
    """GetDeployment never tells what an AppSpec says."""
    revision = shown["revision"]
    if "appSpecContent" not in revision:
        return shown
    return {**shown, "revision": {**revision, "appSpecContent": {"sha256": revision["appSpecContent"]["sha256"]}}}


def _page(items: list[str], body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    start = int(body.get("nextToken", "0"))
    more = {"nextToken": str(start + PAGE)} if start + PAGE < len(items) else {}
    return {key: items[start : start + PAGE], **more}
