"""Release A of the scenarios: three regions, the primary first, each proven before the next ones start."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.canary_regions import told
from tests.e2e.outside import wait_until, words

if TYPE_CHECKING:
    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

TOOK = "(?:under )?(?:[0-9]+ (?:h|min|s) ?)+"


def test_a_good_release_passes_in_every_region(canary: CanaryService, outside: Outside) -> None:
    execution = canary.first_execution
    assert canary.status(execution) == "Succeeded"
    card = outside.ended_card(execution)
    assert card["metadata"]["event_type"] == "crosscheck_release"
    payload = card["metadata"]["event_payload"]
    assert payload["pipeline"] == "multi-region-service"
    assert payload["state"] == "SUCCEEDED"
    assert payload["regions"] == {"us-east-1": "passed", "eu-west-1": "passed", "ap-southeast-1": "passed"}
    for region in payload["regions"]:
        assert f"*{region}* passed · my-service: 2 of 2 tasks run my-service@sha256:" in words(card)
    assert len(outside.cards(execution)) == 1


def test_one_card_is_updated_in_place(canary: CanaryService, outside: Outside) -> None:
    card = outside.ended_card(canary.first_execution)
    calls = [call for call in outside.history() if call["ts"] == card["ts"]]
    assert [call["method"] for call in calls].count("chat.postMessage") == 1
    assert {call["method"] for call in calls} == {"chat.postMessage", "chat.update"}
    assert all(before != after for before, after in pairwise(map(_content, calls)))
    assert len(calls) < 40  # some fifty events, however fast each of them is shown


def test_f01_f02_shuffled_and_repeated_events_give_the_same_card(canary: CanaryService, outside: Outside) -> None:
    orderly = canary.push("The same change")
    assert canary.wait(orderly) == "Succeeded"
    told(outside, orderly, us="passed", eu="passed", ap="passed")
    outside.events(shuffle=True, duplicate=0.5, seed=7)
    shuffled = canary.push("The same change")
    assert canary.wait(shuffled) == "Succeeded"
    told(outside, shuffled, us="passed", eu="passed", ap="passed")
    wait_until(lambda: _lines(outside, shuffled) == _lines(outside, orderly), "the same card")
    assert len(outside.cards(shuffled)) == 1


def _content(call: dict[str, Any]) -> list[Any]:
    """What a call brings to the card; the version alone would be nothing new."""
    payload = call["payload"]
    return [payload["text"], payload["blocks"], payload["metadata"]["event_payload"] | {"version": None}]


def _lines(outside: Outside, execution: str) -> list[str]:
    """What the execution's card says now, without times, ids, digests and revisions."""
    (card,) = outside.cards(execution)
    kept = (line for line in words(card).splitlines() if "execution" not in line and "by release-bot" not in line)
    return [re.sub(f"{TOOK}|sha256:[0-9a-f]+|my-service:[0-9]+", "…", line.split("·")[0]) for line in kept]
