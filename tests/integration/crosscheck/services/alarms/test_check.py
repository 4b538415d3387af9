"""Alarms as moto's CloudWatch gives them; it knows neither their history nor composite ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.alarms.check import Alarms
from tests.fakes.json_protocol import SESSION, FakeClients

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

REGION = "eu-west-1"


@pytest.fixture
def cloudwatch() -> Iterator[CloudWatchClient]:
    with mock_aws():
        client = SESSION.client("cloudwatch", region_name=REGION)
        for name in ("my-service-5xx", "my-service-latency", "other"):
            client.put_metric_alarm(
                AlarmName=name,
                Namespace="My/Service",
                MetricName="Errors",
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
            )
            client.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="test")
        yield client


def look(parameters: dict[str, str], since: float = 0.0) -> Finding:
    return Alarms().run(PlannedCheck("alarms", REGION, parameters, since=since), FakeClients({}))


@pytest.mark.parametrize(
    ("parameters", "count"),
    [({"prefix": "my-service-"}, 2), ({"names": "other, my-service-5xx, my-service-latency"}, 3)],
)
def test_alarms_are_found(cloudwatch: CloudWatchClient, parameters: dict[str, str], count: int) -> None:
    finding = look(parameters)
    assert (finding.verdict, finding.reason) == (Verdict.PASS, f"{count} alarms are OK")


def test_an_alarm_fails_unless_it_was_bad_before(cloudwatch: CloudWatchClient) -> None:
    cloudwatch.set_alarm_state(AlarmName="my-service-5xx", StateValue="ALARM", StateReason="test")
    finding = look({"prefix": "my-service-"})
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.startswith("alarm my-service-5xx in ALARM since ")
    later = look({"prefix": "my-service-"}, since=time.time() + 60)
    assert later.verdict is Verdict.PASS
    assert later.reason.endswith("my-service-5xx was in ALARM before the release and is not counted")


def test_what_does_not_exist_is_said(cloudwatch: CloudWatchClient) -> None:
    assert look({"names": "gone, other"}).reason == "there is no metric or composite alarm gone"
    assert look({"prefix": "nothing-"}).verdict is Verdict.INCONCLUSIVE
