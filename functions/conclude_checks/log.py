"""What taking a region back and taking a whole stage back have in common: who may, what is told, what proves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger import facts
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.ledger.table import Ledger, Record
from crosscheck.registry.item import Purpose, VerificationItem
from crosscheck.releases.attempts import attempt_of


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
            fact = facts.rollback(item.stage, item.region, item.attempt, state, reason, now=now, target=target)
            self.ledger.merge(item.subject, fact)
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


def retried(records: Mapping[str, Record], item: VerificationItem) -> str:
    """Why a verification of an earlier attempt takes nothing back; empty where it is that of the latest one."""
    return f"{item.stage} was retried since" if attempt_of(records, item.stage) > item.attempt else ""


def holds(records: Mapping[str, Record], claim: str, holder: str) -> bool:
    """Whether the holder has the claim already: it died between the claim and the end of the deed."""
    return claim in records and records[claim].once.get("holder") == holder
