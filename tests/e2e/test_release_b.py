"""Release B of the scenarios: two regions at once, blue/green, and each of them alone goes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from local.scenarios.data_residency import LONDON, SINGAPORE
from tests.e2e.code_deploy import Group, line, made_by, said, settled
from tests.e2e.two_releases import broken, speed

if TYPE_CHECKING:
    from local.scenarios.data_residency import BlueGreenService, DataResidency
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

PROVIDER = "CodeDeployToECS"


def group(outside: Outside, service: BlueGreenService) -> Group:
    return Group(outside, service.region, PROVIDER, service.name, service.name)


@pytest.fixture
def london(outside: Outside) -> Group:
    return group(outside, LONDON)


@pytest.fixture
def singapore(outside: Outside) -> Group:
    return group(outside, SINGAPORE)


def good(residency: DataResidency, outside: Outside, message: str) -> str:
    """A good release; everything on its card."""
    execution = residency.push(message)
    return settled(outside, execution, "SUCCEEDED", {LONDON.region: "passed", SINGAPORE.region: "passed"})


def test_a_good_release_passes_in_both_regions_at_once(
    residency: DataResidency, outside: Outside, london: Group, singapore: Group
) -> None:
    execution = residency.push("Serve the catalogue of spring")
    assert residency.wait(execution) == "Succeeded"
    card = settled(outside, execution, "SUCCEEDED", {LONDON.region: "passed", SINGAPORE.region: "passed"})
    for here in (london, singapore):
        assert "2 of 2 tasks run " in line(card, here.region)
        assert here.page()[0] == 200
    runs = {action["actionName"]: action for action in residency.actions(execution)}
    assert runs["Deploy"]["startTime"] < runs["Deploy-Singapore"]["lastUpdateTime"]
    assert runs["Deploy-Singapore"]["startTime"] < runs["Deploy"]["lastUpdateTime"]
    assert len(outside.cards(execution)) == 1


@pytest.mark.parametrize(("bad", "other"), [(LONDON, SINGAPORE), (SINGAPORE, LONDON)], ids=["london", "singapore"])
def test_an_unhealthy_region_goes_back_and_the_other_stays(
    residency: DataResidency, outside: Outside, bad: BlueGreenService, other: BlueGreenService
) -> None:
    good(residency, outside, f"Serve the catalogue before {bad.name} breaks")
    here, there = group(outside, bad), group(outside, other)
    before, kept = here.page(), there.page()
    here.ends("unhealthy")
    execution = residency.push(f"Break {bad.name}")
    assert residency.wait(execution) == "Succeeded"
    released = made_by(residency, execution, bad.region)
    card = settled(outside, execution, "SUCCEEDED", {bad.region: "rolled_back", other.region: "passed"})
    assert "0 of 2 tasks run" in line(card, bad.region)
    assert here.page() == before
    assert here.newest["description"] == f"crosscheck:{released}"
    assert there.page()[0] == 200
    assert there.page() != kept


def test_a_failed_action_leaves_the_other_region_as_it_is(
    residency: DataResidency, outside: Outside, london: Group, singapore: Group
) -> None:
    good(residency, outside, "Serve the catalogue before Singapore fails")
    before, kept = singapore.page(), london.page()
    singapore.ends("fail")
    execution = residency.push("Fail in Singapore")
    assert residency.wait(execution) == "Failed"
    card = settled(outside, execution, "FAILED", {LONDON.region: "passed", SINGAPORE.region: "rolled_back"})
    assert re.search(r":x: Deploy_to_Production [^→]+ failed", card)
    assert "2 of 2 tasks run" in line(card, SINGAPORE.region)
    assert singapore.page() == before
    assert london.page()[0] == 200
    assert london.page() != kept


def test_a_region_that_was_taken_back_stays_so_when_its_stage_is_retried(
    residency: DataResidency, outside: Outside, london: Group, singapore: Group
) -> None:
    good(residency, outside, "Serve the catalogue before London breaks and Singapore fails")
    before = london.page()
    london.ends("unhealthy")
    singapore.ends("fail")
    execution = residency.push("Break London, and fail in Singapore")
    assert residency.wait(execution) == "Failed"
    settled(outside, execution, "FAILED", {LONDON.region: "rolled_back", SINGAPORE.region: "rolled_back"})
    deployed = london.ids
    singapore.ends("healthy")
    residency.client.retry_stage_execution(
        pipelineName=residency.pipeline,
        stageName="Deploy_to_Production",
        pipelineExecutionId=execution,
        retryMode="FAILED_ACTIONS",
    )
    card = settled(outside, execution, "SUCCEEDED", {LONDON.region: "rolled_back", SINGAPORE.region: "passed"})
    assert "gave way" not in card
    assert (london.ids, london.page()) == (deployed, before)
    assert singapore.page()[0] == 200


def test_codedeploys_own_rollback_is_told_and_nothing_is_written(
    residency: DataResidency, outside: Outside, london: Group, singapore: Group
) -> None:
    good(residency, outside, "Serve the catalogue before Singapore goes back by itself")
    before, deployed = singapore.page(), len(singapore.ids)
    singapore.ends("rolled_back")
    execution = residency.push("Go back in Singapore by itself")
    assert residency.wait(execution) == "Succeeded"
    settled(outside, execution, "SUCCEEDED", {LONDON.region: "passed", SINGAPORE.region: "failed"})
    card = said(outside, execution, lambda text: "↳" in line(text, SINGAPORE.region))
    assert line(card, SINGAPORE.region).count("CodeDeploy rolled back") == 2
    assert singapore.newest["creator"] == "codeDeployRollback"
    assert len(singapore.ids) == deployed + 2
    assert singapore.page() == before
    assert london.page()[0] == 200


def test_a_newer_deployment_is_left_alone(residency: DataResidency, outside: Outside, singapore: Group) -> None:
    good(residency, outside, "Serve the catalogue before somebody is faster")
    known, revision = singapore.ids[0], singapore.newest["revision"]
    execution = broken(residency, outside, singapore, "Break Singapore while somebody watches")
    newer = singapore.deploy(revision)
    speed(outside, 60)
    settled(outside, execution, "SUCCEEDED", {LONDON.region: "passed", SINGAPORE.region: "unknown"})
    card = said(outside, execution, lambda text: "gave way" in line(text, SINGAPORE.region))
    assert f"gave way to a later deployment: {newer} " in line(card, SINGAPORE.region)
    assert "↳" not in line(card, SINGAPORE.region)
    assert singapore.ids[0] == newer
    singapore.wait("Succeeded", than=known)
    assert singapore.page()[0] == 200
