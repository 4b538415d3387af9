from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.clients import ACCOUNT_ID, Aws
from local.clock import Clock
from local.ecs import EcsLayer
from local.events import EventEmitter
from local.outcomes import Outcomes
from local.server import Server
from tests.unit.local.ecs.emulated import Emulated

REGION = "eu-west-1"
IMAGE = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com/my-service"


class SetClock(Clock):
    """A clock that stands still until a test moves it; its speed is 1."""

    def __init__(self) -> None:
        super().__init__(speed=1.0)
        self.time = 2_000_000.0

    def now(self) -> float:
        return self.time


@dataclass
class Account:
    """The layer in front of the emulated account, and a boto3 client of it."""

    emulated: Emulated
    layer: EcsLayer
    clock: SetClock
    outcomes: Outcomes
    events: list[tuple[str, dict[str, Any]]]
    aws: Aws

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
        (found,) = self.ecs.describe_services(cluster="production-eu", services=["my-service"])["services"]
        return dict(found)

    def update(self, **given: Any) -> dict[str, Any]:
        answer = self.ecs.update_service(cluster="production-eu", service="my-service", **given)
        return dict(answer["service"])

    def create(self, **given: Any) -> dict[str, Any]:
        """A service of two tasks that was made past the layer, as CloudFormation does."""
        parameters = {"cluster": "production-eu", "serviceName": "my-service", "desiredCount": 2, **given}
        return self.emulated.CreateService(REGION, parameters)


class Served:
    """A server whose application each test replaces: servers and boto3 clients are what takes time to make."""

    def __init__(self, name: str) -> None:
        self.app: Any = None
        self.server = Server(self, name)
        self.aws = Aws(self.server.url)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Served, Served]]:
    servers = Served("emulated"), Served("ecs")
    yield servers
    for each in servers:
        each.server.close()


@pytest.fixture
def account(served: tuple[Served, Served]) -> Iterator[Account]:
    emulated, clock, outcomes = Emulated(), SetClock(), Outcomes()
    events: list[tuple[str, dict[str, Any]]] = []
    emitter = EventEmitter(lambda region, entry: events.append((region, dict(entry))))
    upstream, front = served
    layer = EcsLayer(upstream.aws, upstream.aws, clock, outcomes, emitter, ACCOUNT_ID)
    upstream.app, front.app = emulated.app, layer.app
    yield Account(emulated, layer, clock, outcomes, events, front.aws)
    clock.stop()
