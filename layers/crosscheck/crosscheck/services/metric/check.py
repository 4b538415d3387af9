"""The check ``metric``: a CloudWatch metric of the region stays in its bounds after the release."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.parameters import Parameter, at_least_one, matching, text, whole
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.metric.datapoints import (
    BASELINE_PERIODS,
    Metric,
    UnreadableMetricError,
    after,
    before,
    read_values,
)
from crosscheck.services.metric.rules import Bounds, Seen, judge_metric
from crosscheck.size_limits import parse_json

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef

DIMENSIONS_LIMIT = 30
NAME_LIMIT, VALUE_LIMIT = 255, 1024
NUMBER_LIMIT = 1e15
PERIOD_LIMIT = 3_600

NAMESPACE = matching(r"[^:\s].{0,254}", "a metric's namespace, such as AWS/ApplicationELB", needed=True)
STATISTIC = matching(
    r"Average|Sum|Minimum|Maximum|SampleCount|p(100|\d{1,2}(\.\d{1,2})?)",
    "Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99.9",
)
DATAPOINTS = "3"
SECONDS = "60"


def number(low: float = -NUMBER_LIMIT) -> Parameter:
    """A number of at least ``low``. It is written in the shortest form that reads back as the same number."""

    def read(value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= NUMBER_LIMIT:
            return None
        return str(int(value)) if value == int(value) else repr(value)

    return Parameter("a number" if low == -NUMBER_LIMIT else f"a number from {low:g}", read)


def _read_period(value: object) -> str | None:
    """Whole minutes only: a metric of ordinary resolution has no shorter periods."""
    seconds = whole(60, PERIOD_LIMIT).read(value)
    return seconds if seconds and int(seconds) % 60 == 0 else None


def _read_dimensions(value: object) -> str | None:
    if not isinstance(value, Mapping) or not 0 < len(value) <= DIMENSIONS_LIMIT:
        return None
    for name, item in value.items():
        if not text(NAME_LIMIT).read(name) or name.startswith(":") or not text(VALUE_LIMIT).read(item):
            return None
    return json.dumps(dict(value), sort_keys=True, separators=(",", ":"))


PERIOD = Parameter(f"a number of seconds from 60 to {PERIOD_LIMIT}, whole minutes", _read_period)
DIMENSIONS = Parameter(f"an object of 1 to {DIMENSIONS_LIMIT} strings", _read_dimensions)


def dimensions_of(written: str) -> Sequence[DimensionTypeDef]:
    """The dimensions in a text of ``DIMENSIONS``, as CloudWatch takes them. An empty text holds none."""
    held: Mapping[str, str] = parse_json(written) if written else {}
    return [{"Name": name, "Value": value} for name, value in held.items()]


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
        """A plan sets at least one bound, and its min is not above its max."""
        if "min" in given and "max" in given and float(given["min"]) > float(given["max"]):
            return "needs a min that is not above the max"
        return at_least_one(given, "max_increase", "max", "min")

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the datapoints after the release and, to compare with, at those before it."""
        parameters = planned.parameters
        metric = Metric(
            parameters["namespace"],
            parameters["metric"],
            dimensions_of(parameters.get("dimensions", "")),
            parameters.get("statistic", "Average"),
        )
        bounds, needed = _bounds(parameters), int(parameters.get("datapoints", DATAPOINTS))
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


def _bounds(parameters: Mapping[str, str]) -> Bounds:
    given = {key: float(parameters[key]) for key in ("max_increase", "max", "min") if key in parameters}
    return Bounds(increase=given.get("max_increase"), high=given.get("max"), low=given.get("min"))


def _values(seen: Seen) -> Mapping[str, str]:
    """The datapoints, for the ledger."""
    values = {"after": ", ".join(f"{value:g}" for value in seen.values)}
    return values | ({"before": ", ".join(f"{value:g}" for value in seen.before)} if seen.before else {})
