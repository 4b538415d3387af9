"""Stand-ins for the services that moto cannot run: Lambda without Docker, ECS with deployments that end badly."""

import copy
import json
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Protocol

import boto3

from local.clients import ADMINISTRATOR, Aws, Credentials
from tests.unit.local.codepipeline.lambda_versions import LambdaVersions
from tests.unit.local.codepipeline.refusals import refusal

# One session for all tests: it reads the service models once. Moto patches the clients that it makes.
SESSION = boto3.Session()

PAYLOAD_LIMIT = 1_048_576  # Lambda's limit for asynchronous invocations


class Function(Protocol):
    def __call__(self, job: dict[str, Any]) -> None: ...


class FakeLambda(LambdaVersions):
    """Runs functions in threads of their own, as asynchronous invocations do."""

    def __init__(self) -> None:
        super().__init__()
        self.functions: dict[str, Function] = {}
        self.jobs: list[dict[str, Any]] = []
        self.threads: list[threading.Thread] = []

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert InvocationType == "Event"
        if FunctionName not in self.functions:
            raise refusal("ResourceNotFoundException", "Invoke")
        if len(Payload) > PAYLOAD_LIMIT:
            raise refusal("RequestTooLargeException", "Invoke")
        event = json.loads(Payload)
        assert list(event) == ["CodePipeline.job"]
        job = event["CodePipeline.job"]
        self.jobs.append(job)
        thread = threading.Thread(target=self.functions[FunctionName], args=(job,), daemon=True)
        thread.start()
        self.threads.append(thread)
        return {"StatusCode": 202}


class Rollout(StrEnum):
    COMPLETES = "completes"
    ROLLED_BACK = "rolled back"
    FAILS = "fails"
    NEVER_ENDS = "never ends"


class FakeEcs:
    """Services with one deployment at a time; the second look after an update shows how it ended."""

    def __init__(self) -> None:
        self.rollout = Rollout.COMPLETES
        self.task_definitions: dict[str, dict[str, Any]] = {}
        self.services: dict[tuple[str, str], dict[str, Any]] = {}
        self._endings: dict[tuple[str, str], Callable[[], None]] = {}
        self._lock = threading.Lock()

    def add_service(self, cluster: str, name: str, containers: Mapping[str, str]) -> None:
        definitions = [{"name": container, "image": image} for container, image in containers.items()]
        arn = self.register_task_definition(family=name, containerDefinitions=definitions)["taskDefinition"][
            "taskDefinitionArn"
        ]
        deployment = self._deployment(arn, "COMPLETED")
        self.services[cluster, name] = {
            "serviceName": name,
            "status": "ACTIVE",
            "taskDefinition": arn,
            "deployments": [deployment],
            "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        }

    def describe_services(self, *, cluster: str, services: list[str]) -> dict[str, Any]:
        with self._lock:
            if not any(known == cluster for known, _ in self.services):
                raise refusal("ClusterNotFoundException", "DescribeServices")
            self._endings.pop((cluster, services[0]), lambda: None)()
            found = self.services.get((cluster, services[0]))
            return {"services": [copy.deepcopy(found)] if found else [], "failures": []}

    def describe_task_definition(self, *, taskDefinition: str, include: list[str] | None = None) -> dict[str, Any]:  # noqa: N803
        return {"taskDefinition": copy.deepcopy(self.task_definitions[taskDefinition]), "tags": []}

    def register_task_definition(self, *, family: str, **rest: Any) -> dict[str, Any]:
        described_only = {"taskDefinitionArn", "revision", "status", "registeredAt"} & rest.keys()
        assert not described_only, f"RegisterTaskDefinition takes no {described_only}"
        with self._lock:
            revision = 1 + sum(known["family"] == family for known in self.task_definitions.values())
            arn = f"arn:aws:ecs:us-east-1:111122223333:task-definition/{family}:{revision}"
            definition = {"family": family, "revision": revision, "taskDefinitionArn": arn, "status": "ACTIVE"} | rest
            self.task_definitions[arn] = definition
        return {"taskDefinition": definition}

    def update_service(self, *, cluster: str, service: str, taskDefinition: str) -> dict[str, Any]:  # noqa: N803
        with self._lock:
            updated = self.services[cluster, service]
            before = updated["taskDefinition"]
            ours = self._deployment(taskDefinition, "IN_PROGRESS")
            updated |= {"taskDefinition": taskDefinition, "deployments": [ours]}
            self._endings[cluster, service] = lambda: self._end(updated, ours, before)
            return {"service": copy.deepcopy(updated)}

    def _end(self, service: dict[str, Any], ours: dict[str, Any], before: str) -> None:
        match self.rollout:
            case Rollout.COMPLETES:
                ours["rolloutState"] = "COMPLETED"
            case Rollout.FAILS:
                ours["rolloutState"] = "FAILED"
                service["deploymentConfiguration"] = {}
            case Rollout.ROLLED_BACK:
                service |= {"taskDefinition": before, "deployments": [self._deployment(before, "COMPLETED")]}
            case Rollout.NEVER_ENDS:
                pass

    def _deployment(self, task_definition: str, state: str) -> dict[str, Any]:
        number = sum(len(service["deployments"]) for service in self.services.values()) + len(self.task_definitions)
        return {
            "id": f"ecs-svc/{number:019d}",
            "status": "PRIMARY",
            "taskDefinition": task_definition,
            "rolloutState": state,
        }


class FakeAws(Aws):
    """Moto's services, and the fakes for Lambda and ECS, each region for itself."""

    def __init__(self) -> None:
        super().__init__("")
        self.functions: dict[str, FakeLambda] = {}
        self.ecs: dict[str, FakeEcs] = {}
        self.asked: set[tuple[str, str, bool]] = set()
        self._clients: dict[tuple[str, str, Credentials], Any] = {}
        self._guard = threading.RLock()

    def client(self, service: str, region: str, credentials: Credentials = ADMINISTRATOR) -> Any:
        with self._guard:
            self.asked.add((service, region, credentials == ADMINISTRATOR))
            if service == "lambda":
                return self.functions.setdefault(region, FakeLambda())
            if service == "ecs":
                return self.ecs.setdefault(region, FakeEcs())
            key = (service, region, credentials)
            if key not in self._clients:
                self._clients[key] = SESSION.client(
                    service,  # type: ignore[call-overload]  # the stubs want a literal
                    region_name=region,
                    aws_access_key_id=credentials.access_key_id,
                    aws_secret_access_key=credentials.secret_access_key,
                    aws_session_token=credentials.session_token,
                )
            return self._clients[key]


class RecordedEvents:
    """Keeps every event, in the order of their emission."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, list[str], dict[str, Any]]] = []

    def emit(self, region: str, source: str, detail_type: str, resources: list[str], detail: Mapping[str, Any]) -> None:
        assert source == "aws.codepipeline"
        self.events.append((region, detail_type, list(resources), json.loads(json.dumps(detail))))
