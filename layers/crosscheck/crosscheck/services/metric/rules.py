"""What the datapoints of a metric prove: pure rules over complete datapoints after and before the release.

The bounds ``min`` and ``max`` hold for every one of the datapoints that are judged; ``max_increase`` compares their
mean with the baseline's, as a single datapoint strays. No data is neither good nor bad.

Of a baseline of 0 there is no percentage: any value is infinitely more. Taken as a pass, it would let the first errors
of a service without errors through; taken as a fail, it would roll back for a single one. So the increase over 0 is
INCONCLUSIVE, unless the mean is still 0 (nothing increased) or ``max`` is given: then ``max`` alone says what is too
much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.metric.spans import BASELINE_PERIODS, SPARSE_FACTOR


@dataclass(frozen=True)
class Bounds:
    """What is tolerated. ``increase`` is in percent of the baseline; None is no bound."""

    increase: float | None = None
    high: float | None = None
    low: float | None = None


@dataclass(frozen=True)
class Seen:
    """Datapoints oldest first. ``slots`` is how many complete periods there were; ``before`` is None where the
    release's start is not known."""

    values: Sequence[float]
    slots: int
    before: Sequence[float] | None = None


def judge_metric(seen: Seen, bounds: Bounds, needed: int) -> Outcome:
    """The verdict over the newest ``needed`` datapoints."""
    few = _too_few(seen, needed)
    if few:
        return few
    values = seen.values[-needed:]
    return (
        _out_of_bounds(values, bounds) or _increase(values, seen.before, bounds, needed) or _fine(values, seen, bounds)
    )


def _too_few(seen: Seen, needed: int) -> Outcome | None:
    count = len(seen.values)
    if count >= needed:
        return None
    told = f"{count} of {needed} complete datapoints since the release began"
    if seen.slots < needed:
        return Outcome(Verdict.PENDING, told)
    if count == 0:
        return Outcome(Verdict.INCONCLUSIVE, f"no data in {seen.slots} complete periods")
    if seen.slots < SPARSE_FACTOR * needed:
        return Outcome(Verdict.PENDING, told)
    return Outcome(Verdict.INCONCLUSIVE, f"only {count} of {needed} datapoints in {seen.slots} complete periods")


def _out_of_bounds(values: Sequence[float], bounds: Bounds) -> Outcome | None:
    if bounds.high is not None and max(values) > bounds.high:
        return Outcome(Verdict.FAIL, f"{max(values):g} is above the max {bounds.high:g} ({_listed(values)})")
    if bounds.low is not None and min(values) < bounds.low:
        return Outcome(Verdict.FAIL, f"{min(values):g} is below the min {bounds.low:g} ({_listed(values)})")
    return None


def _increase(values: Sequence[float], before: Sequence[float] | None, bounds: Bounds, needed: int) -> Outcome | None:
    """What the comparison with the baseline says against a pass."""
    if bounds.increase is None:
        return None
    if before is None:
        return Outcome(Verdict.INCONCLUSIVE, "no baseline: when the release began is not known")
    if len(before) < needed:
        told = f"{len(before)} of {needed} datapoints in the {BASELINE_PERIODS} periods before the release"
        return Outcome(Verdict.INCONCLUSIVE, f"no baseline: {told}")
    baseline, mean = fmean(before[-needed:]), fmean(values)
    told = f"{mean:g} on average, before the release {baseline:g}"
    if baseline == 0:
        measured = mean == 0 or bounds.high is not None
        return None if measured else Outcome(Verdict.INCONCLUSIVE, f"{told}: of 0 there is no percentage; give a max")
    if mean > baseline + abs(baseline) * bounds.increase / 100:
        return Outcome(Verdict.FAIL, f"{told}: more than {bounds.increase:g} % above")
    return None


def _fine(values: Sequence[float], seen: Seen, bounds: Bounds) -> Outcome:
    told = f"{fmean(values):g} on average over {len(values)} datapoints"
    if bounds.increase is not None and seen.before:
        told = f"{told}, before the release {fmean(seen.before[-len(values) :]):g}"
    return Outcome(Verdict.PASS, told)


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
