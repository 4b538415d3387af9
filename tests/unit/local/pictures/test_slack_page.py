from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from local.pictures.devtools import DevTools, browser
from local.server import Server
from local.slack import SlackWorkspace

# Resolves as soon as the page shows the text, at the latest when the browser's own time is over.
_SHOWN = """new Promise((done) => {{
  const look = () => document.getElementById("messages").textContent.includes("{}") ? done(true) : setTimeout(look, 50);
  look();
}})"""


@pytest.fixture
def workspace() -> Iterator[str]:
    server = Server(SlackWorkspace("local-bot", {"C0RELEASES": "releases"}).app, "slack", threads=4)
    yield server.url
    server.close()


def evaluate(devtools: DevTools, expression: str) -> Any:
    answer = devtools.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
    assert "exceptionDetails" not in answer, answer
    return answer["result"].get("value")


def test_the_page_follows_the_channel(workspace: str, installed_browser: Path) -> None:
    client = WebClient("local-bot", base_url=f"{workspace}/api/")
    first = client.chat_postMessage(channel="C0RELEASES", text="first")["ts"]
    with browser(installed_browser, 30) as devtools:
        page = devtools.call("Target.createTarget", url="about:blank")["targetId"]
        devtools.session = devtools.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        devtools.call("Page.enable")
        devtools.call("Page.navigate", url=workspace)
        devtools.wait_for("Page.loadEventFired")
        evaluate(devtools, "window.before = document.querySelector('.message')")
        client.chat_postMessage(channel="C0RELEASES", text="second")
        assert evaluate(devtools, _SHOWN.format("second"))
        assert evaluate(devtools, "window.before === document.querySelector('.message')")
        client.chat_update(channel="C0RELEASES", ts=first, text="changed")
        assert evaluate(devtools, _SHOWN.format("changed"))
        texts = "[...document.querySelectorAll('#messages > *')].map((e) => e.textContent)"
        day, one, two = evaluate(devtools, texts)
        assert day == "Today"
        assert "changed" in one
        assert "(edited)" in one
        assert "second" in two
