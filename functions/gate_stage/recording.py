"""Telling the ledger and the card what a look saw."""

import hashlib
from dataclasses import dataclass

from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.proven import ProvenStates
from crosscheck.verification.engine import NextStep
from gate_stage.look import Judgement


@dataclass(frozen=True)
class VerdictRecorder:
    """Writes one verdict per region and, where it is the last word, what that proves; then tells the card."""

    ledger: Ledger
    cards: CardQueue

    def record(self, judgement: Judgement, now: float) -> None:
        """Write what the look saw; the same look written twice changes nothing.

        The card is notified whether or not the ledger changed, so that a crash between the two writes loses nothing.
        """
        decision, progress, gate = judgement.decision, judgement.decision.progress, judgement.gate
        ended = decision.step is not NextStep.CONTINUE
        for region in decision.regions:
            final = ended and region.region not in decision.open
            verdict = JudgeVerdict(
                stage=judgement.plan.stage,
                judged=region,
                at=now,
                final=final,
                judge=gate.name,
                look=progress.look,
            )
            self.ledger.merge(gate.subject, verdict.to_fact(progress.since))
            if final:
                plan = judgement.plan
                ProvenStates(self.ledger).judged(gate.subject, plan.stage, plan.checks, region, now)
        self.cards.changed(gate.subject, _cause(judgement))


def _cause(judgement: Judgement) -> str:
    """There is one cause per look and outcome: a job that is delivered twice may see two different things."""
    decision, progress = judgement.decision, judgement.decision.progress
    seen = "|".join(f"{region.region} {region.verdict} {region.reason}" for region in decision.regions)
    outcome = hashlib.sha256(seen.encode()).hexdigest()[:12]
    return f"gate {judgement.plan.stage} {judgement.gate.name} {progress.since} {progress.look} {outcome}"
