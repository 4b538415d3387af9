"""Which datapoints of a metric may be judged: complete ones, after the release and before it. Times are in epoch
seconds."""

import math
from dataclasses import dataclass

# The baseline is looked for in so many periods before the release.
BASELINE_PERIODS = 12
# A metric that has data now and then is given so many times the periods that are needed.
SPARSE_FACTOR = 2


@dataclass(frozen=True)
class Span:
    """Datapoints that begin at ``start`` or later, and end at ``end`` or earlier."""

    start: float
    end: float
    period: int

    @property
    def slots(self) -> int:
        """How many datapoints there are at most."""
        return max(0, int((self.end - self.start) // self.period))


def after(since: float, now: float, period: int, needed: int) -> Span:
    """The newest complete datapoints, none of which begins before the release.

    The newest datapoint is unfinished, and the one before it may still be corrected: agents send late. So a datapoint
    counts once a whole period, of at least a minute, has gone by since its end. ``since`` 0 sets no bound.
    """
    end = math.floor((now - period) / period) * period
    oldest = end - SPARSE_FACTOR * needed * period
    first = math.ceil(since / period) * period
    return Span(min(max(first, oldest), end), end, period)


def before(since: float, period: int) -> Span:
    """The datapoints that ended before the release began."""
    end = math.floor(since / period) * period
    return Span(end - BASELINE_PERIODS * period, end, period)
