"""The queue of changed cards, without SQS."""

from typing import Any

from crosscheck.ledger.card_queue import CardQueue


class Cards(CardQueue):
    """Remembers what was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def changed(self, subject: Any, cause: str) -> None:
        """Remember the subject's key."""
        self.told.append(subject.key)
