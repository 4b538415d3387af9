"""A metric's datapoints as moto's CloudWatch gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from moto import mock_aws

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.metric.check import MetricCheck
from tests.fakes.json_protocol import SESSION, FakeClients

REGION = "eu-west-1"
BEGAN = 1_767_607_200.0
PARAMETERS = {
    "namespace": "My/Service",
    "metric": "Errors",
    "dimensions": '{"Service":"my-service"}',
    "statistic": "Sum",
    "max_increase": "50",
}


@pytest.fixture(autouse=True)
def put() -> Iterator[None]:
    """Two errors a minute before the release, and three afterwards, each put by itself."""
    with mock_aws():
        client = SESSION.client("cloudwatch", region_name=REGION)
        for minute in range(-5, 4):
            for _ in range(2 if minute < 0 else 3):
                client.put_metric_data(
                    Namespace="My/Service",
                    MetricData=[
                        {
                            "MetricName": "Errors",
                            "Dimensions": [{"Name": "Service", "Value": "my-service"}],
                            "Timestamp": datetime.fromtimestamp(BEGAN + minute * 60 + 5, UTC),
                            "Value": 1.0,
                        }
                    ],
                )
        yield


def look(minutes: float, **parameters: str) -> Finding:
    planned = PlannedCheck("metric", REGION, {**PARAMETERS, **parameters}, since=BEGAN)
    return MetricCheck(lambda: BEGAN + minutes * 60).run(planned, FakeClients({}))


def test_the_increase_is_measured_against_the_time_before() -> None:
    finding = look(4)
    assert (finding.verdict, finding.values) == (Verdict.PASS, {"after": "3, 3, 3", "before": "2, 2, 2, 2, 2"})
    assert look(4, max_increase="40").verdict is Verdict.FAIL


def test_unfinished_datapoints_are_waited_for() -> None:
    assert look(3.5).verdict is Verdict.PENDING


def test_another_dimension_has_no_data() -> None:
    assert look(5, dimensions='{"Service":"other"}').verdict is Verdict.INCONCLUSIVE
