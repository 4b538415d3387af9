"""CloudWatch's alarms and metrics, with its limits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.json_protocol import JsonService, RefusedError

METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
PAGE = 100
QUERIES = 500
DATAPOINTS = 100_800
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


def at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


@dataclass
class FakeAlarm:
    """An alarm with its changes of state: (when, from, to), in any order."""

    name: str
    state: str = "OK"
    kind: str = METRIC
    changes: list[tuple[float, str, str]] = field(default_factory=list)
    transitioned: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        changed = {"StateUpdatedTimestamp": at(max(self.changes)[0])} if self.changes else {}
        if changed and self.transitioned:
            changed["StateTransitionedTimestamp"] = changed["StateUpdatedTimestamp"]
        return {"AlarmName": self.name, "StateValue": self.state, **changed, **self.more}

    def history(self) -> list[dict[str, Any]]:
        return [
            {
                "AlarmName": self.name,
                "AlarmType": self.kind,
                "Timestamp": at(moment),
                "HistoryItemType": "StateUpdate",
                "HistorySummary": f"Alarm updated from {before} to {now}",
                "HistoryData": json.dumps(
                    {"version": "1.0", "oldState": {"stateValue": before}, "newState": {"stateValue": now}}
                ),
            }
            for moment, before, now in self.changes
        ]


class FakeCloudWatch(JsonService):
    """One region. ``points`` holds the datapoints of every metric by (name, statistic), and each by its beginning."""

    service = "cloudwatch"

    def __init__(self, *alarms: FakeAlarm) -> None:
        super().__init__()
        self.alarms = {alarm.name: alarm for alarm in alarms}
        self.history: list[dict[str, Any]] | None = None
        self.points: dict[tuple[str, str], dict[float, float]] = {}
        self.data_page = 500
        self.last_status = "Complete"

    def describe_alarms(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if "AlarmNamePrefix" in body and "AlarmNames" in body:
            raise RefusedError("InvalidParameterCombination")
        types = body.get("AlarmTypes", [METRIC])
        found = [
            alarm
            for name, alarm in sorted(self.alarms.items())
            if name.startswith(body.get("AlarmNamePrefix", ""))
            and name in body.get("AlarmNames", [name])
            and alarm.kind in types
        ]
        page, rest = _page(found, body)
        return {
            "MetricAlarms": [alarm.document() for alarm in page if alarm.kind == METRIC],
            "CompositeAlarms": [alarm.document() for alarm in page if alarm.kind == COMPOSITE],
            **rest,
        }

    def describe_alarm_history(self, body: Mapping[str, Any]) -> dict[str, Any]:
        types = body.get("AlarmTypes", [METRIC])
        alarm = self.alarms[body["AlarmName"]]
        items = alarm.history() if self.history is None else self.history
        items = [
            item for item in items if item["AlarmType"] in types and item["Timestamp"].timestamp() >= body["StartDate"]
        ]
        newest_first = body.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        items.sort(key=lambda item: item["Timestamp"], reverse=newest_first)
        page, rest = _page(items, body)
        return {"AlarmHistoryItems": page, **rest}

    def get_metric_data(self, body: Mapping[str, Any]) -> dict[str, Any]:
        queries, start, end = body["MetricDataQueries"], body["StartTime"], body["EndTime"]
        if not start < end or len(queries) > QUERIES or body.get("MaxDatapoints", 1) > DATAPOINTS:
            raise RefusedError("ValidationError")
        points = sorted(self._points(queries[0], start, end).items())
        if body.get("ScanBy", "TimestampDescending") == "TimestampDescending":
            points.reverse()
        offset = int(body.get("NextToken", "0"))
        page = points[offset : offset + self.data_page]
        more = offset + self.data_page < len(points)
        result = {
            "Id": queries[0]["Id"],
            "Timestamps": [at(moment) for moment, _ in page],
            "Values": [value for _, value in page],
            "StatusCode": "PartialData" if more else self.last_status,
        }
        token = {"NextToken": str(offset + self.data_page)} if more else {}
        return {"MetricDataResults": [result], "Messages": [], **token}

    def _points(self, query: Mapping[str, Any], start: float, end: float) -> dict[float, float]:
        wanted = query["MetricStat"]
        if not _ID.fullmatch(query["Id"]) or wanted["Period"] % 60:
            raise RefusedError("ValidationError")
        points = self.points.get((wanted["Metric"]["MetricName"], wanted["Stat"]), {})
        return {moment: value for moment, value in points.items() if start <= moment < end}


def _page[T](found: Sequence[T], body: Mapping[str, Any]) -> tuple[Sequence[T], dict[str, str]]:
    size = body.get("MaxRecords", PAGE)
    if not 1 <= size <= PAGE:
        raise RefusedError("ValidationError")
    offset = int(body.get("NextToken", "0"))
    more = {"NextToken": str(offset + size)} if offset + size < len(found) else {}
    return found[offset : offset + size], more
