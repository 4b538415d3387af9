"""The events of environments."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.outcomes import Outcome
from tests.unit.local.elasticbeanstalk.account import APPLICATION, ENVIRONMENT, SETTLED, Account, refused


def found(account: Account, **asked: Any) -> list[dict[str, Any]]:
    return list(account.api().describe_events(**asked)["Events"])


def test_the_newest_comes_first(ready: Account) -> None:
    ready.deploy("v2")
    assert ready.messages() == [
        "Environment health has transitioned from Info to Ok.",
        "Environment update completed successfully.",
        "New application version was deployed to running EC2 instances.",
        "Deploying new version to instance(s).",
        "Environment update is starting.",
        "Environment health has transitioned from Pending to Ok.",
        f"Successfully launched environment: {ENVIRONMENT}",
        "createEnvironment is starting.",
    ]


def test_an_event_names_the_request_that_caused_it(ready: Account) -> None:
    ready.version("v2")
    request = ready.update("v2")["ResponseMetadata"]["RequestId"]
    ready.after(SETTLED)
    events = found(ready, RequestId=request)
    assert [event["Message"] for event in events][-1] == "Environment update is starting."
    assert len(events) == 5
    assert events[0].keys() == {
        "EventDate", "Message", "ApplicationName", "EnvironmentName", "RequestId", "Severity",
    }  # fmt: skip
    assert found(ready, VersionLabel="v2") == []


def test_an_unhealthy_version_is_told_of_when_it_breaks(ready: Account) -> None:
    ready.deploy("v2", Outcome.UNHEALTHY, seconds=61)
    assert ready.messages(Severity="WARN") == []
    ready.after(60)
    (text,) = ready.messages(Severity="WARN")
    assert text.startswith("Environment health has transitioned from Ok to Severe.")


def test_what_did_not_come_to_pass_is_not_told(ready: Account) -> None:
    ready.deploy("v2", Outcome.UNHEALTHY, seconds=61)
    ready.update("v1")
    ready.after(SETTLED)
    assert ready.messages(Severity="WARN") == []


def test_events_are_limited_to_a_time(ready: Account) -> None:
    start = datetime.fromtimestamp(ready.clock.now(), UTC)
    ready.deploy("v2")
    assert len(found(ready, StartTime=start)) == 5
    assert len(found(ready, EndTime=start)) == 3
    assert found(ready, StartTime=start, EndTime=start) == []


def test_events_of_others_are_left_out(ready: Account) -> None:
    ready.launch("other")
    assert len(found(ready, EnvironmentName=ENVIRONMENT)) == 3
    assert len(found(ready, EnvironmentId=ready.environment()["EnvironmentId"])) == 3
    assert len(found(ready, ApplicationName=APPLICATION)) == 4
    assert found(ready, ApplicationName="nobody") == []


def test_events_come_in_pages_that_new_events_do_not_move(ready: Account) -> None:
    first = ready.api().describe_events(MaxRecords=2)
    ready.deploy("v2")
    second = ready.api().describe_events(MaxRecords=2, NextToken=first["NextToken"])
    assert [event["Message"] for event in second["Events"]] == ["createEnvironment is starting."]
    assert "NextToken" not in second
    with pytest.raises(ClientError) as error:
        found(ready, NextToken="x")
    assert refused(error.value) == ("InvalidParameterValue", "The NextToken is not valid.")
