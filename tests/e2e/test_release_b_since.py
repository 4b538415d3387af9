"""Release B where a newer release has come to a region before a failure was confirmed, which is left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.scenarios.data_residency import LONDON, SINGAPORE
from tests.e2e.code_deploy import line, said, settled
from tests.e2e.test_release_b import good, group
from tests.e2e.two_releases import follow

if TYPE_CHECKING:
    from local.scenarios.data_residency import DataResidency
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


def test_what_a_newer_execution_deployed_is_left_alone(residency: DataResidency, outside: Outside) -> None:
    good(residency, outside, "Serve the catalogue before two releases follow each other")
    singapore = group(outside, SINGAPORE)
    before = singapore.page()
    two = follow(residency, outside, singapore, "Deploy_to_Production")
    settled(outside, two.older, "SUCCEEDED", {LONDON.region: "unknown", SINGAPORE.region: "unknown"})
    card = said(outside, two.older, lambda text: "gave way" in line(text, SINGAPORE.region))
    told = line(card, SINGAPORE.region)
    assert f"gave way to a later deployment: {two.newest} " in told
    assert "it was seen to fail before" in told
    assert "↳" not in told
    settled(outside, two.newer, "SUCCEEDED", {LONDON.region: "passed", SINGAPORE.region: "passed"})
    assert singapore.ids[:2] == [two.newest, two.brought]
    assert singapore.page()[0] == 200
    assert singapore.page() != before
