"""The board's page over a function that answers what it was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from local.board import Dashboard, board_app
from local.pictures.devtools import browser as chromium
from local.pictures.tab import Tab
from local.server import Server

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


@pytest.fixture
def served() -> Iterator[tuple[str, Account]]:
    account = Account()
    dashboard = Dashboard(account, "us-east-1", "crosscheck-releases")  # type: ignore[arg-type]
    server = Server(board_app(lambda: dashboard), "board", threads=4)
    yield server.url, account
    server.close()


def test_a_click_shows_what_the_function_answers_to_it(served: tuple[str, Account], installed_browser: Path) -> None:
    url, account = served
    account.answer = '<a>shop</a><cwdb-action action="call">{"release": "execution#r#shop#1"}</cwdb-action>'
    with chromium(installed_browser, 60) as devtools:
        tab = Tab(devtools, 1200, 800)
        tab.open(url)
        account.answer = "<p>the timeline of shop</p>"
        tab.click("#widget a", "shop")
        tab.wait_until("document.getElementById('widget').textContent.includes('the timeline')")
        assert account.asked[-1]["release"] == "execution#r#shop#1"
        account.answer = "<p>the timeline, longer</p>"
        tab.wait_until("document.getElementById('widget').textContent.includes('longer')")


@pytest.mark.parametrize("dark", [False, True])
def test_the_theme_is_the_persons(served: tuple[str, Account], installed_browser: Path, *, dark: bool) -> None:
    url, account = served
    with chromium(installed_browser, 60) as devtools:
        tab = Tab(devtools, 1200, 800, dark=dark)
        tab.open(f"{url}/?theme=dark" if dark else url)
        assert tab.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")
    assert account.asked[-1]["widgetContext"]["theme"] == ("dark" if dark else "light")
