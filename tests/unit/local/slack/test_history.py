import time

import pytest
from slack_sdk.errors import SlackApiError

from tests.unit.local.slack.conftest import CHANNEL, TOKEN, Slack, section


def test_every_call_is_kept_in_order(slack: Slack) -> None:
    before = time.time()
    ts = slack.post(text="a", blocks=[section("a")])
    slack.client.chat_update(channel=CHANNEL, ts=ts, text="b")
    slack.error("chat.update", channel=CHANNEL, ts="1.000001", text="c")
    calls = slack.history()
    assert [(call["method"], call["channel"], call["ts"], call["status"], call["ok"]) for call in calls] == [
        ("chat.postMessage", CHANNEL, ts, 200, True),
        ("chat.update", CHANNEL, ts, 200, True),
        ("chat.update", CHANNEL, "1.000001", 200, False),
    ]
    assert calls[0]["payload"] == {"channel": CHANNEL, "text": "a", "blocks": [section("a")]}
    assert before <= calls[0]["at"] <= calls[2]["at"] <= time.time()
    assert all(set(call) == {"method", "channel", "ts", "payload", "at", "status", "ok"} for call in calls)


def test_f50_the_token_is_never_kept(slack: Slack) -> None:
    slack.client.api_call("auth.test", data={"token": TOKEN})
    slack.client.api_call("chat.postMessage", json={"channel": CHANNEL, "text": "x", "token": TOKEN})
    assert len(slack.history()) == 2
    assert TOKEN not in str(slack.history())


def test_a_call_without_a_token_is_kept_too(slack: Slack) -> None:
    with pytest.raises(SlackApiError):
        slack.with_token(None).auth_test()
    assert [(call["method"], call["channel"], call["ok"]) for call in slack.history()] == [("auth.test", None, False)]
