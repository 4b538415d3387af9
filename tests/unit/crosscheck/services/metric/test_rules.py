"""A bound belongs to what it allows."""

from __future__ import annotations

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.metric.rules import Bounds, Seen, judge_metric


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        (Bounds(high=5.0), Verdict.PASS),
        (Bounds(high=4.9), Verdict.FAIL),
        (Bounds(low=5.0), Verdict.PASS),
        (Bounds(low=5.1), Verdict.FAIL),
    ],
)
def test_what_is_as_high_or_as_low_as_it_may_be_passes(bounds: Bounds, verdict: Verdict) -> None:
    assert judge_metric(Seen([5.0, 5.0, 5.0], 3), bounds, 3).verdict is verdict
