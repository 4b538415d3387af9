"""Whatever happens to a stack with stores, nothing of ours is left at its end, and nothing foreign is touched.

``make histories`` runs 10,000 of them, every other test run the first 300. A history is its number, so a failure comes
again.
"""

import os
from collections.abc import Callable, Mapping
from random import Random

import pytest

from tests.property.store_history import StoreHistory

HISTORIES = int(os.environ.get("CROSSCHECK_HISTORIES", "300"))
PARTS = 6


@pytest.fixture(autouse=True)
def _one_region_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without threads, the same call is the n-th each time."""

    def in_order(_: float, work: Mapping[str, Callable[[], object]]) -> Mapping[str, object]:
        return {name: each() for name, each in work.items()}

    monkeypatch.setattr("provision_regions.region_results.all_within", in_order)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_stack_that_empties_leaves_nothing(part: int) -> None:
    for number in range(part, HISTORIES // 2, PARTS):
        history = StoreHistory(Random(number), always="Empty")  # noqa: S311 - no secret
        history.happen()
        history.assert_nothing_is_left_but_theirs()


@pytest.mark.parametrize("part", range(PARTS))
def test_what_a_stack_retains_is_taken_over_by_the_next_one(part: int) -> None:
    for number in range(HISTORIES // 2 + part, HISTORIES, PARTS):
        history = StoreHistory(Random(number))  # noqa: S311 - no secret
        history.happen()
        history.happen()  # a stack of the same name, which may fail and says for itself what a Delete does
        history.take_over()
        history.assert_nothing_is_left_but_theirs()
