"""A workspace served on a free port, and slack_sdk's own client to it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from flask import Flask, request
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from local.server import Server
from local.slack import SlackWorkspace

TOKEN = "local-bot"  # noqa: S105 - no secret: the workspace ends with the test
SECRET = "signs-clicks"  # noqa: S105 - opens nothing
CHANNEL, OTHER_CHANNEL = "C0RELEASES", "C0GENERAL"


@dataclass(frozen=True)
class Slack:
    workspace: SlackWorkspace
    url: str
    client: WebClient

    def refusal(self, method: str, **arguments: Any) -> SlackApiError:
        with pytest.raises(SlackApiError) as refused:
            self.client.api_call(method, json=arguments)
        return refused.value

    def error(self, method: str, **arguments: Any) -> str:
        return str(self.refusal(method, **arguments).response["error"])

    def post(self, **arguments: Any) -> str:
        return str(self.client.api_call("chat.postMessage", json={"channel": CHANNEL, **arguments})["ts"])

    def history(self) -> list[dict[str, Any]]:
        return list(requests.get(f"{self.url}/history", timeout=60).json())

    def messages(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        return list(requests.get(f"{self.url}/messages", timeout=60).json()[channel])

    def fault(self, **fault: Any) -> requests.Response:
        return requests.post(f"{self.url}/faults", json=fault, timeout=60)

    def with_token(self, token: str | None) -> WebClient:
        return WebClient(token=token, base_url=f"{self.url}/api/", retry_handlers=[])


@pytest.fixture
def slack() -> Iterator[Slack]:
    workspace = SlackWorkspace(TOKEN, {CHANNEL: "releases", OTHER_CHANNEL: "general"})
    server = Server(workspace.app, "slack", threads=4)
    client = WebClient(token=TOKEN, base_url=f"{server.url}/api/", retry_handlers=[])
    yield Slack(workspace, server.url, client)
    server.close()


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


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
