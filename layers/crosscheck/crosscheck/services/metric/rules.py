"""What the datapoints of a metric prove: pure rules over complete datapoints after and before the release.

Each judged datapoint must lie within ``min`` and ``max``. ``max_increase`` compares their mean with the baseline's,
since a single datapoint may stray. Missing data is neither good nor bad.

An increase over a baseline of 0 has no percentage. As a PASS it would let the first errors of a service without errors
through; as a FAIL it would roll back for a single one. So it is INCONCLUSIVE, unless the mean is still 0 or ``max`` is
given: then ``max`` alone decides what is too much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.metric.datapoints import BASELINE_PERIODS, SPARSE_FACTOR


@dataclass(frozen=True)
class Bounds:
    """The tolerated values. ``increase`` is in percent of the baseline. None sets no bound."""

    increase: float | None = None
    high: float | None = None
    low: float | None = None


@dataclass(frozen=True)
class Seen:
    """The values after and ``before`` the release, oldest first.

    ``slots`` counts the complete periods that were looked at. ``before`` is None if no baseline is wanted, or if
    the release's start is unknown.
    """

    values: Sequence[float]
    slots: int
    before: Sequence[float] | None = None


def judge_metric(seen: Seen, bounds: Bounds, needed: int) -> Outcome:
    """The verdict over the newest ``needed`` datapoints."""
    values = seen.values[-needed:]
    return (
        _too_few(seen, needed)
        or _out_of_bounds(values, bounds)
        or _increase(values, seen.before, bounds, needed)
        or _fine(values, seen.before)
    )


def _too_few(seen: Seen, needed: int) -> Outcome | None:
    count = len(seen.values)
    if count >= needed:
        return None
    reason = f"{count} of {needed} complete datapoints since the release began"
    if seen.slots < needed:
        return Outcome(Verdict.PENDING, reason)
    if count == 0:
        return Outcome(Verdict.INCONCLUSIVE, f"no data in {seen.slots} complete periods")
    if seen.slots < SPARSE_FACTOR * needed:
        return Outcome(Verdict.PENDING, reason)
    return Outcome(Verdict.INCONCLUSIVE, f"only {count} of {needed} datapoints in {seen.slots} complete periods")


def _out_of_bounds(values: Sequence[float], bounds: Bounds) -> Outcome | None:
    if bounds.high is not None and max(values) > bounds.high:
        return Outcome(Verdict.FAIL, f"{max(values):g} is above the max {bounds.high:g} ({_listed(values)})")
    if bounds.low is not None and min(values) < bounds.low:
        return Outcome(Verdict.FAIL, f"{min(values):g} is below the min {bounds.low:g} ({_listed(values)})")
    return None


def _increase(values: Sequence[float], before: Sequence[float] | None, bounds: Bounds, needed: int) -> Outcome | None:
    """Why the comparison with the baseline allows no PASS; None if it does."""
    if bounds.increase is None:
        return None
    if before is None:
        return Outcome(Verdict.INCONCLUSIVE, "no baseline: when the release began is not known")
    if len(before) < needed:
        reason = f"{len(before)} of {needed} datapoints in the {BASELINE_PERIODS} periods before the release"
        return Outcome(Verdict.INCONCLUSIVE, f"no baseline: {reason}")
    baseline, mean = fmean(before[-needed:]), fmean(values)
    reason = f"{mean:g} on average, before the release {baseline:g}"
    if baseline == 0:
        measured = mean == 0 or bounds.high is not None
        return None if measured else Outcome(Verdict.INCONCLUSIVE, f"{reason}: of 0 there is no percentage; give a max")
    if mean > baseline + abs(baseline) * bounds.increase / 100:
        return Outcome(Verdict.FAIL, f"{reason}: more than {bounds.increase:g} % above")
    return None


def _fine(values: Sequence[float], before: Sequence[float] | None) -> Outcome:
    reason = f"{fmean(values):g} on average over {len(values)} datapoints"
    if before:
        reason = f"{reason}, before the release {fmean(before[-len(values) :]):g}"
    return Outcome(Verdict.PASS, reason)


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
