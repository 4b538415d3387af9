"""The parameters of the check ``metric`` that are not plain text: how each is read and written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crosscheck.contracts.parameters import Parameter, matching

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef

DIMENSIONS_LIMIT = 30
NAME_LIMIT, VALUE_LIMIT = 255, 1024
NUMBER_LIMIT = 1e15
PERIOD_LIMIT = 3_600

NAMESPACE = replace(matching(r"[^:\s].{0,254}", "a metric's namespace, such as AWS/ApplicationELB"), needed=True)
STATISTIC = matching(
    r"Average|Sum|Minimum|Maximum|SampleCount|p(100|\d{1,2}(\.\d{1,2})?)",
    "Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99.9",
)


def number(low: float = -NUMBER_LIMIT) -> Parameter:
    """A number of at least ``low``. It is written in the shortest form that reads back as the same number."""

    def read(value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= NUMBER_LIMIT:
            return None
        return str(int(value)) if value == int(value) else repr(value)

    return Parameter("a number" if low == -NUMBER_LIMIT else f"a number from {low:g}", read)


def _read_period(value: object) -> str | None:
    """Whole minutes only: a metric of ordinary resolution has no shorter periods."""
    if isinstance(value, bool) or not isinstance(value, int) or value % 60:
        return None
    return str(value) if 0 < value <= PERIOD_LIMIT else None


def _read_dimensions(value: object) -> str | None:
    if not isinstance(value, Mapping) or not 0 < len(value) <= DIMENSIONS_LIMIT:
        return None
    for name, text in value.items():
        if not _is_text(name, NAME_LIMIT) or name.startswith(":") or not _is_text(text, VALUE_LIMIT):
            return None
    return json.dumps(dict(value), sort_keys=True, separators=(",", ":"))


def _is_text(value: object, limit: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= limit


PERIOD = Parameter(f"a number of seconds from 60 to {PERIOD_LIMIT}, whole minutes", _read_period)
DIMENSIONS = Parameter(f"an object of 1 to {DIMENSIONS_LIMIT} strings", _read_dimensions)


def dimensions_of(text: str) -> Sequence[DimensionTypeDef]:
    """The dimensions in a text of ``DIMENSIONS``, as CloudWatch takes them. An empty text holds none."""
    held: Mapping[str, str] = json.loads(text) if text else {}
    return [{"Name": name, "Value": value} for name, value in held.items()]
