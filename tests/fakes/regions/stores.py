"""What the tests of stores look at in the world."""

from typing import Any

from provision_regions.custom_resource.request import Status
from tests.fakes.regions.kms import FakeKey
from tests.fakes.regions.requests import PREFIX, Told, properties, run
from tests.fakes.regions.world import World

HOME, EU, ASIA = "us-east-1", "eu-west-1", "ap-southeast-1"
EMPTY = {"OnDelete": "Empty"}


def bucket_name(region: str, prefix: str = PREFIX) -> str:
    return f"{prefix}-{region}-111122223333"


def live_keys(world: World, region: str | None = None) -> list[FakeKey]:
    keys = world.kms.keys.values()
    return [key for key in keys if key.state != "PendingDeletion" and region in {None, key.region}]


def assert_nothing_left(world: World) -> None:
    assert world.s3.buckets == {}
    assert live_keys(world) == []
    assert world.kms.aliases == {}
    assert world.ssm.parameters == {}


def created(world: World, *regions: str, **changes: Any) -> Told:
    answer = run(world, "Create", properties(*regions, **changes))
    assert answer.status is Status.SUCCESS, answer.reason
    return answer
