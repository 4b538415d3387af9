"""The operations that this layer answers itself. Each was sent to the emulator first: its refusals stand."""

from collections.abc import Callable, Iterator, Sequence

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters, Request
from local.aws_json.operations import page
from local.clock import Clock
from local.ecs import code_deploy, releases, views
from local.ecs.code_deploy import TaskSets
from local.ecs.emulated import EmulatedEcs
from local.ecs.model import History, asked_for
from local.ecs.names import ServiceName, last_part
from local.ecs.services import Services
from local.ecs.tasks import tasks

PAGE, MOST_IN_PAGE = 20, 100  # service deployments that ListServiceDeployments lists at once
DESCRIBED_AT_ONCE = 20  # service deployments or revisions

Operation = Callable[[Request, Json], Json]


class Operations:
    """Each method takes a call and the emulator's answer, and gives the answer that the caller gets."""

    def __init__(self, emulated: EmulatedEcs, services: Services, task_sets: TaskSets, clock: Clock) -> None:
        self._emulated = emulated
        self._services = services
        self._task_sets = task_sets
        self._clock = clock
        self.before: dict[str, Callable[[Request], None]] = {
            "CreateService": self.check_create_service,
            "UpdateService": self.check_update_service,
        }
        self.after: dict[str, Operation] = {
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

    def check_create_service(self, call: Request) -> None:
        """Refuse a task definition that does not exist: the emulator takes any name."""
        if wanted := call.parameters.get("taskDefinition"):
            self._emulated.containers(call.region, wanted)

    def check_update_service(self, call: Request) -> None:
        """The same, what was deregistered, and a deployment of what CodeDeploy deploys to; know what ran before."""
        if (wanted := call.parameters.get("taskDefinition")) and not self._emulated.is_active(call.region, wanted):
            raise ApiError("ClientException", "TaskDefinition is inactive")
        for base in self._emulated.described(call.region, _cluster(call), [call.parameters["service"]]):
            code_deploy.refuse_deployment(base, call.parameters)
            self._services.history(base)

    def create_service(self, _: Request, answer: Json) -> Json:
        """Begin the first deployment."""
        base = answer["service"]
        return {"service": self._view(base, self._services.create(base))}

    def update_service(self, call: Request, answer: Json) -> Json:
        """Deploy a new task definition, or the same again, or only change the number of tasks."""
        base, wanted = answer["service"], call.parameters.get("taskDefinition")
        arn = self._emulated.containers(call.region, wanted)[0] if wanted else None
        history = self._services.update(base, arn, bool(call.parameters.get("forceNewDeployment")))
        return {"service": self._view(base, history)}

    def describe_services(self, _: Request, answer: Json) -> Json:
        """Replace the description of each active service."""
        shown = [self._shown(base) if base["status"] == "ACTIVE" else base for base in answer["services"]]
        return answer | {"services": shown}

    def list_tasks(self, call: Request, answer: Json) -> Json:
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
        return {"taskArns": [*shown, *self._emulated.lone_tasks(call.region, _cluster(call), alone)]}

    def describe_tasks(self, call: Request, answer: Json) -> Json:
        """The services' tasks that are asked for, and what the emulator says of the others."""
        ours = {last_part(task["taskArn"]): task for task in self._tasks(call, None)}
        asked = {last_part(reference) for reference in call.parameters["tasks"]}
        return {
            "tasks": [task for key, task in ours.items() if key in asked] + answer["tasks"],
            "failures": [entry for entry in answer["failures"] if last_part(entry.get("arn", "")) not in ours],
        }

    def list_service_deployments(self, call: Request, _: Json) -> Json:
        """The service deployments of a service, newest first, in pages."""
        base = self._service(call.region, _cluster(call), call.parameters["service"])
        name, history, now = ServiceName.from_arn(base["serviceArn"]), self._services.history(base), self._clock.now()
        created = call.parameters.get("createdAt", {})
        wanted = call.parameters.get("status")
        own = () if self._task_sets.of(base) else asked_for(history)  # CodeDeploy's are no service deployments
        shown = [releases.brief(name, history, index, now) for index in own]
        found = [
            entry
            for entry in shown
            if (not wanted or entry["status"] in wanted)
            and created.get("after", 0) <= entry["createdAt"] <= created.get("before", now)
        ]
        listed, token = _page(found, call.parameters)
        return {"serviceDeployments": listed} | ({"nextToken": token} if token else {})

    def describe_service_deployments(self, call: Request, _: Json) -> Json:
        """Service deployments by ARN."""
        found, failures = [], []
        for arn in _limited(call.parameters["serviceDeploymentArns"]):
            name, base, history = self._of(arn)
            indices = [i for i in asked_for(history) if name.deployment(history.deployments[i].id) == arn]
            found += [releases.full(name, history, index, self._clock.now(), base) for index in indices]
            failures += [] if indices else [{"arn": arn, "reason": "MISSING"}]
        return {"serviceDeployments": found, "failures": failures}

    def describe_service_revisions(self, call: Request, _: Json) -> Json:
        """Service revisions by ARN."""
        found, failures = [], []
        for arn in _limited(call.parameters["serviceRevisionArns"]):
            name, base, history = self._of(arn)
            revisions = {name.revision(entry.revision.id): entry.revision for entry in history.deployments}
            found += [releases.revision(name, revisions[arn], base)] if arn in revisions else []
            failures += [] if arn in revisions else [{"arn": arn, "reason": "MISSING"}]
        return {"serviceRevisions": found, "failures": failures}

    def stop_service_deployment(self, call: Request, _: Json) -> Json:
        """Stop a deployment in progress; ECS rolls it back unless told to abort. One that rolls back goes on so."""
        arn = call.parameters["serviceDeploymentArn"]
        name, base, history = self._of(arn)
        index = next((i for i, entry in enumerate(history.deployments) if name.deployment(entry.id) == arn), None)
        if index is None:
            raise ApiError("ServiceDeploymentNotFoundException", f"The service deployment {arn} was not found.")
        if releases.status(history, index, self._clock.now()) == "ROLLBACK_IN_PROGRESS":
            return {"serviceDeploymentArn": arn}
        deployment = history.deployments[index]
        rollback = call.parameters.get("stopType", "ROLLBACK") == "ROLLBACK"
        if not self._services.stop(base, deployment.id, rollback):
            raise ApiError("ConflictException", f"The service deployment {arn} is not in progress.")
        return {"serviceDeploymentArn": arn}

    def _shown(self, base: Json) -> Json:
        return self._view(base, self._services.history(base))

    def _view(self, base: Json, history: History) -> Json:
        if task_sets := self._task_sets.of(base):
            return code_deploy.service(base, task_sets)
        return views.service(ServiceName.from_arn(base["serviceArn"]), history, self._clock.now(), base)

    def _service(self, region: str, cluster: str, service: str) -> Json:
        found = self._emulated.described(region, cluster, [service])
        if not found:
            raise ApiError("ServiceNotFoundException", "Service not found.")
        return found[0]

    def _of(self, arn: str) -> tuple[ServiceName, Json, History]:
        """The service that a service deployment or revision belongs to."""
        try:
            name = ServiceName.from_arn(arn)
        except ValueError as error:
            raise ApiError("InvalidParameterException", f"Invalid ARN: {arn}") from error
        base = self._service(name.region, name.cluster, name.service)
        return name, base, self._services.history(base)

    def _tasks(self, call: Request, service: str | None) -> Iterator[Json]:
        """The tasks of one service of the cluster, or of all."""
        bases = (
            [self._service(call.region, _cluster(call), service)]
            if service
            else self._emulated.services(call.region, _cluster(call))
        )
        for base in bases:
            if task_sets := self._task_sets.of(base):
                yield from self._task_sets.tasks(base, task_sets, self._clock.now())
            else:
                yield from self._deployments_tasks(base)

    def _deployments_tasks(self, base: Json) -> Iterator[Json]:
        name, history, now = ServiceName.from_arn(base["serviceArn"]), self._services.history(base), self._clock.now()
        for index in range(len(history.deployments)):
            yield from (views.task(name, task, base) for task in tasks(history, index, now))


def _cluster(call: Request) -> str:
    """The cluster that the request names; ECS has a default one."""
    return str(call.parameters.get("cluster", "default"))


def _page(found: list[Json], parameters: Parameters) -> tuple[Sequence[Json], str | None]:
    """Up to maxResults of what was found, 20 if that is not given, and the token of the next page."""
    if not 1 <= parameters.get("maxResults", PAGE) <= MOST_IN_PAGE:
        raise ApiError("InvalidParameterException", f"maxResults must be between 1 and {MOST_IN_PAGE}.")
    try:
        return page(found, parameters, lambda entry: str(entry["serviceDeploymentArn"]), PAGE)
    except ApiError as error:  # the other services' name for it
        raise ApiError("InvalidParameterException", "Invalid token.") from error


def _limited(arns: Sequence[str]) -> Sequence[str]:
    if not 1 <= len(arns) <= DESCRIBED_AT_ONCE:
        raise ApiError("InvalidParameterException", f"1 to {DESCRIBED_AT_ONCE} ARNs can be described at once.")
    return arns
