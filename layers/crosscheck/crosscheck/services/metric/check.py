"""The check ``metric``: a CloudWatch metric of the region stays in its bounds after the release."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.parameters import at_least_one, text, whole
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.metric.datapoints import (
    BASELINE_PERIODS,
    Metric,
    UnreadableMetricError,
    after,
    before,
    read_values,
)
from crosscheck.services.metric.parameters import DIMENSIONS, NAMESPACE, PERIOD, STATISTIC, dimensions_of, number
from crosscheck.services.metric.rules import Bounds, Seen, judge_metric

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

DATAPOINTS = "3"
SECONDS = "60"


@dataclass(frozen=True)
class MetricCheck(Check):
    """Judges complete datapoints only, against fixed bounds or against those before the release.

    ``clock`` gives epoch seconds.
    """

    kind = "metric"
    permissions = frozenset({"cloudwatch:GetMetricData"})
    parameters = {
        "namespace": NAMESPACE,
        "metric": text(needed=True),
        "dimensions": DIMENSIONS,
        "statistic": STATISTIC,
        "period": PERIOD,
        "max_increase": number(0),
        "max": number(),
        "min": number(),
        "datapoints": whole(1, BASELINE_PERIODS),
    }

    clock: Callable[[], float] = time.time

    def problem(self, given: Mapping[str, str]) -> str:
        """Some bound, and bounds between which there is room."""
        if "min" in given and "max" in given and float(given["min"]) > float(given["max"]):
            return "needs a min that is not above the max"
        return at_least_one(given, "max_increase", "max", "min")

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the datapoints after the release and, to compare with, at those before it."""
        told = planned.parameters
        metric = Metric(
            told["namespace"],
            told["metric"],
            dimensions_of(told.get("dimensions", "")),
            told.get("statistic", "Average"),
        )
        bounds, needed = _bounds(told), int(told.get("datapoints", DATAPOINTS))
        try:
            seen = self._read(aws.client("cloudwatch", planned.region), metric, planned, needed)
        except UnreadableMetricError as error:
            return planned.finding(Verdict.INCONCLUSIVE, f"{metric.name}: {error}")
        outcome = judge_metric(seen, bounds, needed)
        return planned.finding(outcome.verdict, f"{metric.name} {metric.statistic}: {outcome.reason}", _values(seen))

    def _read(self, client: CloudWatchClient, metric: Metric, planned: PlannedCheck, needed: int) -> Seen:
        period = int(planned.parameters.get("period", SECONDS))
        span = after(planned.since, self.clock(), period, needed)
        values = read_values(client, metric, span) if span.slots else []
        if not planned.since or "max_increase" not in planned.parameters:
            return Seen(values, span.slots)
        return Seen(values, span.slots, read_values(client, metric, before(planned.since, period)))


def _bounds(told: Mapping[str, str]) -> Bounds:
    def bound(key: str) -> float | None:
        return float(told[key]) if key in told else None

    return Bounds(increase=bound("max_increase"), high=bound("max"), low=bound("min"))


def _values(seen: Seen) -> Mapping[str, str]:
    """The datapoints, for the ledger."""
    values = {"after": ", ".join(f"{value:g}" for value in seen.values)}
    return values | ({"before": ", ".join(f"{value:g}" for value in seen.before)} if seen.before else {})
