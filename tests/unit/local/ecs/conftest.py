from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.clients import ACCOUNT_ID, Aws
from local.ecs import EcsLayer
from local.outcomes import Outcomes
from tests.unit.local.ecs.emulated import Emulated
from tests.unit.local.served import Served, SetClock, recorder, serve

REGION, CLUSTER = "eu-west-1", "production-eu"
IMAGE = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com/my-service"


@dataclass
class Account:
    """The layer in front of the emulated account, and a boto3 client of it."""

    emulated: Emulated
    layer: EcsLayer
    clock: SetClock
    outcomes: Outcomes
    events: list[tuple[str, dict[str, Any]]]
    aws: Aws
    task_sets: dict[str, list[dict[str, Any]]]  # what CodeDeploy tells, by region/cluster/service

    @property
    def ecs(self) -> Any:
        return self.aws.client("ecs", REGION)

    def release(self, number: int, pushed: bool = True) -> str:
        """Push an image and register a task definition of it."""
        if pushed:
            self.push(number)
        return self.emulated.define(REGION, f"my-service:{number}", f"{IMAGE}:{number}")

    def push(self, number: int) -> None:
        self.emulated.images[REGION, "my-service", str(number)] = f"sha256:{number:064x}"

    def service(self) -> dict[str, Any]:
        (found,) = self.ecs.describe_services(cluster=CLUSTER, services=["my-service"])["services"]
        return dict(found)

    def rollouts(self) -> list[tuple[str, str, str]]:
        """Status, revision and rollout state of each deployment that the service shows."""
        return [
            (entry["status"], entry["taskDefinition"][-1], entry["rolloutState"])
            for entry in self.service()["deployments"]
        ]

    def update(self, **given: Any) -> dict[str, Any]:
        answer = self.ecs.update_service(cluster=CLUSTER, service="my-service", **given)
        return dict(answer["service"])

    def create(self, **given: Any) -> dict[str, Any]:
        """A service of two tasks that was made past the layer, as CloudFormation does."""
        parameters = {"cluster": CLUSTER, "serviceName": "my-service", "desiredCount": 2, **given}
        return self.emulated.CreateService(REGION, parameters)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Served, ...]]:
    with serve("emulated", "ecs") as servers:
        yield servers


@pytest.fixture
def account(served: tuple[Served, ...]) -> Iterator[Account]:
    emulated, clock, outcomes = Emulated(), SetClock(), Outcomes()
    emitter, events = recorder()
    task_sets: dict[str, list[dict[str, Any]]] = {}
    upstream, front = served
    layer = EcsLayer(
        upstream.aws,
        upstream.aws,
        clock,
        outcomes,
        emitter,
        ACCOUNT_ID,
        lambda *name: task_sets.get("/".join(name), []),
    )
    upstream.app, front.app = emulated.app, layer.app
    yield Account(emulated, layer, clock, outcomes, events, front.aws, task_sets)
    clock.stop()


@pytest.fixture
def steady(account: Account) -> Account:
    """A service on my-service:1 that CloudFormation made, and a second image to release."""
    account.create(taskDefinition=account.release(1))
    account.release(2)
    return account
