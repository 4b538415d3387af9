import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.clients import ACCOUNT_ID, Aws
from local.clock import Clock
from local.ecr import EcrLayer
from tests.unit.local.ecr.emulated import Emulated
from tests.unit.local.served import Served, recorder, serve

HOME, EU, ASIA = "us-east-1", "eu-west-1", "ap-southeast-1"
REPOSITORY = "my-service"
INDEX = "application/vnd.oci.image.index.v1+json"


def rule(*regions: str, prefixes: tuple[str, ...] = (), account: str = ACCOUNT_ID) -> dict[str, Any]:
    """A replication rule."""
    filters = [{"filter": prefix, "filterType": "PREFIX_MATCH"} for prefix in prefixes]
    destinations = [{"region": region, "registryId": account} for region in regions]
    return {"destinations": destinations} | ({"repositoryFilters": filters} if filters else {})


@dataclass
class Pending:
    """What is to run later, run by the test instead: (AWS's seconds, action)."""

    waiting: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        self.waiting.append((seconds, action))

    def run(self) -> None:
        waiting, self.waiting = self.waiting, []
        for _, action in waiting:
            action()


@dataclass
class Account:
    """The layer in front of the emulated registry, and boto3 clients of it."""

    emulated: Emulated
    layer: EcrLayer
    clock: Clock
    pending: Pending
    events: list[tuple[str, dict[str, Any]]]
    aws: Aws

    def ecr(self, region: str = HOME) -> Any:
        return self.aws.client("ecr", region)

    def replicate(self, *rules: dict[str, Any], region: str = HOME) -> None:
        self.ecr(region).put_replication_configuration(replicationConfiguration={"rules": list(rules)})

    def push(self, tag: str | None = "1", content: str = "", children: tuple[str, ...] = (), **more: Any) -> str:
        """Push an image, or an index of children; its digest."""
        manifest: dict[str, Any] = {"schemaVersion": 2, "content": content or tag}
        if children:
            manifest |= {"mediaType": INDEX, "manifests": [{"digest": digest} for digest in children]}
        given = {"repositoryName": REPOSITORY, "imageManifest": json.dumps(manifest), **more}
        region = given.pop("region", HOME)
        answer = self.ecr(region).put_image(**given, **({"imageTag": tag} if tag else {}))
        return str(answer["image"]["imageId"]["imageDigest"])

    def statuses(self, **image_id: str) -> dict[str, str]:
        answer = self.ecr().describe_image_replication_status(repositoryName=REPOSITORY, imageId=image_id)
        return {entry["region"]: entry["status"] for entry in answer["replicationStatuses"]}

    def digests(self, region: str) -> dict[str, list[str]]:
        """The images of a region: their tags by digest."""
        return {
            image["imageDigest"]: image["imageTags"] for image in self.emulated.images.get((region, REPOSITORY), [])
        }

    def announced(self, kind: str) -> list[tuple[str, list[str], dict[str, str]]]:
        """The events of a kind: region, resources, detail."""
        return [
            (region, entry["Resources"], json.loads(entry["Detail"]))
            for region, entry in self.events
            if entry["DetailType"] == kind and entry["Source"] == "aws.ecr"
        ]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Served, ...]]:
    with serve("emulated", "ecr") as servers:
        yield servers


@pytest.fixture
def account(served: tuple[Served, ...]) -> Iterator[Account]:
    """With the repository in the home region only."""
    emulated, clock, pending = Emulated(), Clock(speed=10.0), Pending()
    emitter, events = recorder()
    upstream, front = served
    layer = EcrLayer(upstream.aws, clock, emitter, ACCOUNT_ID, pending.later)
    upstream.app, front.app = emulated.app, layer.app
    account = Account(emulated, layer, clock, pending, events, front.aws)
    account.ecr().create_repository(repositoryName=REPOSITORY)
    yield account
    clock.stop()
