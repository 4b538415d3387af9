"""The pictures of the demonstration: cards and threads in Slack, the board, and a release's timeline."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import requests

from local.pictures import Picture, Shot, take_picture

if TYPE_CHECKING:
    from pathlib import Path

SLACK_WIDTH, BOARD_WIDTH, HEIGHT = 1_160, 1_240, 900


@dataclass(frozen=True)
class Album:
    """Takes pictures into a folder, and remembers what each shows."""

    folder: Path
    slack_url: str
    board_url: str
    pictures: dict[str, Picture] = field(default_factory=dict)

    def card(self, name: str, ts: str) -> None:
        """A message as the channel shows it."""
        self._take(f"the card of {name}", f"{self.slack_url}/", name, SLACK_WIDTH, of=f'#messages [data-ts="{ts}"]')

    def thread(self, name: str, ts: str) -> None:
        """A message with its replies."""
        url = f"{self.slack_url}/?{urlencode({'thread': ts})}"
        self._take(f"the thread of {name}", url, f"{name}-thread", SLACK_WIDTH, of="#thread")

    def channel(self, ts: str) -> None:
        """The whole page in dark colours, with a thread open."""
        url = f"{self.slack_url}/?{urlencode({'thread': ts})}"
        self._take("Slack in dark colours, with a thread", url, "slack-dark", SLACK_WIDTH + 240, dark=True)

    def board(self) -> None:
        """The board, in light and in dark colours."""
        self._take("the board", f"{self.board_url}/", "board", BOARD_WIDTH)
        self._take("the board in dark colours", f"{self.board_url}/?theme=dark", "board-dark", BOARD_WIDTH, dark=True)

    def timeline(self, name: str, execution: str) -> None:
        """A release, as a click on the board shows it."""
        listed = requests.get(f"{self.board_url}/", timeout=60).text
        title, found = f"the timeline of {name}", re.search(rf'"release": "([^"]+#{execution})"', listed)
        if found:
            url = f"{self.board_url}/?{urlencode({'release': found[1]})}"
            self._take(title, url, f"{name}-timeline", BOARD_WIDTH)
        else:
            self.pictures[title] = Picture(None, "the board does not list the release")

    def _take(self, title: str, url: str, name: str, width: int, *, dark: bool = False, of: str = "") -> None:
        target, shot = self.folder / f"{name}.png", Shot(width, HEIGHT, fit=True, dark=dark, of=of)
        self.pictures[title] = take_picture(url, target, shot)
