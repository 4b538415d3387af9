"""Release B with a page that never answers in one region, which does not delay the other region's verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.scenarios.data_residency import LONDON, SINGAPORE
from tests.e2e.code_deploy import line, settled, without_rollback
from tests.e2e.hanging_page import hanging_page
from tests.e2e.test_release_b import good, group

if TYPE_CHECKING:
    from local.scenarios.data_residency import DataResidency
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


def test_a_page_that_hangs_in_singapore_does_not_delay_london(residency: DataResidency, outside: Outside) -> None:
    london, singapore = group(outside, LONDON), group(outside, SINGAPORE)
    before = singapore.page()
    with without_rollback(residency), hanging_page(residency, outside, SINGAPORE.region) as url:
        execution = residency.push("Serve a catalogue that Singapore never hands out")
        settled(outside, execution, "SUCCEEDED", {LONDON.region: "passed", SINGAPORE.region: "verifying"})
        card = settled(outside, execution, "SUCCEEDED", {LONDON.region: "passed", SINGAPORE.region: "failed"})
        assert f"{url}: no answer within 10 seconds" in line(card, SINGAPORE.region)
        assert "↳" not in card
    assert (london.page()[0], singapore.page()[0]) == (200, 200)
    assert singapore.page() != before
    good(residency, outside, "Serve the catalogue that is always there")
