"""Which datapoints of a metric are judged, and how CloudWatch's GetMetricData reads them.

They are complete datapoints, after the release and before it. Times are in epoch seconds, periods in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from crosscheck.errors import CrosscheckError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDataQueryTypeDef

# The baseline is looked for in this many periods before the release.
BASELINE_PERIODS = 12
# A metric that has data only now and then gets this many times the periods that it needs.
SPARSE_FACTOR = 2
PAGES = 10


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


class UnreadableMetricError(CrosscheckError):
    """CloudWatch answered, but not with all of the data."""


@dataclass(frozen=True)
class Metric:
    """A metric with its statistic."""

    namespace: str
    name: str
    dimensions: Sequence[DimensionTypeDef]
    statistic: str


def read_values(client: CloudWatchClient, metric: Metric, span: Span) -> Sequence[float]:
    """The values of the datapoints in the span, oldest first. A period without data has none.

    Raises:
        UnreadableMetricError: its answer says that it is not complete.
    """
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[_query(metric, span.period)],
        StartTime=datetime.fromtimestamp(span.start, UTC),
        EndTime=datetime.fromtimestamp(span.end, UTC),
        ScanBy="TimestampAscending",
    )
    values: dict[float, float] = {}
    status = ""
    for page in islice(pages, PAGES):
        for result in page["MetricDataResults"]:
            moments = [moment.timestamp() for moment in result.get("Timestamps", [])]
            values |= dict(zip(moments, result.get("Values", []), strict=True))
            status = result.get("StatusCode", status)
    if status != "Complete":
        raise UnreadableMetricError(f"CloudWatch's answer is not complete: {status or 'no result'}")
    return [value for moment, value in sorted(values.items()) if span.start <= moment <= span.end - span.period]


def _query(metric: Metric, period: int) -> MetricDataQueryTypeDef:
    dimensions = list(metric.dimensions)
    return {
        "Id": "m",
        "MetricStat": {
            "Metric": {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions},
            "Period": period,
            "Stat": metric.statistic,
        },
    }
