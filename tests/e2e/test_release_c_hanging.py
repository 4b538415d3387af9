"""Release C with a page that never answers in one region, which delays no other region's verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.code_deploy import line, settled, without_rollback
from tests.e2e.hanging_page import hanging_page
from tests.e2e.test_release_c import PASSED, SYDNEY, good, pages, source_version

if TYPE_CHECKING:
    from local.scenarios.ec2_fleet import Ec2Fleet
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


def test_a_page_that_hangs_in_one_region_does_not_delay_the_others(fleet: Ec2Fleet, outside: Outside) -> None:
    with without_rollback(fleet), hanging_page(fleet, outside, SYDNEY) as url:
        execution = fleet.push("Serve a page that Sydney never hands out")
        settled(outside, execution, "SUCCEEDED", PASSED | {SYDNEY: "verifying"})
        card = settled(outside, execution, "SUCCEEDED", PASSED | {SYDNEY: "failed"})
        assert f"{url}: no answer within 10 seconds" in line(card, SYDNEY)
        assert "↳" not in card
        version = source_version(fleet, execution)
    assert all(status == 200 and version in text for status, text in pages(outside).values())
    good(fleet, outside, "Serve the page that is always there")
