"""Telling the ledger and the card what a look saw."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from crosscheck.aws_errors import AWS_ERRORS
from crosscheck.contracts.verdicts import RegionVerdict
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.proven import ProvenStates
from crosscheck.time_limits import OutOfTimeError, all_within
from crosscheck.verification.engine import NextStep
from gate_stage.look import Judgement

# Of the time that there is: a write that hangs leaves the others theirs to keep what is proven.
VERDICTS_SHARE = 0.5


@dataclass(frozen=True)
class VerdictRecorder:
    """Writes one verdict per region and, where it is the last word, what that proves; then tells the card."""

    ledger: Ledger
    cards: CardQueue

    def record(self, judgement: Judgement, now: float, seconds: float) -> None:
        """Write what the look saw, of all regions at once; the same look written twice changes nothing.

        The card is notified whether or not the ledger changed, so that a crash between the two writes loses nothing.

        Raises:
            OutOfTimeError: the ledger did not take everything within ``seconds``.
            ClientError, BotoCoreError: the ledger or the queue is out of reach.
        """
        until = time.monotonic() + seconds
        try:
            work = {each.region: partial(self._write, judgement, each, now) for each in judgement.told}
            ended = all_within(seconds * VERDICTS_SHARE, work)
            written = [each for each in judgement.told if each.region in ended and not ended[each.region]]
            unproven = self._prove(judgement, written, now, until)
        finally:
            self.cards.changed(judgement.gate.subject, _cause(judgement))
        for error in filter(None, ended.values()):
            raise error
        if late := sorted({*work} - {*ended} | unproven):
            raise OutOfTimeError(
                f"the ledger did not take the verdicts of {', '.join(late)} within {seconds:.0f} seconds"
            )

    def _write(self, judgement: Judgement, region: RegionVerdict, now: float) -> Exception | None:
        """The error where the ledger does not take it, which must not keep the other regions from being told."""
        progress, final = judgement.decision.progress, _is_final(judgement, region)
        verdict = JudgeVerdict(
            stage=judgement.plan.stage,
            judged=region,
            at=now,
            final=final,
            judge=judgement.gate.name,
            look=progress.look,
        )
        try:
            self.ledger.merge(judgement.gate.subject, verdict.to_fact(progress.since))
        except AWS_ERRORS as error:
            return error
        return None

    def _prove(self, judgement: Judgement, written: Iterable[RegionVerdict], now: float, until: float) -> set[str]:
        """What the last words prove; the regions that were late. What is known of the release grows with its regions,
        so it is read once for all of them, when their verdicts are in it."""
        subject, plan = judgement.gate.subject, judgement.plan
        final = [region for region in written if _is_final(judgement, region)]
        if not final:
            return set()
        states, known = ProvenStates(self.ledger), KnownFacts(self.ledger.read(subject))
        judged = partial(states.judged, subject, plan.stage, plan.checks, at=now, known=known)
        work = {region.region: partial(judged, region) for region in final}
        return {*work} - {*all_within(until - time.monotonic(), work)}


def _is_final(judgement: Judgement, region: RegionVerdict) -> bool:
    decision = judgement.decision
    return decision.step is not NextStep.CONTINUE and region.region not in decision.open


def _cause(judgement: Judgement) -> str:
    """There is one cause per look and outcome: a job that is delivered twice may see two different things."""
    decision, progress = judgement.decision, judgement.decision.progress
    seen = "|".join(f"{region.region} {region.verdict} {region.reason}" for region in decision.regions)
    outcome = hashlib.sha256(seen.encode()).hexdigest()[:12]
    return f"gate {judgement.plan.stage} {judgement.gate.name} {progress.since} {progress.look} {outcome}"
