"""One event: into the ledger, then onto the card's queue, then to the state machine."""

from dataclasses import dataclass

from crosscheck.events.changes import parse
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from record_events.verifications import Verifications


@dataclass(frozen=True)
class EventRecorder:
    """Records what events mean."""

    ledger: Ledger
    cards: CardQueue
    verifications: Verifications

    def record(self, event: object) -> None:
        """Merge the event into the ledger, tell the card, start the verification.

        The card is notified whether or not the ledger changed: a crash between the two writes leaves an event that
        is delivered again, finds the ledger as it wants it, and must still reach the card. SQS drops the
        message where the first delivery sent it; the card skips what it already shows. A verification is started
        on every delivery for the same reason; its name makes it one.

        Raises:
            UnreadableEventError: the event has no shape that we know.
        """
        change = parse(event)
        if change is None:
            return
        self.ledger.merge(change.subject, change.fact)
        if change.notify_card:
            self.cards.changed(change.subject, cause=f"event {change.event_id}")
        if change.verification:
            self.verifications.start(change.verification)
