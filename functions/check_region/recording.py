"""The facts that a look becomes, by what it is for: pure."""

from collections.abc import Iterator

from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.table import Fact
from crosscheck.ledger.verdict_facts import JudgeVerdict, PreflightSeen
from crosscheck.verification.item import Purpose, VerificationItem


def facts_of(item: VerificationItem, judged: RegionVerdict, now: float, *, look: int, final: bool) -> Iterator[Fact]:
    """What the ledger has to know after a look. ``now`` is in epoch seconds."""
    match item.purpose:
        case Purpose.IMAGE | Purpose.STAGE:
            yield JudgeVerdict(item.stage, judged, now, final=final, look=look).to_fact(item.since)
        case Purpose.PREFLIGHT:
            yield PreflightSeen(judged, now).to_fact()
        case Purpose.ROLLBACK:
            for region in item.regions:
                yield _rollback(item, region, judged, now, final=final).to_fact()
        case Purpose.WHOLE_STAGE:
            raise ValueError("a stage is rolled back before anything is looked at")


def _rollback(
    item: VerificationItem, region: str, judged: RegionVerdict, now: float, *, final: bool
) -> RollbackProgress:
    state, reason = RollbackState.RUNNING, f"rolling back to {item.target}: {judged.reason}"
    if final and not item.unrestored and _moved_on(judged):
        state, reason = RollbackState.MOVED_ON, f"the way back to {item.target} {judged.reason}"
    elif final:
        back = judged.verdict is Verdict.PASS and not item.unrestored
        state = RollbackState.DONE if back else RollbackState.FAILED
        origin = f", {item.origin}" if back and item.origin else ""
        unproven = "it could not be proven: " if judged.verdict is Verdict.INCONCLUSIVE else ""
        stays = f"; not taken back: {item.unrestored}" if item.unrestored else ""
        reason = f"{unproven}{judged.reason}{origin}{stays}"
    return RollbackProgress(item.stage, region, item.attempt, state, reason, now, item.target, by=item.asked_by)


def _moved_on(judged: RegionVerdict) -> bool:
    """Whether all that is not back gave way to a later deployment: then nobody knows whether it would have been."""
    missing = [finding for finding in judged.findings if finding.verdict is not Verdict.PASS]
    return bool(missing) and all(finding.moved_on for finding in missing)
