"""Telling the ledger and the card what a look saw."""

import hashlib
from dataclasses import dataclass
from functools import partial

from crosscheck.contracts.verdicts import RegionVerdict
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.proven import ProvenStates
from crosscheck.time_limits import OutOfTimeError, all_within
from crosscheck.verification.engine import NextStep
from gate_stage.look import Judgement


@dataclass(frozen=True)
class VerdictRecorder:
    """Writes one verdict per region and, where it is the last word, what that proves; then tells the card."""

    ledger: Ledger
    cards: CardQueue

    def record(self, judgement: Judgement, now: float, seconds: float) -> None:
        """Write what the look saw, of all regions at once; the same look written twice changes nothing.

        The card is notified whether or not the ledger changed, so that a crash between the two writes loses nothing.

        Raises:
            OutOfTimeError: the ledger did not take all verdicts within ``seconds``.
            ClientError, BotoCoreError: the ledger or the queue is out of reach.
        """
        regions = judgement.decision.regions
        work = {region.region: partial(self._write, judgement, region, now) for region in regions}
        written = all_within(seconds, work)
        self.cards.changed(judgement.gate.subject, _cause(judgement))
        if late := sorted({*work} - {*written}):
            raise OutOfTimeError(
                f"the ledger did not take the verdicts of {', '.join(late)} within {seconds:.0f} seconds"
            )

    def _write(self, judgement: Judgement, region: RegionVerdict, now: float) -> None:
        decision, progress, gate = judgement.decision, judgement.decision.progress, judgement.gate
        plan, final = judgement.plan, decision.step is not NextStep.CONTINUE and region.region not in decision.open
        verdict = JudgeVerdict(
            stage=plan.stage, judged=region, at=now, final=final, judge=gate.name, look=progress.look
        )
        self.ledger.merge(gate.subject, verdict.to_fact(progress.since))
        if final:
            ProvenStates(self.ledger).judged(gate.subject, plan.stage, plan.checks, region, now)


def _cause(judgement: Judgement) -> str:
    """There is one cause per look and outcome: a job that is delivered twice may see two different things."""
    decision, progress = judgement.decision, judgement.decision.progress
    seen = "|".join(f"{region.region} {region.verdict} {region.reason}" for region in decision.regions)
    outcome = hashlib.sha256(seen.encode()).hexdigest()[:12]
    return f"gate {judgement.plan.stage} {judgement.gate.name} {progress.since} {progress.look} {outcome}"
