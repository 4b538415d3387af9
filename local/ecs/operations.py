"""The operations that this layer answers itself. Each was sent to the emulator first: its refusals stand."""

from collections.abc import Callable, Iterator
from typing import Any

from local.clock import Clock
from local.ecs import releases, views
from local.ecs.errors import EcsError
from local.ecs.model import History, asked_for
from local.ecs.names import ServiceName, last_part
from local.ecs.protocol import Call
from local.ecs.services import Services
from local.ecs.tasks import tasks
from local.ecs.upstream import Upstream

Json = dict[str, Any]
Operation = Callable[[Call, Json], Json]


class Operations:
    """Each method takes a call and the emulator's answer, and gives the answer that the caller gets."""

    def __init__(self, upstream: Upstream, services: Services, clock: Clock) -> None:
        self._upstream = upstream
        self._services = services
        self._clock = clock
        self.by_name: dict[str, Operation] = {
            "CreateService": self.create_service,
            "UpdateService": self.update_service,
            "DescribeServices": self.describe_services,
            "ListTasks": self.list_tasks,
            "DescribeTasks": self.describe_tasks,
            "ListServiceDeployments": self.list_service_deployments,
            "DescribeServiceDeployments": self.describe_service_deployments,
            "DescribeServiceRevisions": self.describe_service_revisions,
            "StopServiceDeployment": self.stop_service_deployment,
        }

    def prepare(self, call: Call) -> None:
        """What must happen before the emulator gets a request that changes a service."""
        if call.operation not in ("CreateService", "UpdateService"):
            return
        if wanted := call.parameters.get("taskDefinition"):
            self._upstream.containers(call.region, wanted)  # the emulator takes any name, ECS refuses unknown ones
        if call.operation == "UpdateService":  # know what ran before
            for base in self._upstream.described(call.region, call.cluster, [call.parameters["service"]]):
                self._services.history(base)

    def create_service(self, _: Call, answer: Json) -> Json:
        """Begin the first deployment."""
        base = answer["service"]
        return {"service": self._view(base, self._services.create(base))}

    def update_service(self, call: Call, answer: Json) -> Json:
        """Deploy a new task definition, or the same again, or only change the number of tasks."""
        base, wanted = answer["service"], call.parameters.get("taskDefinition")
        arn = self._upstream.containers(call.region, wanted)[0] if wanted else None
        history = self._services.update(base, arn, bool(call.parameters.get("forceNewDeployment")))
        return {"service": self._view(base, history)}

    def describe_services(self, _: Call, answer: Json) -> Json:
        """Replace the description of each active service."""
        shown = [
            self._view(base, self._services.history(base)) if base["status"] == "ACTIVE" else base
            for base in answer["services"]
        ]
        return answer | {"services": shown}

    def list_tasks(self, call: Call, answer: Json) -> Json:
        """The services' tasks, and those of the emulator that belong to no service."""
        wanted, parameters = call.parameters.get("desiredStatus", "RUNNING"), call.parameters
        shown = [
            task["taskArn"]
            for task in self._tasks(call, parameters.get("serviceName"))
            if task["desiredStatus"] == wanted
            and parameters.get("startedBy") in (None, task["startedBy"])
            and parameters.get("family") in (None, last_part(task["taskDefinitionArn"]).split(":")[0])
        ]
        alone = [] if "serviceName" in parameters else answer["taskArns"]
        return {"taskArns": [*shown, *self._upstream.lone_tasks(call.region, call.cluster, alone)]}

    def describe_tasks(self, call: Call, answer: Json) -> Json:
        """The services' tasks that are asked for, and what the emulator says of the others."""
        ours = {last_part(task["taskArn"]): task for task in self._tasks(call, None)}
        asked = {last_part(reference) for reference in call.parameters["tasks"]}
        return {
            "tasks": [task for key, task in ours.items() if key in asked] + answer["tasks"],
            "failures": [entry for entry in answer["failures"] if last_part(entry.get("arn", "")) not in ours],
        }

    def list_service_deployments(self, call: Call, _: Json) -> Json:
        """The service deployments of a service, newest first."""
        base = self._service(call.region, call.cluster, call.parameters["service"])
        name, history, now = ServiceName.from_arn(base["serviceArn"]), self._services.history(base), self._clock.now()
        created = call.parameters.get("createdAt", {})
        wanted = call.parameters.get("status")
        shown = [releases.brief(name, history, index, now) for index in asked_for(history)]
        return {
            "serviceDeployments": [
                entry
                for entry in shown
                if (not wanted or entry["status"] in wanted)
                and created.get("after", 0) <= entry["createdAt"] <= created.get("before", now)
            ]
        }

    def describe_service_deployments(self, call: Call, _: Json) -> Json:
        """Service deployments by ARN."""
        found, failures = [], []
        for arn in call.parameters["serviceDeploymentArns"]:
            name, base, history = self._of(arn)
            indices = [i for i in asked_for(history) if name.deployment(history.deployments[i].id) == arn]
            found += [releases.full(name, history, index, self._clock.now(), base) for index in indices]
            failures += [] if indices else [{"arn": arn, "reason": "MISSING"}]
        return {"serviceDeployments": found, "failures": failures}

    def describe_service_revisions(self, call: Call, _: Json) -> Json:
        """Service revisions by ARN."""
        found, failures = [], []
        for arn in call.parameters["serviceRevisionArns"]:
            name, base, history = self._of(arn)
            revisions = {name.revision(entry.revision.id): entry.revision for entry in history.deployments}
            found += [releases.revision(name, revisions[arn], base)] if arn in revisions else []
            failures += [] if arn in revisions else [{"arn": arn, "reason": "MISSING"}]
        return {"serviceRevisions": found, "failures": failures}

    def stop_service_deployment(self, call: Call, _: Json) -> Json:
        """Stop a deployment in progress; ECS rolls it back unless told to abort."""
        arn = call.parameters["serviceDeploymentArn"]
        name, base, history = self._of(arn)
        deployment = next((entry for entry in history.deployments if name.deployment(entry.id) == arn), None)
        if deployment is None:
            raise EcsError("ServiceDeploymentNotFoundException", f"The service deployment {arn} was not found.")
        rollback = call.parameters.get("stopType", "ROLLBACK") == "ROLLBACK"
        if not self._services.stop(base, deployment.id, rollback):
            raise EcsError("ConflictException", f"The service deployment {arn} is not in progress.")
        return {"serviceDeploymentArn": arn}

    def _view(self, base: Json, history: History) -> Json:
        return views.service(ServiceName.from_arn(base["serviceArn"]), history, self._clock.now(), base)

    def _service(self, region: str, cluster: str, service: str) -> Json:
        found = self._upstream.described(region, cluster, [service])
        if not found:
            raise EcsError("ServiceNotFoundException", "Service not found.")
        return found[0]

    def _of(self, arn: str) -> tuple[ServiceName, Json, History]:
        """The service that a service deployment or revision belongs to."""
        try:
            name = ServiceName.from_arn(arn)
        except ValueError as error:
            raise EcsError("InvalidParameterException", f"Invalid ARN: {arn}") from error
        base = self._service(name.region, name.cluster, name.service)
        return name, base, self._services.history(base)

    def _tasks(self, call: Call, service: str | None) -> Iterator[Json]:
        """The tasks of one service of the cluster, or of all."""
        bases = (
            [self._service(call.region, call.cluster, service)]
            if service
            else self._upstream.services(call.region, call.cluster)
        )
        for base in bases:
            name, history, now = (
                ServiceName.from_arn(base["serviceArn"]),
                self._services.history(base),
                self._clock.now(),
            )
            for index in range(len(history.deployments)):
                yield from (views.task(name, task, base) for task in tasks(history, index, now))
