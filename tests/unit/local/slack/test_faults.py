import http.client
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.unit.local.slack.conftest import CHANNEL, OTHER_CHANNEL, Slack

POST = "chat.postMessage"


def test_f38_too_many_requests_for_so_many_calls(slack: Slack) -> None:
    assert slack.fault(method=POST, status=429, retry_after=30, times=2).status_code == 200
    for _ in range(2):
        response = slack.refusal(POST, channel=CHANNEL, text="x").response
        assert (response.status_code, response.headers["Retry-After"], response["error"]) == (429, "30", "ratelimited")
    assert slack.post(text="x")
    assert [call["status"] for call in slack.history()] == [429, 429, 200]
    assert len(slack.messages()) == 1


def test_f38_too_many_requests_without_a_time(slack: Slack) -> None:
    slack.fault(method=POST, status=429)
    assert "Retry-After" not in slack.refusal(POST, channel=CHANNEL, text="x").response.headers


def test_f40_a_word_of_slacks(slack: Slack) -> None:
    slack.fault(method=POST, status=200, error="is_archived")
    assert slack.error(POST, channel=CHANNEL, text="x") == "is_archived"
    assert slack.messages() == []


def test_a_server_error(slack: Slack) -> None:
    slack.fault(method=POST, status=503)
    response = slack.refusal(POST, channel=CHANNEL, text="x").response
    assert (response.status_code, response["error"]) == (503, "service_unavailable")


def test_other_methods_are_left_alone(slack: Slack) -> None:
    slack.fault(method="chat.update", status=500)
    assert slack.post(text="x")


@pytest.mark.parametrize(("drop", "shown"), [(True, 1), ("after", 1), ("before", 0)])
def test_f39_a_connection_closed_without_an_answer(slack: Slack, drop: object, shown: int) -> None:
    slack.fault(method=POST, drop=drop)
    with pytest.raises(http.client.RemoteDisconnected):
        slack.post(text="x")
    assert len(slack.messages()) == shown
    (call,) = slack.history()
    assert (call["method"], call["channel"], call["status"], call["ok"]) == (POST, CHANNEL, 0, False)
    slack.post(text="y")
    assert len(slack.messages()) == shown + 1


def test_faults_follow_each_other_until_cleared(slack: Slack) -> None:
    slack.fault(method=POST, status=429)
    slack.fault(method=POST, error="fatal_error", times=5)
    errors = [slack.error(POST, channel=CHANNEL, text="x") for _ in range(3)]
    assert errors == ["ratelimited", "fatal_error", "fatal_error"]
    slack.workspace.clear_faults()
    assert slack.post(text="x", channel=OTHER_CHANNEL)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"method": "chat.nothing", "status": 500}, "method must be one of"),
        ({"status": 500}, "method must be one of"),
        ({"method": POST}, "say what shall happen"),
        ({"method": POST, "status": 99}, "status must be a whole number from 200 to 599"),
        ({"method": POST, "status": "429"}, "status must be a whole number"),
        ({"method": POST, "status": 429, "retry_after": -1}, "retry_after must be a whole number of at least 0"),
        ({"method": POST, "status": 500, "retry_after": 1}, "retry_after goes with status 429 only"),
        ({"method": POST, "status": 500, "times": 0}, "times must be a whole number of at least 1"),
        ({"method": POST, "status": 500, "times": True}, "times must be a whole number"),
        ({"method": POST, "drop": "maybe"}, "drop must be"),
        ({"method": POST, "error": ""}, "error must be"),
        ({"method": POST, "status": 500, "tims": 2}, "unknown: tims"),
    ],
)
def test_a_wrong_fault_is_refused_in_words(slack: Slack, fault: dict[str, Any], words: str) -> None:
    answer = slack.fault(**fault)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_the_refusal_is_slack_sdks_own_error(slack: Slack) -> None:
    slack.fault(method="auth.test", error="account_inactive")
    with pytest.raises(SlackApiError, match="account_inactive"):
        slack.client.auth_test()
