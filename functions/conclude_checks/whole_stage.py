"""Taking a whole stage back, where that is all there is: CodePipeline's RollbackStage, in every region at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conclude_checks.ways import STATES
from crosscheck import facts
from crosscheck.checks.problems import AWS_ERRORS, explain
from crosscheck.releases.attempts import attempt_of
from crosscheck.rollback.states import RollbackState
from crosscheck.rollback.undo import MovedOnError, Standing
from crosscheck.subjects import Subject
from crosscheck.verification import Item, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crosscheck.card_queue import CardQueue
    from crosscheck.clients import Clients
    from crosscheck.ledger import Ledger
    from crosscheck.rollback.stage import StageUndo
    from crosscheck.rollback.undo import WayBack

PROVE_SECONDS = 3_600.0


@dataclass(frozen=True)
class WholeStage:
    """Takes stages back."""

    clients: Clients
    ledger: Ledger
    cards: CardQueue
    clock: Callable[[], float]
    undo: StageUndo

    def take(self, failed: Sequence[Item], holder: str) -> Item | None:
        """What shows that the stage is back, None where it was not begun. ``failed`` are the items of one stage whose
        regions can be taken back in no other way."""
        first, subject = failed[0], failed[0].subject
        if not isinstance(subject, Subject):
            raise TypeError("only executions have stages")
        if attempt_of(self.ledger.read(subject), first.stage) > first.attempt:
            self._tell(failed, RollbackState.MOVED_ON, f"{first.stage} was retried since")
            return None
        healthy = sorted(set(first.regions) - {item.region for item in failed})
        if healthy:
            reason = f"only the whole stage can be rolled back, which would take {', '.join(healthy)} back as well"
            self._tell(failed, RollbackState.SUGGESTED, reason)
            return None
        try:
            return self._begin(failed, subject, holder)
        except MovedOnError as error:
            self._tell(failed, RollbackState.MOVED_ON, str(error))
        except AWS_ERRORS as error:
            self._tell(failed, RollbackState.FAILED, explain(error, subject.region))
        return None

    def _begin(self, failed: Sequence[Item], subject: Subject, holder: str) -> Item | None:
        first = failed[0]
        way = self.undo.propose(subject, first.stage, self.clients)
        claim = facts.rollback_claim(first.stage, "all", first.attempt)
        if way.standing is not Standing.READY and not self._begun(way, subject, claim, holder):
            self._tell(failed, STATES[way.standing], way.reason, way.target)
            return None
        if any(item.mode != "auto" for item in failed):
            self._tell(failed, RollbackState.SUGGESTED, way.reason, way.target)
            return None
        if not self.ledger.claim(subject, claim, holder):
            return None
        self._tell(failed, RollbackState.RUNNING, f"rolling back to {way.target}", way.target)
        begun = self.undo.begin(subject, first.stage, way, self.clients)
        self._tell(failed, RollbackState.RUNNING, begun.reason, way.target)
        now = self.clock()
        return replace(
            first,
            purpose=Purpose.ROLLBACK,
            mode="off",  # a rollback that fails is not rolled back
            region=begun.proof.region,
            since=now,
            checks=(begun.proof,),
            deadline=now + PROVE_SECONDS,
            regions=tuple(sorted(item.region for item in failed)),
            target=way.target,
            judged="",
        )

    def _begun(self, way: WayBack, subject: Subject, claim: str, holder: str) -> bool:
        """Whether the stage goes back because we began it, and died before we could say so."""
        claimed = self.ledger.read(subject).get(claim)
        return way.standing is Standing.BACK and claimed is not None and claimed.once.get("holder") == holder

    def _tell(self, failed: Sequence[Item], state: RollbackState, reason: str, target: str = "") -> None:
        now = self.clock()
        for item in failed:
            fact = facts.rollback(item.stage, item.region, item.attempt, state, reason, now=now, target=target)
            self.ledger.merge(item.subject, fact)
        self.cards.changed(failed[0].subject, f"rollback {failed[0].stage} {state} {now}")
