"""Release A from outside: what its regions run, by ECS and by the page, what verified it, and what its card says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from local.scenarios.canary_service import SERVICES
from tests.e2e.outside import wait_until, words
from tests.e2e.verifications import name_of

if TYPE_CHECKING:
    from local.scenarios.canary_service import CanaryService
    from local.scenarios.ecs_service import EcsService
    from tests.e2e.outside import Outside

US, EU, AP = (service.region for service in SERVICES)
ENDED = {"SUCCEEDED", "FAILED", "STOPPED"}
SECONDS = 240.0


@dataclass(frozen=True)
class Running:
    """A region at a moment. ``deployments`` are the ARNs of its service deployments, the newest first."""

    task_definition: str
    digests: frozenset[str]
    page: int
    revision: str
    deployments: tuple[str, ...]

    @property
    def proof(self) -> str:
        """How the check says that this runs again."""
        (digest,) = self.digests
        return f"2 of 2 tasks run my-service@{digest[:19]} (task definition {self.task_definition})"

    @property
    def serves(self) -> bool:
        """Whether the page is there, and served by the task definition that ECS names."""
        return self.page == 200 and self.revision.split()[0] == self.task_definition and len(self.digests) == 1

    def is_new(self, before: Running) -> bool:
        """Whether one deployment since has brought something new, which serves."""
        return self.serves and self.digests.isdisjoint(before.digests) and self.deployments[1:] == before.deployments

    def is_back(self, before: Running, by: int = 2) -> bool:
        """Whether it serves what it served before, after so many deployments: one that failed, one that replaced it."""
        same = (self.task_definition, self.digests) == (before.task_definition, before.digests)
        return self.serves and same and self.deployments[by:] == before.deployments


def running(outside: Outside) -> dict[str, Running]:
    """Every region as it is now."""
    return {service.region: _running(outside, service) for service in SERVICES}


def deploy_by_hand(outside: Outside, region: str, revision: str) -> Running:
    """Somebody deploys the task definition ``revision`` there; the region once it serves that, and ECS is done."""
    service = _service(region)
    ecs = outside.client("ecs", region)
    ecs.update_service(cluster=service.cluster, service=service.name, taskDefinition=revision)

    def served() -> Running | None:
        now = _running(outside, service)
        done = deployment_status(outside, region) == "SUCCESSFUL"
        return now if done and now.serves and now.task_definition == revision else None

    found = wait_until(served, f"{revision} in {region}", SECONDS)
    assert found is not None
    return found


def deployment_status(outside: Outside, region: str) -> str:
    """What ECS says of the newest service deployment."""
    return str(_deployments(outside.client("ecs", region), _service(region))[0]["status"])


def deployed(canary: CanaryService, execution: str, action: str) -> None:
    """Wait until an action of the execution has succeeded."""

    def succeeded() -> bool:
        return any((run["actionName"], run["status"]) == (action, "Succeeded") for run in canary.actions(execution))

    wait_until(succeeded, f"the end of {action}", SECONDS)


def told(outside: Outside, execution: str, *said: str, us: str, eu: str, ap: str) -> str:
    """What the execution's only card says, once the release has ended, its regions are in these states, and it has
    ``said`` these things."""
    wanted = {US: us, EU: eu, AP: ap}
    card = outside.card(execution, lambda payload: payload["state"] in ENDED and payload["regions"] == wanted)

    def missing() -> list[str]:
        return [part for part in said if part not in words(outside.cards(execution)[0])]

    if missing():
        wait_until(lambda: not missing(), f"a card that says {missing()}, unlike {words(card)}", SECONDS)
    (card,) = outside.cards(execution)
    return words(card)


def verified(canary: CanaryService, outside: Outside, execution: str, *stages: str) -> list[str]:
    """The names of the execution's verifications, sorted, once all of them, those of these stages among them, have
    ended well."""
    client, machine = outside.client("stepfunctions"), canary.account.outputs["VerifyStateMachineArn"]
    awaited = set(verifications(execution, *stages))

    def ended() -> dict[str, str]:
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine)
        found = {each["name"]: each["status"] for page in pages for each in page["executions"]}
        own = {name: status for name, status in found.items() if name.startswith(execution)}
        return own if awaited <= own.keys() and "RUNNING" not in own.values() else {}

    names = wait_until(ended, f"the end of the verifications of {execution}", SECONDS)
    assert set(names.values()) == {"SUCCEEDED"}
    return sorted(names)


def verifications(execution: str, *stages: str) -> list[str]:
    """The contract's names for an execution that has finished these stages once."""
    return sorted([f"{execution}-preflight", *(name_of(execution, stage) for stage in stages)])


def _service(region: str) -> EcsService:
    return next(service for service in SERVICES if service.region == region)


def _running(outside: Outside, service: EcsService) -> Running:
    ecs = outside.client("ecs", service.region)
    page = requests.get(f"{outside.description['web']}/{service.region}/{service.name}", timeout=60)
    return Running(
        task_definition=_described(ecs, service)["taskDefinition"].rpartition("/")[2],
        digests=frozenset(_digests(ecs, service)),
        page=page.status_code,
        revision=page.json()["revision"],
        deployments=tuple(deployment["serviceDeploymentArn"] for deployment in _deployments(ecs, service)),
    )


def _described(ecs: Any, service: EcsService) -> dict[str, Any]:
    (found,) = ecs.describe_services(cluster=service.cluster, services=[service.name])["services"]
    return dict(found)


def _deployments(ecs: Any, service: EcsService) -> list[dict[str, Any]]:
    """Every service deployment, the newest first."""
    asked = {"cluster": service.cluster, "service": service.name, "maxResults": 100}
    answer = ecs.list_service_deployments(**asked)
    found = list(answer["serviceDeployments"])
    while token := answer.get("nextToken"):
        answer = ecs.list_service_deployments(**asked, nextToken=token)
        found += answer["serviceDeployments"]
    return found


def _digests(ecs: Any, service: EcsService) -> list[str]:
    """The digests that the running tasks run."""
    arns = ecs.list_tasks(cluster=service.cluster, serviceName=service.name)["taskArns"]
    tasks = ecs.describe_tasks(cluster=service.cluster, tasks=arns)["tasks"] if arns else []
    return [
        container["imageDigest"]
        for task in tasks
        if task["lastStatus"] == "RUNNING"
        for container in task["containers"]
    ]
