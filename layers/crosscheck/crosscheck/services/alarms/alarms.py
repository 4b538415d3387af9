"""One look at alarms: what DescribeAlarms says of them, and DescribeAlarmHistory of the time before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched, chain, islice
from typing import TYPE_CHECKING, Any

from crosscheck.size_limits import parse_json

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.literals import AlarmTypeType
    from mypy_boto3_cloudwatch.type_defs import CompositeAlarmTypeDef, DescribeAlarmsOutputTypeDef, MetricAlarmTypeDef

# The most names that DescribeAlarms takes, and the most alarms that one of its pages holds.
PAGE = 100
ALARM_LIMIT = 500
# DescribeAlarms gives metric alarms only, unless it is asked for composite ones as well.
TYPES: Sequence[AlarmTypeType] = ("MetricAlarm", "CompositeAlarm")


@dataclass(frozen=True, order=True)
class Alarm:
    """An alarm. It has been in its ``state`` (CloudWatch's word) since ``changed``, in epoch seconds; 0 if unknown."""

    name: str
    state: str
    changed: float


@dataclass(frozen=True)
class AlarmsSnapshot:
    """The alarms that were read, by name. ``more`` says that there are others."""

    alarms: tuple[Alarm, ...]
    more: bool = False


def read_prefix(client: CloudWatchClient, prefix: str) -> AlarmsSnapshot:
    """The alarms whose names begin with the prefix."""
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=TYPES, PaginationConfig={"PageSize": PAGE}
    )
    found = list(islice(_alarms(pages), ALARM_LIMIT + 1))
    return AlarmsSnapshot(tuple(sorted(found[:ALARM_LIMIT])), more=len(found) > ALARM_LIMIT)


def read_named(client: CloudWatchClient, names: Sequence[str]) -> AlarmsSnapshot:
    """Those of the named alarms that exist."""
    paginate = client.get_paginator("describe_alarms").paginate
    pages = chain.from_iterable(
        paginate(AlarmNames=list(chunk), AlarmTypes=TYPES, PaginationConfig={"PageSize": PAGE})
        for chunk in batched(names, PAGE, strict=False)
    )
    return AlarmsSnapshot(tuple(sorted(_alarms(pages))))


def state_at(client: CloudWatchClient, name: str, moment: float) -> str:
    """The state that an alarm had at a moment (epoch seconds): the one that its first change afterwards left.

    Empty if CloudWatch's history does not hold that change.
    """
    pages = client.get_paginator("describe_alarm_history").paginate(
        AlarmName=name,
        AlarmTypes=TYPES,
        HistoryItemType="StateUpdate",
        StartDate=datetime.fromtimestamp(moment, UTC),
        ScanBy="TimestampAscending",
        PaginationConfig={"MaxItems": 1, "PageSize": 10},
    )
    items = [item for page in pages for item in page["AlarmHistoryItems"]]
    return _old_state(items[0].get("HistoryData", "")) if items else ""


def _old_state(history: str) -> str:
    """``oldState.stateValue`` of a StateUpdate. CloudWatch does not promise the form of this JSON."""
    try:
        document: Any = parse_json(history)
    except ValueError:
        return ""
    before = document.get("oldState") if isinstance(document, Mapping) else None
    state = before.get("stateValue") if isinstance(before, Mapping) else None
    return state if isinstance(state, str) else ""


def _alarms(pages: Iterable[DescribeAlarmsOutputTypeDef]) -> Iterator[Alarm]:
    for page in pages:
        yield from map(_alarm, page.get("MetricAlarms", []))
        yield from map(_alarm, page.get("CompositeAlarms", []))


def _alarm(alarm: MetricAlarmTypeDef | CompositeAlarmTypeDef) -> Alarm:
    changed = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
    return Alarm(
        name=alarm.get("AlarmName", ""),
        state=alarm.get("StateValue", "INSUFFICIENT_DATA"),
        changed=changed.timestamp() if changed else 0.0,
    )
