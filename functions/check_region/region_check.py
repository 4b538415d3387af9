"""One look at one region."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from check_region.recording import facts_of
from crosscheck import json_documents
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, RegionVerdict, judge
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.image_facts import DeployedRepository
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.plans.current import checks_begun, run_current
from crosscheck.releases.deployments import repositories_of
from crosscheck.releases.proven import ProvenStates
from crosscheck.verification.engine import Decision, NextStep, decide, seconds_to_next_look
from crosscheck.verification.item import Purpose, VerificationItem
from crosscheck.verification.looks import look_at
from crosscheck.verification.progress import begin
from crosscheck.verification.skips import honour, read_skips
from crosscheck.verification.taken_back import read_rollbacks, with_rollbacks

# Below the function's timeout of 60 s by what the ledger and the card may take.
LOOK_SECONDS = 35.0


@dataclass(frozen=True)
class RegionCheck:
    """Looks at regions. ``seconds`` are those that the checks of one look may take."""

    clients: Clients
    ledger: Ledger
    cards: CardQueue
    clock: Callable[[], float]
    seconds: float = LOOK_SECONDS

    def look(self, item: VerificationItem) -> dict[str, Any]:
        """``{"verdict", "final"}``; if it is not final, also ``"wait"``, the seconds until the next look, and
        ``"progress"``, which that look needs."""
        if item.gate_verdict:
            return {"verdict": item.gate_verdict, "final": True}
        results = look_at(item.checks, self.seconds, partial(self._run, item))
        if item.purpose is Purpose.STAGE and isinstance(item.subject, Subject):
            results = honour(results, item.stage, read_skips(self.ledger, item.subject, item.since))
            if any(result.finding.moved_on for result in results):
                rollbacks = read_rollbacks(self.ledger, item.subject)
                results = with_rollbacks(results, item.checks, item.stage, rollbacks)
        if item.purpose is Purpose.ROLLBACK:  # each proves the way back of one deployment, and says what came after it
            results = [replace(result, of_the_region=False) for result in results]
        progress = item.progress or begin(self.clock())
        now = max(self.clock(), progress.due)
        decision = decide(results, progress, item.limits, now)
        if not results:
            decision = replace(decision, step=NextStep.FAIL, regions=(judge(item.region, ()),))
        return self._recorded(item, decision, now)

    def _recorded(self, item: VerificationItem, decision: Decision, now: float) -> dict[str, Any]:
        final, progress = decision.step is not NextStep.CONTINUE, decision.progress
        wait = 0 if final else seconds_to_next_look(progress, item.limits, item.longest_wait, now)
        progress, at = replace(progress, due=round(now + wait, 3)), self.clock()
        (judged,) = decision.regions
        observed = progress.fails or progress.pass_since
        shown = _with_next_look(judged, wait) if observed and not final else judged
        for fact in facts_of(item, shown, at, look=progress.look, final=final):
            self.ledger.merge(item.subject, fact)
        if final:
            self._keep(item, judged, at)
        self.cards.changed(item.subject, f"look {item.purpose} {item.stage} {item.region} {at}")
        answer = {"verdict": judged.verdict.value, "final": final}
        return answer if final else {**answer, "wait": wait, "progress": json_documents.write(progress)}

    def _keep(self, item: VerificationItem, judged: RegionVerdict, at: float) -> None:
        """What a rollback may go back to, as far as this look has shown it."""
        states = ProvenStates(self.ledger)
        if not isinstance(item.subject, Subject):
            return
        if item.purpose is Purpose.PREFLIGHT:
            states.begun(item.subject, checks_begun(item.subject, self.clients), item.account)
            states.seen_before(item.checks, judged, at)
            for repository in repositories_of(judged):
                self.ledger.merge(repository, DeployedRepository(item.subject.pipeline).to_fact(at))
        elif item.purpose is Purpose.STAGE:
            states.judged(item.subject, item.stage, item.checks, judged, at)

    def _run(self, item: VerificationItem, check: PlannedCheck) -> Finding:
        return run_current(check, item.checks, item.subject, self.clients)


def _with_next_look(judged: RegionVerdict, wait: int) -> RegionVerdict:
    """The reason of a region that is observed, or whose failure has to be confirmed, says when."""
    return replace(judged, reason=f"{judged.reason}; looked at again in {wait} s")
