"""Release C of the scenarios: one S3 version in three regions, validated by the page that the instances serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.scenarios.ec2_fleet import APPLICATION, GROUP, Ec2Fleet
from tests.e2e.code_deploy import Group, line, made_by, settled
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

PROVIDER = "CodeDeploy"
OREGON, VIRGINIA, SYDNEY = Ec2Fleet.regions
PASSED = dict.fromkeys(Ec2Fleet.regions, "passed")


def group(outside: Outside, region: str) -> Group:
    return Group(outside, region, PROVIDER, APPLICATION, GROUP)


def pages(outside: Outside) -> dict[str, tuple[int, str]]:
    return {region: group(outside, region).page() for region in Ec2Fleet.regions}


def source_version(fleet: Ec2Fleet, execution: str) -> str:
    (source,) = [action for action in fleet.actions(execution) if action["actionName"] == "Source"]
    return str(source["output"]["executionResult"]["externalExecutionId"])


def good(fleet: Ec2Fleet, outside: Outside, message: str) -> tuple[str, str]:
    """A good release: the version of its source, and everything on its card."""
    execution = fleet.push(message)
    assert fleet.wait(execution) == "Succeeded"
    return source_version(fleet, execution), settled(outside, execution, "SUCCEEDED", PASSED)


def test_a_good_release_passes_with_the_sources_version_everywhere(fleet: Ec2Fleet, outside: Outside) -> None:
    version, card = good(fleet, outside, "Serve the page of spring")
    for region, (status, text) in pages(outside).items():
        assert f"deployed version {version[:12]}, as in the source" in line(card, region)
        assert "3 of 3 instances Succeeded" in line(card, region)
        assert (status, version in text) == (200, True)


@pytest.mark.parametrize("bad", [OREGON, SYDNEY], ids=["primary", "secondary"])
def test_a_region_whose_page_is_down_goes_back_to_the_old_version(fleet: Ec2Fleet, outside: Outside, bad: str) -> None:
    old, _ = good(fleet, outside, f"Serve the page before it is down in {bad}")
    before, here = pages(outside), group(outside, bad)
    here.ends("unhealthy")
    execution = fleet.push(f"Serve a page that is down in {bad}")
    assert fleet.wait(execution) == "Succeeded"
    released = made_by(fleet, execution, bad)
    card = settled(outside, execution, "SUCCEEDED", PASSED | {bad: "rolled_back"})
    assert "503" in line(card, bad)
    now, version = pages(outside), source_version(fleet, execution)
    assert now[bad] == before[bad]
    assert (now[bad][0], old in now[bad][1]) == (200, True)
    assert all(now[region][0] == 200 and version in now[region][1] for region in PASSED if region != bad)
    assert here.newest["description"] == f"crosscheck:{released}"


def test_a_failed_action_takes_back_its_own_region_alone(fleet: Ec2Fleet, outside: Outside) -> None:
    old, _ = good(fleet, outside, "Serve the page of autumn")
    virginia = group(outside, VIRGINIA)
    virginia.ends("fail")
    execution = fleet.push("Serve a page that fails in Virginia")
    assert fleet.wait(execution) == "Failed"
    card = settled(outside, execution, "FAILED", PASSED | {VIRGINIA: "rolled_back"})
    assert "3 of 3 instances Succeeded" in line(card, VIRGINIA)
    now, version = pages(outside), source_version(fleet, execution)
    assert (now[VIRGINIA][0], old in now[VIRGINIA][1]) == (200, True)
    assert all(now[region][0] == 200 and version in now[region][1] for region in (OREGON, SYDNEY))


def test_a_region_that_was_given_something_else_goes_back(fleet: Ec2Fleet, outside: Outside) -> None:
    old, _ = good(fleet, outside, "Serve the page of winter")
    outside.post("/clock", {"speed": 5}).raise_for_status()
    execution = fleet.push("Serve a page that is another one in Sydney")
    artifact = wait_until(lambda: _given(fleet, execution, f"Deploy-{SYDNEY}"), "Sydney's deployment")
    s3 = outside.client("s3", SYDNEY)
    s3.put_object(Bucket=artifact["bucket"], Key=artifact["key"], Body=fleet.archive("Serve something else"))
    outside.post("/clock", {"speed": 60}).raise_for_status()
    assert fleet.wait(execution) == "Succeeded"
    card = settled(outside, execution, "SUCCEEDED", PASSED | {SYDNEY: "rolled_back"})
    assert f"the artifact in {SYDNEY} differs from the source's: index.html has " in line(card, SYDNEY)
    status, text = group(outside, SYDNEY).page()
    assert (status, old in text) == (200, True)


def _given(fleet: Ec2Fleet, execution: str, action: str) -> dict[str, Any]:
    """Where the input artifact of an action lies that has begun its deployment."""
    for run in fleet.actions(execution):
        if run["actionName"] == action and run["output"].get("executionResult", {}).get("externalExecutionId"):
            found: dict[str, Any] = run["input"]["inputArtifacts"][0]["s3location"]
            return found
    return {}
