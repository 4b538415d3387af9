"""What taking a region back and taking a whole stage back have in common: who may, what is told, what proves it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.ledger.table import Ledger
from crosscheck.registry.item import Purpose, VerificationItem


@dataclass(frozen=True)
class RollbackLog:
    """The rollbacks of releases in the ledger. ``clock`` gives epoch seconds."""

    ledger: Ledger
    cards: CardQueue
    clock: Callable[[], float]

    def tell(self, items: Sequence[VerificationItem], state: RollbackState, reason: str, target: str = "") -> None:
        """Write what became of the rollback of these items, which are one release's, and tell its card."""
        now = self.clock()
        for item in items:
            rollback = RollbackProgress(item.stage, item.region, item.attempt, state, reason, now, target)
            self.ledger.merge(item.subject, rollback.to_fact())
        first = items[0]
        self.cards.changed(first.subject, f"rollback {first.stage} {first.region} {state} {now}")

    def proof(
        self,
        items: Sequence[VerificationItem],
        checks: Sequence[PlannedCheck],
        target: str,
        seconds: float,
        left: str = "",
    ) -> VerificationItem:
        """The item that shows when these items are back, within so many seconds. Its mode is ``off``: a rollback that
        fails is not rolled back."""
        first, now = items[0], self.clock()
        return VerificationItem(
            purpose=Purpose.ROLLBACK,
            subject=first.subject,
            region=checks[0].region,
            since=now,
            checks=tuple(checks),
            stage=first.stage,
            attempt=first.attempt,
            deadline=now + seconds,
            regions=tuple(sorted(item.region for item in items)),
            target=target,
            left=left,
        )


def retried(known: KnownFacts, item: VerificationItem) -> str:
    """Why a verification of an earlier attempt takes nothing back; empty where it is that of the latest one."""
    return f"{item.stage} was retried since" if known.attempt_of(item.stage) > item.attempt else ""
