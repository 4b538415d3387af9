"""Release A where a region fails: that region goes back, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.canary_regions import AP, EU, US, deployment_status, running, told, verified

if TYPE_CHECKING:
    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


def test_a_good_release_is_left_alone(canary: CanaryService, outside: Outside) -> None:
    before = running(outside)
    execution = canary.push("Serve pictures")
    assert canary.wait(execution) == "Succeeded"
    text = told(outside, execution, us="passed", eu="passed", ap="passed")
    assert "roll" not in text.lower()
    after = running(outside)
    assert all(after[region].is_new(before[region]) for region in after)
    assert len(frozenset.union(*(region.digests for region in after.values()))) == 1


def test_an_unhealthy_primary_goes_back_and_the_secondaries_never_start(
    canary: CanaryService, outside: Outside
) -> None:
    before = running(outside)
    outside.deployments(US, "unhealthy")
    execution = canary.push("Serve pictures from the primary")
    assert canary.wait(execution) == "Failed"
    started = {action["actionName"] for action in canary.actions(execution)}
    assert started == {"Source", "Build", "Deploy-US-East", "Validate-US-East"}
    text = told(outside, execution, us="rolled_back", eu="skipped", ap="skipped")
    assert f"nothing to do now: {US} runs an earlier version again; " in text
    assert f"*{US}* rolled back · my-service: {before[US].proof}" in text
    assert "↳ was: my-service: 0 of 2 tasks run" in text
    after = running(outside)
    assert after[US].is_back(before[US])
    assert (after[EU], after[AP]) == (before[EU], before[AP])


def test_one_unhealthy_secondary_goes_back_and_the_other_one_stays(canary: CanaryService, outside: Outside) -> None:
    before = running(outside)
    outside.deployments(EU, "unhealthy")
    execution = canary.push("Cache pictures")
    assert canary.wait(execution) == "Failed"
    actions = {action["actionName"]: action["status"] for action in canary.actions(execution)}
    assert (actions["Deploy-EU-West"], actions["Validate-EU-West"]) == ("Succeeded", "Failed")
    text = told(outside, execution, us="passed", eu="rolled_back", ap="passed")
    assert f"*{EU}* rolled back · my-service: {before[EU].proof}" in text
    assert f"|ValidateSecondary / Validate-EU-West> ({EU}) · why: see above" in text
    after = running(outside)
    assert after[EU].is_back(before[EU])
    assert after[US].is_new(before[US])
    assert after[AP].is_new(before[AP])


def test_one_secondary_whose_action_fails_goes_back_and_the_other_one_stays(
    canary: CanaryService, outside: Outside
) -> None:
    before = running(outside)
    outside.deployments(AP, "fail")
    execution = canary.push("Shrink pictures")
    assert canary.wait(execution) == "Failed"
    actions = {action["actionName"]: action["status"] for action in canary.actions(execution)}
    assert (actions["Deploy-EU-West"], actions["Deploy-AP-Southeast"]) == ("Succeeded", "Failed")
    assert not actions.keys() & {"Validate-EU-West", "Validate-AP-Southeast"}
    text = told(outside, execution, us="passed", eu="passed", ap="rolled_back")
    assert f"*{AP}* rolled back · my-service: {before[AP].proof}" in text
    assert "↳ was: The deployment ecs-svc/" in text
    after = running(outside)
    assert after[AP].is_back(before[AP])
    assert after[US].is_new(before[US])
    assert after[EU].is_new(before[EU])


def test_a_rollback_of_ecs_under_a_green_action_is_seen_and_left(canary: CanaryService, outside: Outside) -> None:
    before = running(outside)
    outside.deployments(EU, "rolled_back")
    execution = canary.push("Sharpen pictures")
    assert canary.wait(execution) == "Failed"
    actions = {action["actionName"]: action["status"] for action in canary.actions(execution)}
    assert (actions["Deploy-EU-West"], actions["Validate-EU-West"]) == ("Succeeded", "Failed")
    runs = before[EU].task_definition
    seen = f"*{EU}* failed · my-service: ECS rolled back to {runs}: the deployment of my-service:"
    left = "↳ ECS rolled back by itself, from my-service:"
    told(outside, execution, seen, left, us="passed", eu="failed", ap="passed")
    verified(canary, outside, execution, "ValidateSecondary")
    after = running(outside)
    assert after[EU].is_back(before[EU], by=1)
    assert deployment_status(outside, EU) == "ROLLBACK_SUCCESSFUL"
    assert after[AP].is_new(before[AP])
