from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.alarms.alarms import Alarm
from crosscheck.services.alarms.check import HISTORIES, Alarms, names_of, read_names
from crosscheck.services.alarms.rules import judge_alarms
from tests.fakes.cloudwatch import COMPOSITE, FakeAlarm, FakeCloudWatch
from tests.fakes.json_protocol import FakeClients, RefusedError

REGION = "eu-west-1"
SINCE = 1_767_607_200.0  # 10:00:00 UTC
PREFIX = {"prefix": "my-service-"}


def look(cloudwatch: FakeCloudWatch, parameters: dict[str, str] | None = None, since: float = SINCE) -> Finding:
    planned = PlannedCheck("alarms", REGION, parameters or PREFIX, since=since)
    return Alarms().run(planned, FakeClients({("cloudwatch", REGION): cloudwatch}))


def named(*names: str) -> dict[str, str]:
    text = read_names(list(names))
    assert text
    return {"names": text}


def service(name: str, state: str = "OK", *changes: tuple[float, str, str], **more: Any) -> FakeAlarm:
    return FakeAlarm(f"my-service-{name}", state, changes=list(changes), **more)


def went_off(name: str, after: float = 190, before: str = "OK") -> FakeAlarm:
    return service(name, "ALARM", (SINCE + after, before, "ALARM"))


def test_alarms_that_are_ok_pass() -> None:
    finding = look(FakeCloudWatch(service("5xx"), service("latency"), FakeAlarm("other", "ALARM")))
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "2 alarms are OK")
    assert finding.values == {"OK": "my-service-5xx, my-service-latency"}


def test_an_alarm_that_went_off_since_the_release_began_fails() -> None:
    finding = look(FakeCloudWatch(service("5xx"), went_off("latency")))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == "alarm my-service-latency in ALARM since 10:03:10 UTC"


def test_an_alarm_that_was_bad_before_is_named_and_not_counted() -> None:
    cloudwatch = FakeCloudWatch(service("5xx"), went_off("latency", after=-60), service("cpu"))
    finding = look(cloudwatch)
    assert finding.verdict is Verdict.PASS
    assert finding.reason == ("2 alarms are OK; my-service-latency was in ALARM before the release and is not counted")
    assert cloudwatch.called("DescribeAlarmHistory") == []


def test_an_alarm_that_flaps_since_before_the_release_is_named_and_not_counted() -> None:
    flapping = service("latency", "ALARM", (SINCE + 200, "OK", "ALARM"), (SINCE + 100, "ALARM", "OK"))
    finding = look(FakeCloudWatch(service("5xx"), flapping))
    assert finding.verdict is Verdict.PASS
    assert finding.reason == (
        "1 alarm is OK; my-service-latency was in ALARM when the release began, flapped since, and is not counted"
    )


def test_an_alarm_that_was_fine_when_the_release_began_and_flaps_since_fails() -> None:
    flapping = service(
        "latency",
        "ALARM",
        (SINCE - 50, "ALARM", "OK"),
        (SINCE + 10, "OK", "ALARM"),
        (SINCE + 20, "ALARM", "OK"),
        (SINCE + 30, "OK", "ALARM"),
    )
    finding = look(FakeCloudWatch(flapping))
    assert (finding.verdict, finding.reason) == (
        Verdict.FAIL,
        "alarm my-service-latency in ALARM since 10:00:30 UTC",
    )


def test_an_alarm_that_the_release_made_fails() -> None:
    assert look(FakeCloudWatch(went_off("new", before="INSUFFICIENT_DATA"))).verdict is Verdict.FAIL


def test_a_composite_alarm_counts_whether_or_not_its_actions_are_suppressed() -> None:
    composite = went_off("all")
    composite.kind = COMPOSITE
    composite.more = {"ActionsSuppressedBy": "Alarm", "ActionsSuppressor": "maintenance"}
    finding = look(FakeCloudWatch(service("5xx"), composite))
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, "alarm my-service-all in ALARM since 10:03:10 UTC")


def test_where_no_transition_is_told_the_last_update_stands_for_it() -> None:
    alarm = went_off("5xx", after=-60)
    alarm.transitioned = False
    assert look(FakeCloudWatch(alarm, service("latency"))).verdict is Verdict.PASS


def test_an_alarm_that_does_not_say_when_it_went_off_is_not_taken_for_an_older_one() -> None:
    finding = look(FakeCloudWatch(service("5xx", "ALARM"), service("latency")))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == "alarm my-service-5xx in ALARM (the state before the release is not known)"


def test_where_the_start_is_unknown_every_alarm_counts() -> None:
    finding = look(FakeCloudWatch(service("5xx"), went_off("latency", after=-9_999)), since=0.0)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        "alarm my-service-latency in ALARM since 07:13:21 UTC (the state before the release is not known)"
    )


@pytest.mark.parametrize(
    "data", [None, "no json", "[]", "{}", '{"oldState": 5}', '{"oldState": {"stateValue": 5}}', '{"oldState": {}}']
)
def test_where_the_history_does_not_tell_the_alarm_counts(data: str | None) -> None:
    cloudwatch = FakeCloudWatch(went_off("5xx"))
    item = {**cloudwatch.alarms["my-service-5xx"].history()[0], "HistoryData": data or "x"}
    cloudwatch.history = [item] if data else []
    finding = look(cloudwatch)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.endswith("(the state before the release is not known)")


