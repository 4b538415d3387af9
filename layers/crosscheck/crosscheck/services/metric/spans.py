"""Which datapoints of a metric are judged: complete ones, after the release and before it.

Times are in epoch seconds, periods in seconds.
"""

import math
from dataclasses import dataclass

# The baseline is looked for in this many periods before the release.
BASELINE_PERIODS = 12
# A metric that has data only now and then gets this many times the periods that it needs.
SPARSE_FACTOR = 2


@dataclass(frozen=True)
class Span:
    """The datapoints that begin at ``start`` or later and end at ``end`` or earlier."""

    start: float
    end: float
    period: int

    @property
    def slots(self) -> int:
        """How many complete periods the span holds, each with one datapoint at most."""
        return max(0, int((self.end - self.start) // self.period))


def after(since: float, now: float, period: int, needed: int) -> Span:
    """The newest datapoints that are complete. None of them begins before the release, which began at ``since``.

    The newest datapoint is unfinished, and agents that send late still correct the one before it. So a datapoint
    counts once a whole period has passed since its end. If ``since`` is 0, only the number of periods limits the span.
    """
    end = math.floor((now - period) / period) * period
    oldest = end - SPARSE_FACTOR * needed * period
    first = math.ceil(since / period) * period
    return Span(min(max(first, oldest), end), end, period)


def before(since: float, period: int) -> Span:
    """The baseline: the datapoints that ended before the release began."""
    end = math.floor(since / period) * period
    return Span(end - BASELINE_PERIODS * period, end, period)
