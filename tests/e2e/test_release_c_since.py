"""Release C where something else came to a region before a failure was confirmed, which is told and left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.code_deploy import line, said, settled
from tests.e2e.test_release_c import OREGON, PASSED, SYDNEY, VIRGINIA, good, group, pages, source_version
from tests.e2e.two_releases import broken, follow, speed

if TYPE_CHECKING:
    from local.scenarios.ec2_fleet import Ec2Fleet
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


def test_codedeploys_own_rollback_is_told_and_nothing_is_written(fleet: Ec2Fleet, outside: Outside) -> None:
    old, _ = good(fleet, outside, "Serve the page before Virginia goes back by itself")
    virginia = group(outside, VIRGINIA)
    known = virginia.ids[0]
    virginia.ends("rolled_back")
    execution = fleet.push("Go back in Virginia by itself")
    assert fleet.wait(execution) == "Succeeded"
    settled(outside, execution, "SUCCEEDED", PASSED | {VIRGINIA: "failed"})
    card = said(outside, execution, lambda text: "↳" in line(text, VIRGINIA))
    assert line(card, VIRGINIA).count("CodeDeploy rolled back") == 2
    assert virginia.newest["creator"] == "codeDeployRollback"
    assert virginia.ids[2] == known
    now, version = pages(outside), source_version(fleet, execution)
    assert (now[VIRGINIA][0], old in now[VIRGINIA][1]) == (200, True)
    assert all(now[region][0] == 200 and version in now[region][1] for region in (OREGON, SYDNEY))


def test_what_somebody_deployed_by_hand_since_is_left_alone(fleet: Ec2Fleet, outside: Outside) -> None:
    good(fleet, outside, "Serve the page before somebody is faster")
    before, sydney = pages(outside), group(outside, SYDNEY)
    known, revision = sydney.ids[0], sydney.newest["revision"]
    execution = broken(fleet, outside, sydney, "Break Sydney while somebody watches")
    newer = sydney.deploy(revision)
    speed(outside, 60)
    settled(outside, execution, "SUCCEEDED", PASSED | {SYDNEY: "unknown"})
    _gave_way(outside, execution, newer)
    sydney.wait("Succeeded", than=known)
    assert sydney.ids[0] == newer
    assert pages(outside)[SYDNEY] == before[SYDNEY]


def _gave_way(outside: Outside, execution: str, newer: str) -> None:
    """Sydney was seen to fail once, and had something newer at the next look."""
    told = line(said(outside, execution, lambda text: "gave way" in line(text, SYDNEY)), SYDNEY)
    assert f"gave way to a later deployment: {newer} " in told
    assert "it was seen to fail before" in told
    assert "↳" not in told


def test_what_a_newer_execution_deployed_is_left_alone(fleet: Ec2Fleet, outside: Outside) -> None:
    good(fleet, outside, "Serve the page before two releases follow each other")
    sydney = group(outside, SYDNEY)
    two = follow(fleet, outside, sydney, "Deploy")
    settled(outside, two.older, "SUCCEEDED", {OREGON: "unknown", VIRGINIA: "unknown", SYDNEY: "unknown"})
    _gave_way(outside, two.older, two.newest)
    gave_way = said(outside, two.older, lambda text: "gave way" in line(text, OREGON))
    assert "gave way to a later deployment: d-" in line(gave_way, OREGON)
    settled(outside, two.newer, "SUCCEEDED", PASSED)
    version = source_version(fleet, two.newer)
    assert all(status == 200 and version in text for status, text in pages(outside).values())
    assert sydney.ids[:2] == [two.newest, two.brought]