def test_too_little_data_of_one_alarm_does_not_fail() -> None:
    finding = look(FakeCloudWatch(service("5xx"), service("latency", "INSUFFICIENT_DATA")))
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "1 alarm is OK; 1 alarm is without enough data")


@pytest.mark.parametrize(
    ("alarms", "reason"),
    [
        (
            [service("5xx", "INSUFFICIENT_DATA"), service("cpu", "INSUFFICIENT_DATA")],
            "no alarm is OK; 2 alarms are without enough data",
        ),
        (
            [went_off("5xx", after=-5)],
            "no alarm is OK; my-service-5xx was in ALARM before the release and is not counted",
        ),
    ],
)
def test_where_no_alarm_is_ok_nothing_is_proven(alarms: Sequence[FakeAlarm], reason: str) -> None:
    finding = look(FakeCloudWatch(*alarms))
    assert (finding.verdict, finding.reason) == (Verdict.INCONCLUSIVE, reason)


def test_no_alarm_of_the_prefix_proves_nothing() -> None:
    finding = look(FakeCloudWatch(FakeAlarm("other")))
    assert (finding.verdict, finding.reason) == (Verdict.INCONCLUSIVE, "no alarm's name begins with my-service-")


def test_a_name_that_does_not_exist_is_named() -> None:
    finding = look(FakeCloudWatch(FakeAlarm("here")), named("here", "gone", "lost"))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "there is no metric or composite alarm gone and 1 more"


def test_a_name_that_does_not_exist_hides_no_failure() -> None:
    alarm = FakeAlarm("here", "ALARM", changes=[(SINCE + 190, "OK", "ALARM")])
    assert look(FakeCloudWatch(alarm), named("here", "gone")).verdict is Verdict.FAIL


def test_names_are_asked_for_a_hundred_at_a_time() -> None:
    alarms = [FakeAlarm(f"a{number:03d}") for number in range(150)]
    cloudwatch = FakeCloudWatch(*alarms, FakeAlarm("b"))
    assert look(cloudwatch, named(*(alarm.name for alarm in alarms))).reason == "150 alarms are OK"
    assert [len(call["AlarmNames"]) for call in cloudwatch.called("DescribeAlarms")] == [100, 50]


def test_a_prefix_is_read_page_by_page() -> None:
    alarms = [service(f"{number:03d}") for number in range(249)]
    cloudwatch = FakeCloudWatch(*alarms, went_off("999"))
    assert look(cloudwatch).reason == "alarm my-service-999 in ALARM since 10:03:10 UTC"
    assert len(cloudwatch.called("DescribeAlarms")) == 3


def test_of_more_alarms_than_are_read_nothing_is_proven() -> None:
    cloudwatch = FakeCloudWatch(*(service(f"{number:04d}") for number in range(1_000)))
    finding = look(cloudwatch)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.startswith("more than 500 alarms' names begin with my-service-")
    assert len(cloudwatch.called("DescribeAlarms")) == 6


def test_many_alarms_are_told_in_a_few_words_and_few_are_asked_for_their_history() -> None:
    cloudwatch = FakeCloudWatch(*(went_off(f"{number:02d}") for number in range(40)))
    finding = look(cloudwatch)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.count("in ALARM since") == 5
    assert finding.reason.endswith(f", and {HISTORIES - 5} more")
    assert len(cloudwatch.called("DescribeAlarmHistory")) == HISTORIES


def test_where_more_alarms_went_off_than_are_asked_and_none_counts_nothing_is_proven() -> None:
    many = [
        service(f"{number:02d}", "ALARM", (SINCE + 9, "OK", "ALARM"), (SINCE + 5, "ALARM", "OK"))
        for number in range(25)
    ]
    finding = look(FakeCloudWatch(*many, service("ok")))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.startswith("5 more alarms are in ALARM, too many to ask")


def test_f17_what_cloudwatch_refuses_comes_out() -> None:
    cloudwatch = FakeCloudWatch()
    cloudwatch.refuse("DescribeAlarms", RefusedError("AccessDeniedException", status=403))
    with pytest.raises(ClientError, match="AccessDenied"):
        look(cloudwatch)


@pytest.mark.parametrize("value", ["", [], [""], [5], 5, None, {"a": "b"}, "a,,b", ["x" * 256], ["x"] * 201])
def test_f19_what_is_no_list_of_names_is_refused(value: object) -> None:
    assert read_names(value) is None


def test_names_are_written_for_people_where_that_is_possible() -> None:
    assert read_names("b, a ,b") == read_names(["b", "a"]) == "b, a"
    assert read_names(["a, b", "c"]) == json.dumps(["a, b", "c"])


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=9, unique=True))
def test_names_come_back_as_they_were(names: list[str]) -> None:
    text = read_names(names)
    assert text is not None
    assert names_of(text) == names


def test_one_alarm_of_which_nobody_knows_what_it_was_makes_the_reason_doubtful() -> None:
    alarms = [Alarm(name, "ALARM", SINCE + 190) for name in ("5xx", "latency")]
    for before, doubtful in (("OK", False), ("", True)):
        outcome = judge_alarms(alarms, SINCE, {"5xx": "OK", "latency": before})
        assert outcome.verdict is Verdict.FAIL
        assert outcome.reason.endswith("(the state before the release is not known)") == doubtful
