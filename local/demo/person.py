"""The person of the demonstration, who approves a release in Slack's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from local.account import APPROVER, CHANNEL
from local.cards import cards
from local.pictures.browsers import NoBrowserError, find_browser
from local.pictures.devtools import browser
from local.pictures.tab import Tab
from local.polling import poll

if TYPE_CHECKING:
    from pathlib import Path

WITHIN = 120  # seconds, until the button is there
APPROVE = 'button[data-action^="approve"]'


class NotAskedError(RuntimeError):
    """The card never had a button to approve with."""


def approve(slack_url: str, execution: str, picture: Path) -> str:
    """Wait for the button on the release's card, keep a picture of it, and click; in words what was done.

    Without a browser the click is sent as the page would send it.

    Raises:
        NotAskedError, BrowserError: there is nothing to click on.
    """
    action = poll(lambda: _action(slack_url, execution), WITHIN)
    if action is None:
        raise NotAskedError(f"the card of {execution} has no button to approve with")
    ts, action_id = action
    try:
        program = find_browser()
    except NoBrowserError:
        body = {"channel": CHANNEL, "ts": ts, "action_id": action_id, "user": APPROVER}
        requests.post(f"{slack_url}/click", json=body, timeout=30).raise_for_status()
        return f"{APPROVER} approved it; there is no browser, so no page was clicked in"
    with browser(program, WITHIN) as devtools:
        tab = Tab(devtools, 1_160, 900)
        tab.open(f"{slack_url}/?user={APPROVER}")
        card = f'#messages [data-ts="{ts}"]'
        tab.wait_until(f"document.querySelector('{card} {APPROVE}')")
        picture.write_bytes(tab.picture(fit=True, of=card))
        tab.click(f"{card} {APPROVE}")
        # The card itself says next what was decided; until then the page shows the click.
        tab.wait_until(f"!document.querySelector('{card} {APPROVE}')")
    return f"{APPROVER} clicked on Approve in {slack_url}"


def _action(slack_url: str, execution: str) -> tuple[str, str] | None:
    """The timestamp of the card, and the id of its button to approve with."""
    for card in cards(slack_url, execution):
        for block in card["blocks"]:
            for element in block.get("elements", []):
                if str(element.get("action_id", "")).startswith("approve"):
                    return card["ts"], element["action_id"]
    return None
