from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.unit.local.slack.conftest import CHANNEL, App, Slack

BUTTON = {"type": "button", "action_id": "retry", "text": {"type": "plain_text", "text": "Retry"}, "value": "eu-west-1"}


def press(slack: Slack, **body: Any) -> requests.Response:
    return requests.post(f"{slack.url}/click", json=body, timeout=60)


def button(slack: Slack) -> str:
    return slack.post(text="failed", blocks=[{"type": "actions", "block_id": "b", "elements": [BUTTON]}])


def test_a_click_reaches_the_app_signed_as_slack_signs(slack: Slack, app: App) -> None:
    ts = button(slack)
    answer = press(slack, channel=CHANNEL, ts=ts, action_id="retry", user="U0RELEASE")
    assert answer.json() == {"status": 200, "body": "thanks"}
    assert app.genuine == [True]
    (click,) = app.clicks
    assert click["user"]["id"] == "U0RELEASE"
    assert click["container"] == {"type": "message", "channel_id": CHANNEL, "message_ts": ts}
    assert click["actions"] == [{**BUTTON, "block_id": "b"}]


@pytest.mark.parametrize(
    ("change", "named"), [({"action_id": "delete"}, "retry"), ({"ts": "1.1"}, "message"), ({"user": ""}, "user")]
)
def test_an_impossible_click_is_refused_in_words(slack: Slack, app: App, change: dict[str, str], named: str) -> None:
    body = {"channel": CHANNEL, "ts": button(slack), "action_id": "retry", "user": "U0RELEASE"} | change
    answer = press(slack, **body)
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert app.clicks == []


def test_an_app_without_a_url_is_a_conflict(slack: Slack) -> None:
    answer = press(slack, channel=CHANNEL, ts=button(slack), action_id="retry", user="U0RELEASE")
    assert answer.status_code == 409
    assert "interactivity URL" in answer.json()["error"]
