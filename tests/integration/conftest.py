"""A Slack workspace as strict as Slack's, on a loopback port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.server import Server
from local.slack import SlackWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANNEL, TEAM = "C0RELEASES", "C0TEAM"


@dataclass(frozen=True)
class SlackStand:
    """The workspace, its token, and what is asked of it."""

    url: str
    token: str

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"{self.url}/api/"

    def fault(self, method: str, **fault: Any) -> None:
        """Let the next call of a method fail."""
        requests.post(f"{self.url}/faults", json={"method": method, **fault}, timeout=5).raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        """Every call received."""
        received: list[dict[str, Any]] = requests.get(f"{self.url}/history", timeout=5).json()
        return received

    def messages(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """A channel as shown now."""
        shown: list[dict[str, Any]] = requests.get(f"{self.url}/messages", timeout=5).json()[channel]
        return shown


@pytest.fixture
def slack() -> Iterator[SlackStand]:
    token = "token-of-the-test"  # noqa: S105 - opens nothing
    server = Server(SlackWorkspace(token, {CHANNEL: "releases", TEAM: "team"}).app, "slack", threads=4)
    yield SlackStand(server.url, token)
    server.close()
