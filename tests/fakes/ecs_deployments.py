"""ECS with a memory: service deployments and service revisions, in the states and with the refusals of the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from crosscheck.images.reference import parse_reference
from tests.fakes.ecr import FakeEcr
from tests.fakes.ecs import FakeEcs
from tests.fakes.json_protocol import RefusedError

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ARNS = 20
PAGE = 2  # small pages: whoever reads only the first one fails
STOPPABLE = {"PENDING", "IN_PROGRESS"}
GOES_ON = {"STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"}  # when it is stopped once more
GOES_BACK = {"ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"}


class DeployedEcs(FakeEcs):
    """One service in one cluster; ``clock`` is when the next deployment is made, and moves a minute with each."""

    def __init__(self, region: str, cluster: str, service: str) -> None:
        super().__init__(region)
        self.place = (cluster, service)
        self.clock = START
        self.deployments: list[dict[str, Any]] = []  # the newest first
        self.inactive: set[str] = set()
        self.registry = FakeEcr()  # where tags are resolved, anew with each deployment
        self.on_stop: Callable[[], object] = lambda: None  # happens just before a deployment is stopped

    @property
    def shown(self) -> dict[str, Any]:
        """The service as DescribeServices shows it."""
        cluster, service = self.place
        return self.clusters[cluster][service]

    def deploy(self, definition: str, status: str = "SUCCESSFUL", *, source: Sequence[str] | None = None) -> str:
        """Deploy a task definition; the ARN. ``source`` replaces the revisions that it says it replaced."""
        cluster, service = self.place
        if cluster not in self.clusters:
            self.serve(cluster, service, definition)
        number, before = len(self.deployments), self._serving()
        revision = self.arn("service-revision", f"{cluster}/{service}/{number}")
        pinned = [
            {"containerName": name, "image": image, **({"imageDigest": digest} if digest else {})}
            for name, (image, digest) in self._resolved(definition).items()
        ]
        self.revisions[revision] = {
            "serviceRevisionArn": revision,
            "taskDefinition": definition,
            "containerImages": pinned,
        }
        arn = self.arn("service-deployment", f"{cluster}/{service}/sd{number}")
        made = {
            "serviceDeploymentArn": arn,
            "createdAt": self.clock,
            "status": status,
            "target": revision,
            "sources": list(source if source is not None else [before] if before else []),
        }
        self.clock += timedelta(minutes=1)
        self.deployments.insert(0, made)
        self.become(arn, status)
        return arn

    def become(self, arn: str, status: str) -> None:
        """A deployment reaches a state; what is in service follows."""
        made = self._made(arn)
        made["status"] = status
        revision = made["sources"][0] if status in GOES_BACK and made["sources"] else made["target"]
        self.shown["taskDefinition"] = self.revisions[revision]["taskDefinition"]
        self.shown["currentServiceDeployment"] = arn
        rollout = "COMPLETED" if status in {"SUCCESSFUL", "ROLLBACK_SUCCESSFUL"} else "IN_PROGRESS"
        self.shown["deployments"][0] |= {"taskDefinition": self.shown["taskDefinition"], "rolloutState": rollout}

    def list_service_deployments(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["service"] not in self._cluster(body):
            raise RefusedError("ServiceNotFoundException")
        if not 1 <= body.get("maxResults", PAGE) <= 100:
            raise RefusedError("InvalidParameterException", "maxResults must be between 1 and 100.")
        span, wanted = body.get("createdAt", {}), body.get("status")
        low, high = span.get("after", 0), span.get("before", self.clock.timestamp())
        found = [
            {**_brief(made), "targetServiceRevisionArn": made["target"]}
            for made in self.deployments
            if low <= made["createdAt"].timestamp() <= high and (not wanted or made["status"] in wanted)
        ]
        start = int(body.get("nextToken", "0"))
        more = {"nextToken": str(start + PAGE)} if start + PAGE < len(found) else {}
        return {"serviceDeployments": found[start : start + PAGE], **more}

    def describe_service_deployments(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        arns = _limited(body["serviceDeploymentArns"])
        shown = {
            made["serviceDeploymentArn"]: {
                **_brief(made),
                "targetServiceRevision": {"arn": made["target"]},
                "sourceServiceRevisions": [{"arn": arn} for arn in made["sources"]],
            }
            for made in self.deployments
        }
        missing = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in shown]
        return {"serviceDeployments": [shown[arn] for arn in arns if arn in shown], "failures": missing}

    def describe_service_revisions(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        arns = _limited(body["serviceRevisionArns"])
        missing = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in self.revisions]
        return {"serviceRevisions": [self.revisions[a] for a in arns if a in self.revisions], "failures": missing}

    def describe_task_definition(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        name = body["taskDefinition"]
        arn = name if ":task-definition/" in name else self.arn("task-definition", name)
        found = super().describe_task_definition({"taskDefinition": arn})["taskDefinition"]
        return {"taskDefinition": {**found, "status": "INACTIVE" if arn in self.inactive else "ACTIVE"}}

    def update_service(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["service"] not in self._cluster(body):
            raise RefusedError("ServiceNotFoundException")
        if self.shown["status"] != "ACTIVE":
            raise RefusedError("ServiceNotActiveException")
        if self.shown.get("deploymentController", {}).get("type", "ECS") != "ECS":
            raise RefusedError("InvalidParameterException", "Unable to update task definition on services with …")
        definition = self.describe_task_definition(body)["taskDefinition"]
        if definition["status"] != "ACTIVE":
            raise RefusedError("ClientException", "TaskDefinition is inactive")
        if definition["taskDefinitionArn"] != self.shown["taskDefinition"] or body.get("forceNewDeployment"):
            for made in self.deployments:
                made["status"] = "STOPPED" if made["status"] in STOPPABLE else made["status"]
            self.deploy(definition["taskDefinitionArn"], "IN_PROGRESS")
        return {"service": self.shown}

    def stop_service_deployment(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        arn = body["serviceDeploymentArn"]
        if arn not in {made["serviceDeploymentArn"] for made in self.deployments}:
            raise RefusedError("ServiceDeploymentNotFoundException")
        self.on_stop()
        status = self._made(arn)["status"]
        if status not in STOPPABLE | GOES_ON:
            raise RefusedError("ConflictException")
        if status in STOPPABLE:
            self.become(arn, "ROLLBACK_IN_PROGRESS")
        return {"serviceDeploymentArn": arn}

    def pinned(self, arn: str) -> dict[str, str | None]:
        """By container, the digest that was pinned for a deployment."""
        images = self.revisions[self._made(arn)["target"]]["containerImages"]
        return {image["containerName"]: image.get("imageDigest") for image in images}

    def _resolved(self, definition: str) -> dict[str, tuple[str, str]]:
        """The image of each container, and what its reference stands for now; empty where the registry lacks it."""
        images = {each["name"]: each["image"] for each in self.definitions.get(definition, [])}
        parsed = {name: parse_reference(image) for name, image in images.items()}
        return {
            name: (images[name], each.digest or self.registry.tags.get((each.repository, each.tag), ""))
            for name, each in parsed.items()
        }

    def _made(self, arn: str) -> dict[str, Any]:
        return next(made for made in self.deployments if made["serviceDeploymentArn"] == arn)

    def _serving(self) -> str:
        """The service revision that a new deployment replaces."""
        for made in self.deployments:
            if made["status"] == "SUCCESSFUL":
                return str(made["target"])
            if made["status"] == "ROLLBACK_SUCCESSFUL":
                return str(made["sources"][0])
        return ""


def _brief(made: Mapping[str, Any]) -> dict[str, Any]:
    return {key: made[key] for key in ("serviceDeploymentArn", "createdAt", "status")}


def _limited(arns: Sequence[str]) -> Sequence[str]:
    if not 0 < len(arns) <= ARNS:
        raise RefusedError("InvalidParameterException", f"1 to {ARNS} ARNs.")
    return arns
