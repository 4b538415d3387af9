"""Reading one metric in a span of time with CloudWatch's GetMetricData."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from crosscheck.errors import CrosscheckError
from crosscheck.services.metric.spans import Span

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDataQueryTypeDef

PAGES = 10


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
        ClientError, BotoCoreError: CloudWatch refused, or did not answer.
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
