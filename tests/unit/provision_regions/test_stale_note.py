"""Systems Manager may answer for a moment with what a parameter held before the last write, or with none at all where
it was just made: https://github.com/aws/aws-cdk-cli/pull/830 saw that in about one of a hundred deployments."""

from typing import Any

import pytest

from provision_regions.custom_resource.request import Status
from tests.fakes.regions.requests import properties, run
from tests.fakes.regions.ssm import FakeSsm
from tests.fakes.regions.stores import EU, created
from tests.fakes.regions.world import NOTED, World


class LateSsm(FakeSsm):
    """The first look after a write of the note still shows what was there before it."""

    def __init__(self) -> None:
        super().__init__()
        self.late = False
        self.before: dict[str, str] | None = None

    def PutParameter(self, region: str, Name: str, Value: str, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        if self.late and Name.endswith(NOTED):
            self.before = self.values(region)
        return super().PutParameter(region, Name, Value, **params)

    def GetParameters(self, region: str, Names: list[str]) -> dict[str, Any]:  # noqa: N802, N803
        before, self.before = self.before, None
        if before is None or not Names[0].endswith(NOTED):
            return super().GetParameters(region, Names)
        return {"Parameters": [{"Name": name, "Value": before[name]} for name in Names if name in before]}


def late_world() -> tuple[World, LateSsm]:
    world, ssm = World(), LateSsm()
    world.ssm = ssm
    world.services["ssm"] = ssm
    return world, ssm


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_request_whose_own_note_is_not_seen_at_once_is_served(kind: str) -> None:
    """It gets no answer, and CloudFormation waits for 55 minutes."""
    world, ssm = late_world()
    if kind == "Update":
        created(world, EU)
    ssm.late = True
    assert run(world, kind, properties(EU), properties(EU)).status is Status.SUCCESS
