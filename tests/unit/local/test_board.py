"""The board's page over a function that answers what it was asked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from local.board import Dashboard, board_app

ARN = "arn:aws:lambda:us-east-1:111122223333:function:widget"


@dataclass
class Account:
    """CloudWatch and Lambda, as far as the page calls them."""

    answer: Any = "<div class='crosscheck'>drawn</div>"
    error: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    def client(self, service: str, region: str) -> Account:
        assert (service, region) in {("lambda", "us-east-1"), ("cloudwatch", "us-east-1")}
        return self

    def get_dashboard(self, *, DashboardName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert DashboardName == "crosscheck-releases"
        custom = {"type": "custom", "properties": {"endpoint": ARN, "title": "Releases", "params": {"pipeline": "p"}}}
        return {"DashboardBody": json.dumps({"widgets": [custom, {"type": "alarm", "properties": {}}]})}

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == ARN
        self.asked.append(json.loads(Payload))
        error = {"FunctionError": self.error} if self.error else {}
        return {"Payload": BytesIO(json.dumps(self.answer).encode()), **error}


def browser(account: Account) -> FlaskClient:
    dashboard = Dashboard(account, "us-east-1", "crosscheck-releases")  # type: ignore[arg-type]
    return board_app(lambda: dashboard).test_client()


def test_the_page_asks_the_function_as_cloudwatch_does() -> None:
    account = Account()
    answer = browser(account).get("/?release=execution%23us-east-1%23p%23e&theme=dark")
    assert "<div id=\"widget\"><div class='crosscheck'>drawn</div></div>" in answer.text
    [asked] = account.asked
    assert (asked["pipeline"], asked["release"]) == ("p", "execution#us-east-1#p#e")
    assert asked["widgetContext"]["theme"] == "dark"
    assert asked["widgetContext"]["timeRange"]["end"] > asked["widgetContext"]["timeRange"]["start"]
    assert "theme" not in asked


def test_no_script_of_a_widget_runs() -> None:
    answer = browser(Account("<script>alert(1)</script>")).get("/")
    policy = answer.headers["Content-Security-Policy"]
    [nonce] = re.findall(r"script-src 'nonce-([\w-]+)'", policy)
    assert f'<script nonce="{nonce}">' in answer.text
    assert "script-src 'unsafe-inline'" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("answer", [{"errorMessage": "<b>it broke</b>"}, None, 7])
def test_a_function_that_fails_is_said_in_words(answer: Any) -> None:
    page = browser(Account(answer, "Unhandled")).get("/")
    assert page.status_code == 503
    assert "the widget&#39;s function answered" in page.text
    assert "<b>it broke</b>" not in page.text


def test_without_the_stack_there_is_no_board() -> None:
    def nothing() -> Dashboard:
        raise LookupError("the stack is not deployed yet")

    page = board_app(nothing).test_client().get("/")
    assert page.status_code == 503
    assert "the stack is not deployed yet" in page.text
