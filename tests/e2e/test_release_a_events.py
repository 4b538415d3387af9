"""Release A whose events come twice and in any order: everything that follows from them happens once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.canary_regions import AP, EU, US, running, told, verifications, verified

if TYPE_CHECKING:
    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

STAGES = ("Source", "Build", "DeployPrimary", "ValidatePrimary", "DeploySecondary", "ValidateSecondary")


def test_f01_f02_every_event_twice_and_shuffled_takes_a_region_back_once(
    canary: CanaryService, outside: Outside
) -> None:
    good = canary.push("Single pictures")
    told(outside, good, us="passed", eu="passed", ap="passed")
    before = running(outside)
    outside.deployments(AP, "unhealthy")
    outside.events(shuffle=True, duplicate=1.0, seed=11)
    execution = canary.push("Double pictures")
    assert canary.wait(execution) == "Failed"
    told(outside, execution, us="passed", eu="passed", ap="rolled_back")
    assert verified(canary, outside, execution, *STAGES) == verifications(execution, *STAGES)
    after = running(outside)
    assert after[AP].is_back(before[AP])
    assert after[US].is_new(before[US])
    assert after[EU].is_new(before[EU])
