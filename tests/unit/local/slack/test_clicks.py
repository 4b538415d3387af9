from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
import requests
from flask import Flask, request
from slack_sdk.signature import SignatureVerifier

from local.server import Server
from tests.unit.local.slack.conftest import CHANNEL, Slack

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "signs-clicks"  # noqa: S105 - opens nothing
BUTTON = {"type": "button", "action_id": "retry", "text": {"type": "plain_text", "text": "Retry"}, "value": "eu-west-1"}


class App:
    """An app that verifies clicks as slack_sdk does."""

    def __init__(self) -> None:
        self.clicks: list[dict[str, Any]] = []
        self.genuine: list[bool] = []
        self.flask = Flask(__name__)
        self.flask.add_url_rule("/", view_func=self._answer, methods=["POST"])

    def _answer(self) -> str:
        body = request.get_data(as_text=True)
        self.genuine.append(SignatureVerifier(SECRET).is_valid_request(body, dict(request.headers)))
        self.clicks.append(json.loads(parse_qs(body)["payload"][0]))
        return "thanks"


@pytest.fixture
def app(slack: Slack) -> Iterator[App]:
    made = App()
    server = Server(made.flask, "app", threads=2)
    slack.workspace.listen_for_clicks(server.url, SECRET)
    yield made
    server.close()


def _click(slack: Slack, **body: Any) -> requests.Response:
    return requests.post(f"{slack.url}/click", json=body, timeout=60)


def _button(slack: Slack) -> str:
    return slack.post(text="failed", blocks=[{"type": "actions", "block_id": "b", "elements": [BUTTON]}])


def test_a_click_reaches_the_app_signed_as_slack_signs(slack: Slack, app: App) -> None:
    ts = _button(slack)
    answer = _click(slack, channel=CHANNEL, ts=ts, action_id="retry", user="U0RELEASE")
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
    body = {"channel": CHANNEL, "ts": _button(slack), "action_id": "retry", "user": "U0RELEASE"} | change
    answer = _click(slack, **body)
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert app.clicks == []


def test_an_app_without_a_url_is_a_conflict(slack: Slack) -> None:
    answer = _click(slack, channel=CHANNEL, ts=_button(slack), action_id="retry", user="U0RELEASE")
    assert answer.status_code == 409
    assert "interactivity URL" in answer.json()["error"]
