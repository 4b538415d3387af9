"""The checks that only a plan asks for: their keys, alone and together."""

from __future__ import annotations

from typing import Any

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import parse_definition
from crosscheck.pipelines.scope import Position, Scope, scope
from crosscheck.plans.added import added_checks
from tests.fakes.codepipeline_release import STAGES

METRIC = {"kind": "metric", "namespace": "My/Service", "metric": "Errors"}
WINDOW = {"kind": "window", "timezone": "Europe/Berlin", "open": "02:00", "close": "05:00"}


def secondaries() -> Scope:
    definition = parse_definition({"name": "p", "stages": list(STAGES)}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it
    return scope(definition, Position("ValidateSecondary", "Validate-Secondary"), "", ())


def planned(entry: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {check.region: dict(check.parameters) for check in added_checks([entry], secondaries())}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"kind": "alarms"}, "checks: alarms needs the key prefix or names"),
        ({"kind": "alarms", "prefix": "a", "names": "b"}, "checks: alarms takes prefix or names, not both"),
        ({"kind": "alarms", "names": []}, "names of alarms must be a list of 1 to 200 alarms' names"),
        ({"kind": "alarms", "prefix": ""}, "prefix of alarms must be a string of 1 to 255"),
        ({"kind": "metric", "metric": "Errors", "max": 1}, "metric needs the key namespace"),
        (METRIC, "checks: metric needs one of the keys max_increase, max, min"),
        ({**METRIC, "max": 1, "min": 2}, "metric needs a min that is not above the max"),
        ({**METRIC, "max": "1"}, "max of metric must be a number"),
        ({**METRIC, "max_increase": -1}, "max_increase of metric must be a number from 0"),
        ({**METRIC, "max": 1, "period": 45}, "period of metric must be a number of seconds from 60 to 3600"),
        ({**METRIC, "max": 1, "datapoints": 13}, "datapoints of metric must be a whole number from 1 to 12"),
        ({**METRIC, "max": 1, "statistic": "sum"}, "statistic of metric must be Average, Sum"),
        ({**METRIC, "max": 1, "dimensions": "a=b"}, "dimensions of metric must be an object of 1 to 30 strings"),
        ({**WINDOW, "timezone": "Europe/Nowhere"}, "timezone of window must be an IANA time zone"),
        ({**WINDOW, "open": "2:00"}, 'open of window must be a time of day, "HH:MM"'),
        ({**WINDOW, "close": "02:00"}, "checks: window needs a close other than its open"),
        ({**WINDOW, "days": "monday"}, "days of window must be a list of mon to sun"),
        ({"kind": "window", "timezone": "UTC", "open": "02:00"}, "window needs the key close"),
    ],
)
def test_f19_a_wrong_check_is_refused_in_words(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        added_checks([entry], secondaries())


def test_the_placeholder_stands_for_the_region_in_lists_and_objects_too() -> None:
    assert planned({"kind": "alarms", "names": ["{region}-5xx", "latency"]}) == {
        "ap-southeast-1": {"names": "ap-southeast-1-5xx, latency"},
        "eu-west-1": {"names": "eu-west-1-5xx, latency"},
    }
    by_region = planned({**METRIC, "max": 1, "dimensions": {"LoadBalancer": "app/{region}/1"}})
    assert by_region["eu-west-1"]["dimensions"] == '{"LoadBalancer":"app/eu-west-1/1"}'


def test_a_metric_is_written_in_the_order_in_which_it_is_read() -> None:
    entry = {**METRIC, "min": 0, "max": 2.5, "max_increase": 20, "period": 60, "statistic": "p99.9", "datapoints": 5}
    assert list(planned(entry)["eu-west-1"].values()) == ["My/Service", "Errors", "p99.9", "60", "20", "2.5", "0", "5"]


def test_a_window_of_one_region() -> None:
    assert planned({**WINDOW, "days": ["sun", "mon"], "region": "eu-west-1"}) == {
        "eu-west-1": {"timezone": "Europe/Berlin", "open": "02:00", "close": "05:00", "days": "mon,sun"}
    }
