"""One look at one region."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from check_region.decision import NextStep, decide
from check_region.recording import facts_of
from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict, judge
from crosscheck.errors import CrosscheckError
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.plans.current import current
from crosscheck.registry.checks import run_check
from crosscheck.registry.item import Purpose, VerificationItem
from crosscheck.time_limits import all_within

# Below the function's timeout of 60 s by what the ledger and the card may take.
LOOK_SECONDS = 35.0


class PendingError(CrosscheckError):
    """Look again later; the state machine's Retry matches the name of this class."""


class InconclusiveError(CrosscheckError):
    """Nothing can be said of the region: worth a few more looks, not a whole deadline. Matched by name as well."""


@dataclass(frozen=True)
class RegionCheck:
    """Looks at regions. ``seconds`` are those that the checks of one look may take."""

    clients: Clients
    ledger: Ledger
    cards: CardQueue
    clock: Callable[[], float]
    seconds: float = LOOK_SECONDS

    def look(self, item: VerificationItem) -> dict[str, Any]:
        """``{"region", "verdict", "final", "wait", "passed"}``: where it is not final, look again after so many
        seconds; ``passed`` says that this look or an earlier one passed.

        Raises:
            PendingError, InconclusiveError: not decided yet, and not the last look.
        """
        if item.judged:
            return {"region": item.region, "verdict": item.judged, "final": True, "wait": 0, "passed": False}
        step = decide(item, self._see(item), self.clock())
        self._tell(item, step)
        if not step.final and not step.wait:
            error = InconclusiveError if _unknown(item, step) else PendingError
            raise error(f"{step.judged.region}: {step.judged.reason}")
        verdict = step.judged.verdict
        passed = item.passed or verdict is Verdict.PASS
        return {"region": item.region, "verdict": verdict, "final": step.final, "wait": step.wait, "passed": passed}

    def _see(self, item: VerificationItem) -> RegionVerdict:
        """All checks at once; what does not answer in time is INCONCLUSIVE and takes nothing from the others."""
        work = {number: partial(self._look, item, check) for number, check in enumerate(item.checks)}
        found = all_within(self.seconds, work) if work else {}
        return judge(item.region, [found.get(number) or self._late(check) for number, check in enumerate(item.checks)])

    def _look(self, item: VerificationItem, check: PlannedCheck) -> Finding:
        try:
            return run_check(current(check, item.subject, self.clients), self.clients)
        except AWS_ERRORS as error:
            return check.finding(Verdict.INCONCLUSIVE, explain(error, item.subject.region))

    def _late(self, check: PlannedCheck) -> Finding:
        return check.finding(Verdict.INCONCLUSIVE, f"{check.region} did not answer within {self.seconds:g} seconds")

    def _tell(self, item: VerificationItem, step: NextStep) -> None:
        if not step.final and step.wait:
            reason = f"{step.judged.reason}; looked at again in {step.wait} s"
            step = replace(step, judged=replace(step.judged, reason=reason))
        now = self.clock()
        for fact in facts_of(item, step, now):
            self.ledger.merge(item.subject, fact)
        self.cards.changed(item.subject, f"look {item.purpose} {item.stage} {item.region} {now}")


def _unknown(item: VerificationItem, step: NextStep) -> bool:
    """Images keep their patience: a registry that cannot say yet may say so for long."""
    return step.judged.verdict is Verdict.INCONCLUSIVE and item.purpose is not Purpose.IMAGE
