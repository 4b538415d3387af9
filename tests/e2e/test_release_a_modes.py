"""Release A where nothing is taken back by itself: told to suggest, told nothing, or a rollback already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.canary_regions import AP, EU, US, deploy_by_hand, running, told, verifications, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


@pytest.fixture
def tagged(canary: CanaryService) -> Iterator[Callable[[str], None]]:
    """Give the pipeline another tag ``crosscheck:rollback`` for the time of the test."""
    arn = canary.client.get_pipeline(name=canary.pipeline)["metadata"]["pipelineArn"]

    def tag(value: str) -> None:
        canary.client.tag_resource(resourceArn=arn, tags=[{"key": "crosscheck:rollback", "value": value}])

    yield tag
    tag("auto")


def test_suggest_says_what_to_go_back_to_and_writes_nothing(
    canary: CanaryService, outside: Outside, tagged: Callable[[str], None]
) -> None:
    good = canary.push("Hang pictures")
    assert canary.wait(good) == "Succeeded"
    told(outside, good, us="passed", eu="passed", ap="passed")
    tagged("suggest")
    before = running(outside)[US]
    outside.deployments(US, "unhealthy")
    execution = canary.push("Frame pictures")
    assert canary.wait(execution) == "Failed"
    verified(canary, outside, execution, "ValidatePrimary")
    now = running(outside)[US]
    assert (now.page, now.deployments[1:]) == (503, before.deployments)
    ran = f"my-service runs {now.task_definition}; the way back leads to {before.task_definition}"
    told(outside, execution, f"↳ rollback suggested: {ran}", us="failed", eu="skipped", ap="skipped")
    assert deploy_by_hand(outside, US, before.task_definition).is_back(before)


def test_off_suggests_nothing_and_writes_nothing(
    canary: CanaryService, outside: Outside, tagged: Callable[[str], None]
) -> None:
    tagged("off")
    before = running(outside)[EU]
    outside.deployments(EU, "unhealthy")
    execution = canary.push("Colour pictures")
    assert canary.wait(execution) == "Failed"
    verified(canary, outside, execution, "ValidateSecondary")
    text = told(outside, execution, us="passed", eu="failed", ap="passed")
    assert "rollback" not in text  # a person may still ask for one
    assert "↳" not in text
    now = running(outside)[EU]
    assert (now.page, now.deployments[1:]) == (503, before.deployments)
    assert deploy_by_hand(outside, EU, before.task_definition).is_back(before)


def test_a_rollback_execution_is_verified_and_never_rolled_back(canary: CanaryService, outside: Outside) -> None:
    good = canary.push("Keep pictures")
    assert canary.wait(good) == "Succeeded"
    before = running(outside)
    outside.deployments(US, "unhealthy")
    bad = canary.push("Burn pictures")
    assert canary.wait(bad) == "Failed"
    told(outside, bad, us="rolled_back", eu="skipped", ap="skipped")
    back = running(outside)[US]
    to_bad = _roll_back(canary, bad)
    seen = f"*{US}* failed · my-service: 0 of 2 tasks run"
    assert verified(canary, outside, to_bad, "DeployPrimary") == verifications(to_bad, "DeployPrimary")
    text = told(outside, to_bad, seen, us="failed", eu="skipped", ap="skipped")
    assert "↳" not in text
    now = running(outside)[US]
    assert (now.page, now.deployments[1:]) == (503, back.deployments)
    outside.deployments(US, "healthy")
    to_good = _roll_back(canary, good)
    told(outside, to_good, us="passed", eu="skipped", ap="skipped")
    after = running(outside)
    assert (after[US].serves, after[US].digests) == (True, before[US].digests)
    assert after[US].deployments[1:] == now.deployments
    assert (after[EU], after[AP]) == (before[EU], before[AP])


def _roll_back(canary: CanaryService, target: str) -> str:
    asked = {"pipelineName": canary.pipeline, "stageName": "DeployPrimary", "targetPipelineExecutionId": target}
    execution = str(canary.client.rollback_stage(**asked)["pipelineExecutionId"])
    assert canary.wait(execution) == "Succeeded"
    return execution
