"""One event: into the ledger, then onto the card's queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from record_events.state_changes import parse

if TYPE_CHECKING:
    from crosscheck.card_queue import CardQueue
    from crosscheck.ledger import Ledger


class Recorder:
    """Records state changes."""

    def __init__(self, ledger: Ledger, cards: CardQueue) -> None:
        self._ledger = ledger
        self._cards = cards

    def record(self, event: object) -> None:
        """Merge the event into the ledger and tell the card.

        The card is told whether or not the ledger changed: a crash between the two writes leaves an event that
        is delivered again, finds the ledger as it wants it, and must still reach the card. SQS drops the
        message where the first delivery sent it; the card skips what it already shows.

        Raises:
            UnreadableEventError: the event has no shape that we know.
        """
        change = parse(event)
        self._ledger.merge(change.subject, change.fact)
        self._cards.changed(change.subject, cause=f"event {change.event_id}")
