"""People of the Slack workspace who click on a card's buttons, fill in dialogs and read what only they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from local.account import APPROVER, CHANNEL
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from local.cards import Card
    from tests.e2e.outside import Outside

SECONDS = 240.0


@dataclass(frozen=True)
class Person:
    """A user of the workspace."""

    outside: Outside
    user: str = APPROVER

    def sees(self, execution: str, button: str) -> Card:
        """The execution's card, once it has that button."""

        def look() -> Card:
            found = self.outside.cards(execution)
            return found[0] if found and button in buttons(found[0]) else {}

        return wait_until(look, f"the button {button} on the card of {execution}", SECONDS)

    def is_gone(self, execution: str, button: str) -> None:
        """Wait until the execution's card has that button no more."""
        wait_until(lambda: button not in buttons(self.outside.cards(execution)[0]), f"no {button}", SECONDS)

    def clicks(self, execution: str, button: str) -> None:
        """Click on a button of the execution's card, once it is there; Slack is content with the answer."""
        self.clicks_on(self.sees(execution, button), button)

    def clicks_on(self, card: Card, button: str) -> None:
        """Click on a button of a card as it was seen: Slack sends what the message holds now."""
        body = {"channel": CHANNEL, "ts": card["ts"], "action_id": button, "user": self.user}
        self._content("/click", body)

    def submits(self, **values: str) -> None:
        """Fill in the dialog that is open, and submit it."""

        def look() -> str:
            views = requests.get(f"{self._slack}/views", timeout=60).json()
            return next((str(view["id"]) for view in views if view["user"] == self.user), "")

        self._content("/submit", {"view_id": wait_until(look, "a dialog"), "user": self.user, "values": values})

    def chooses(self, text: str, reason: str) -> None:
        """Choose the check with this text in the dialog that is open, say why, and submit."""

        def look() -> str:
            views = requests.get(f"{self._slack}/views", timeout=60).json()
            mine = [view for view in views if view["user"] == self.user]
            options = [option for view in mine for option in view["blocks"][1]["element"]["options"]]
            return next((str(each["value"]) for each in options if text in each["text"]["text"]), "")

        self.submits(check=wait_until(look, f"a check {text}"), reason=reason)

    def is_told(self, text: str) -> None:
        """Wait until a message that only this person sees says so."""

        def look() -> bool:
            said = requests.get(f"{self._slack}/ephemerals", timeout=60).json()
            return any(each["user"] == self.user and text in each["text"] for each in said)

        wait_until(look, f"{text!r} for {self.user}", SECONDS)

    @property
    def _slack(self) -> str:
        return str(self.outside.description["slack"])

    def _content(self, path: str, body: dict[str, Any]) -> None:
        answer = requests.post(f"{self._slack}{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        assert answer.json()["status"] == 200, answer.text


def buttons(card: Card) -> list[str]:
    """The action ids of a card's buttons."""
    blocks = [block for block in card["blocks"] if block["type"] == "actions"]
    return [element["action_id"] for block in blocks for element in block["elements"]]
