"""Release A looked at after something newer has come to the region: it is unknown, and nothing is taken back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.e2e.canary_regions import US, Running, deploy_by_hand, deployed, running, told, verified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


GAVE_WAY = "gave way to a later deployment: my-service: "


@contextmanager
def held_before_its_gate(canary: CanaryService) -> Iterator[None]:
    """Releases deploy to the primary and wait there."""
    transition = {"pipelineName": canary.pipeline, "stageName": "ValidatePrimary", "transitionType": "Inbound"}
    canary.client.disable_stage_transition(**transition, reason="Something newer comes first")
    try:
        yield
    finally:
        canary.client.enable_stage_transition(**transition)


def test_a_release_that_a_newer_one_has_followed_is_not_taken_back(canary: CanaryService, outside: Outside) -> None:
    with held_before_its_gate(canary):
        outside.deployments(US, "unhealthy")
        older = canary.push("Turn pictures")
        deployed(canary, older, "Deploy-US-East")
        outside.deployments(US, "healthy")
        newer = canary.push("Turn pictures the right way round")
        deployed(canary, newer, "Deploy-US-East")
        brought = running(outside)[US]
    assert canary.wait(older) == "Failed"
    assert "↳" not in told(outside, older, GAVE_WAY, us="unknown", eu="skipped", ap="skipped")
    verified(canary, outside, older, "ValidatePrimary")
    assert canary.wait(newer) == "Succeeded"
    told(outside, newer, us="passed", eu="passed", ap="passed")
    assert running(outside)[US] == brought


def test_what_somebody_deployed_by_hand_since_is_not_taken_back(canary: CanaryService, outside: Outside) -> None:
    brought = _gave_way_to_a_person(canary, outside, "Mirror pictures")
    assert running(outside)[US] == brought


def test_what_somebody_deployed_by_hand_is_not_rolled_back_past_by_the_next_release(
    canary: CanaryService, outside: Outside
) -> None:
    by_hand = _gave_way_to_a_person(canary, outside, "Crop pictures")
    outside.deployments(US, "unhealthy")
    execution = canary.push("Crop pictures well")
    assert canary.wait(execution) == "Failed"
    ran = f"just before this release {by_hand.task_definition} (sha256:"
    told(outside, execution, "↳ rollback suggested: ", ran, us="failed", eu="skipped", ap="skipped")
    verified(canary, outside, execution, "ValidatePrimary")
    assert running(outside)[US].deployments[1:] == by_hand.deployments


def _gave_way_to_a_person(canary: CanaryService, outside: Outside, message: str) -> Running:
    """A release breaks the primary, and somebody deploys there by hand before it is looked at; what that brought."""
    image = running(outside)[US]
    with held_before_its_gate(canary):
        outside.deployments(US, "unhealthy")
        execution = canary.push(message)
        deployed(canary, execution, "Deploy-US-East")
        before = _registered_again(outside, image.task_definition)
        brought = deploy_by_hand(outside, US, before)
    assert canary.wait(execution) == "Failed"
    assert "↳" not in told(outside, execution, GAVE_WAY, us="unknown", eu="skipped", ap="skipped")
    verified(canary, outside, execution, "ValidatePrimary")
    return brought


def _registered_again(outside: Outside, revision: str) -> str:
    """A new revision with the containers of another one."""
    ecs = outside.client("ecs", US)
    containers = ecs.describe_task_definition(taskDefinition=revision)["taskDefinition"]["containerDefinitions"]
    made = ecs.register_task_definition(family="my-service", containerDefinitions=containers)["taskDefinition"]
    return f"my-service:{made['revision']}"
