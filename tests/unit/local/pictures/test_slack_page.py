"""The page of the local Slack in a real browser, used by a person with a mouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient

from local.pictures.devtools import BrowserError, browser
from local.pictures.tab import Tab
from local.polling import poll
from local.server import Server
from local.slack import SlackWorkspace

CHANNEL = "C0RELEASES"


def shows(text: str, place: str = "messages") -> str:
    return f'document.getElementById("{place}").textContent.includes({json.dumps(text)})'


@dataclass
class App:
    """An app's interactivity URL: it keeps what it is sent, and answers with ``status``."""

    status: int = 200
    clicks: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Workspace:
    url: str
    client: WebClient
    app: App

    def post(self, text: str, **more: Any) -> str:
        return str(self.client.chat_postMessage(channel=CHANNEL, text=text, **more)["ts"])


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    app, slack = App(), SlackWorkspace("local-bot", {CHANNEL: "releases"})

    class Interactivity(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            app.clicks.append(json.loads(form["payload"][0]))
            self.send_response(app.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Interactivity) as listening:
        thread = Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        slack.listen_for_clicks(f"http://127.0.0.1:{listening.server_port}/", "local-secret")
        server = Server(slack.app, "slack", threads=4)
        yield Workspace(server.url, WebClient("local-bot", base_url=f"{server.url}/api/"), app)
        server.close()
        listening.shutdown()
        thread.join()


@pytest.fixture
def tab(workspace: Workspace, installed_browser: Path) -> Iterator[Tab]:
    """The page, opened once the test has posted what it begins with."""
    with browser(installed_browser, 60) as devtools:
        yield Tab(devtools, 1200, 800)


def button(text: str, action_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": text}, "action_id": action_id, **more}


def card(*buttons: dict[str, Any]) -> list[dict[str, Any]]:
    text = {"type": "mrkdwn", "text": ":raised_hand: *Waiting for approval*"}
    return [{"type": "section", "text": text}, {"type": "actions", "elements": list(buttons)}]


def test_the_page_follows_the_channel(workspace: Workspace, tab: Tab) -> None:
    first = workspace.post("first")
    tab.open(workspace.url)
    tab.evaluate("window.before = document.querySelector('.message')")
    workspace.post("second")
    tab.wait_until(shows("second"))
    assert tab.evaluate("window.before === document.querySelector('.message')")
    workspace.client.chat_update(channel=CHANNEL, ts=first, text="changed")
    tab.wait_until(shows("changed"))
    day, one, two = tab.evaluate("[...document.querySelectorAll('#messages > *')].map((e) => e.textContent)")
    assert day == "Today"
    assert "changed" in one
    assert "(edited)" in one
    assert "second" in two


def test_a_click_on_approve_reaches_the_app_and_what_it_does_is_seen(workspace: Workspace, tab: Tab) -> None:
    approve = button("Approve", "approve:Approve/Ship", style="primary", value="x")
    ts = workspace.post("waits", blocks=card(approve, button("Reject…", "reject:Approve/Ship")))
    tab.open(f"{workspace.url}/?user=U0APPROVER")
    tab.click("button", "Approve")
    tab.wait_until("!document.querySelector('button[aria-busy]')")
    [click] = workspace.app.clicks
    assert (click["type"], click["user"]["id"], click["channel"]["id"]) == ("block_actions", "U0APPROVER", CHANNEL)
    assert [action["action_id"] for action in click["actions"]] == ["approve:Approve/Ship"]
    assert click["container"]["message_ts"] == ts
    workspace.client.chat_update(channel=CHANNEL, ts=ts, text="approved", blocks=card()[:1])
    tab.wait_until("!document.querySelector('button[data-action]')")


def test_a_click_on_an_app_that_fails_is_said_to_the_person_alone(workspace: Workspace, tab: Tab) -> None:
    workspace.app.status = 500
    workspace.post("waits", blocks=card(button("Approve", "approve")))
    tab.open(workspace.url)
    tab.click("button", "Approve")
    tab.wait_until(shows("This did not work: the app answered with 500.", "whispers"))
    assert not tab.evaluate("document.querySelector('button[data-action]').disabled")


def test_what_has_consequences_is_asked_again(workspace: Workspace, tab: Tab) -> None:
    words = {"title": "Sure?", "text": "eu-west-1 goes back to my-service:1.", "confirm": "Roll back", "deny": "Cancel"}
    confirm = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
    workspace.post("failed", blocks=card(button("Roll back eu-west-1", "roll_back", confirm=confirm)))
    tab.open(workspace.url)
    for choice in ("Cancel", "Roll back"):
        tab.click("button[data-action]", "Roll back")
        tab.wait_until("document.getElementById('dialog').open")
        assert "eu-west-1 goes back to my-service:1." in tab.evaluate("document.getElementById('dialog').textContent")
        assert workspace.app.clicks == []
        tab.click("dialog button", choice)
        tab.wait_until("!document.getElementById('dialog').open")
    assert poll(lambda: workspace.app.clicks, 20)
    assert [action["action_id"] for click in workspace.app.clicks for action in click["actions"]] == ["roll_back"]


def test_a_thread_opens_beside_the_channel_and_is_live(workspace: Workspace, tab: Tab) -> None:
    ts = workspace.post("a release")
    workspace.post("eu-west-1 failed", thread_ts=ts)
    tab.open(workspace.url)
    assert not tab.evaluate(shows("eu-west-1 failed", "thread"))
    tab.click(".bar", "1 reply")
    tab.wait_until(shows("eu-west-1 failed", "thread"))
    workspace.post("eu-west-1 is back", thread_ts=ts, reply_broadcast=True)
    tab.wait_until(f"{shows('eu-west-1 is back', 'thread')} && {shows('replied to a thread')}")
    tab.click("aside .close")
    tab.wait_until("!document.body.classList.contains('threaded')")


def test_a_busy_button_stays_busy_while_the_page_goes_on(workspace: Workspace, tab: Tab) -> None:
    workspace.post("waits", blocks=card(button("Approve", "approve")))
    tab.open(workspace.url)
    tab.evaluate(
        "window.fetch = ((real) => (to, ...more) => to === '/click' ? new Promise(() => {}) : real(to, ...more))(fetch)"
    )
    tab.click("button", "Approve")
    workspace.post("something else")
    tab.wait_until(shows("something else"))
    assert tab.evaluate("document.querySelector('button[data-action]').disabled")


@pytest.mark.parametrize("dark", [False, True])
def test_light_and_dark_are_the_persons_choice(workspace: Workspace, installed_browser: Path, *, dark: bool) -> None:
    workspace.post("waits", blocks=card()[:1])
    with browser(installed_browser, 60) as devtools:
        tab = Tab(devtools, 1200, 800, dark=dark)
        tab.open(workspace.url)
        colours = "['main', 'body'].map((e) => getComputedStyle(document.querySelector(e)))"
        page, text = tab.evaluate(f"(([page, text]) => [page.backgroundColor, text.color])({colours})")
    assert (page, text) == (
        ("rgb(26, 29, 33)", "rgb(227, 228, 230)") if dark else ("rgb(255, 255, 255)", "rgb(29, 28, 29)")
    )


def test_a_click_names_what_it_does_not_find(workspace: Workspace, tab: Tab) -> None:
    tab.open(workspace.url)
    with pytest.raises(BrowserError, match="0 elements are button with the text 'Approve'"):
        tab.click("button", "Approve")
