"""A world with event buses, and requests for `Custom::EventForwarding` in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from provision_regions.custom_resource.request import Status
from tests.fakes.regions.events import FakeEvents
from tests.fakes.regions.requests import Told, event, provider_context, sent
from tests.fakes.regions.world import World

HOME, EU, ASIA, LONDON = "us-east-1", "eu-west-1", "ap-southeast-1", "eu-west-2"
OWNER = "us-east-1/shop/Forwarding"
NAME = "crosscheck-forward-6f3c00aa37e3"  # the first 12 hex digits of sha256(OWNER)
ROLE = "arn:aws:iam::111122223333:role/crosscheck-ForwardingRole"


class ForwardingWorld(World):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.events = FakeEvents(self.account)
        self.services["events"] = self.events


def properties(*regions: str, **changes: object) -> dict[str, object]:
    return {"ServiceToken": "arn", "ServiceTimeout": "300", "Regions": list(regions) or [""], **changes}


def run(
    world: World, kind: str, wanted: Mapping[str, object], old: Mapping[str, object] | None = None, **changes: Any
) -> Told:
    """One run of the function, with the answers that it gives to what AWS refuses."""
    role = changes.pop("role", ROLE)
    named = {"ResourceType": "Custom::EventForwarding", "LogicalResourceId": "Forwarding"}
    content = event(kind, wanted, old, **(named | changes))
    return sent(world, content, replace(provider_context(world), forwarding_role=role))


def succeed(world: World, kind: str, wanted: Mapping[str, object], **changes: Any) -> Told:
    answer = run(world, kind, wanted, **changes)
    assert answer.status is Status.SUCCESS, answer.reason
    return answer
