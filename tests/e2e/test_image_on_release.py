"""The image that a release deploys, on the release's own card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.outside import wait_until, words

if TYPE_CHECKING:
    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
# Seconds of AWS's time. An image is waited for for 1,871 of them; at the slow speed these are more than a minute here,
# longer than the release, much of which takes real time.
LATE = 1500
SLOW, USUAL = 20, 60


def _line(outside: Outside, execution: str) -> str:
    """The image's line on the release's card, empty while there is none."""
    (card,) = outside.cards(execution)
    lines = words(card).splitlines()
    after = lines[lines.index("*Images*") + 1 :] if "*Images*" in lines else [""]
    return after[0]


def _shown(outside: Outside, execution: str, sign: str, states: str) -> str:
    pattern = rf":{sign}: \*my-service@sha256:[0-9a-f]{{12}}\S*\* {states}"

    def found() -> str:
        line = _line(outside, execution)
        return line if re.fullmatch(pattern, line) else ""

    return wait_until(found, f"an image line with {states}")


def test_an_image_that_is_where_it_has_to_be_needs_no_line(canary: CanaryService, outside: Outside) -> None:
    card = outside.ended_card(
        canary.first_execution, f"*{EU}* passed · my-service: 2 of 2 tasks run my-service@sha256:"
    )
    assert "*Images*" not in words(card)


def test_an_image_that_arrives_late_is_shown_late_on_the_same_card(canary: CanaryService, outside: Outside) -> None:
    outside.post("/replication", {"region": EU, "delay_seconds": LATE}).raise_for_status()
    outside.post("/clock", {"speed": SLOW}).raise_for_status()
    execution = canary.push("An image that takes its time")
    assert canary.wait(execution) == "Succeeded"
    before = outside.ended_card(execution)
    _shown(outside, execution, "mag", f"{EU} verifying, {AP} passed")
    outside.post("/clock", {"speed": USUAL}).raise_for_status()
    wait_until(lambda: not _line(outside, execution), "a card without a line for the image")
    (after,) = outside.cards(execution)
    assert after["ts"] == before["ts"]
    assert after["metadata"]["event_payload"]["state"] == "SUCCEEDED"
