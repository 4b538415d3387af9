"""What follows from one look at a region: pure.

A region's state flickers: a task that is about to die runs, a page that is about to answer does not. So what a look at
a stage's region says is final only once a second look, some time later, says the same.
"""

from dataclasses import dataclass, replace

from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.registry.item import Purpose, VerificationItem

# Long enough for a container that dies on its first requests to die; ECS itself restarts within this time.
OBSERVE_SECONDS = 60
CONFIRM_SECONDS = 15


@dataclass(frozen=True)
class NextStep:
    """``judged`` is what the region is now. Where that is not ``final``, look again after ``wait`` seconds; 0 leaves
    that to the state machine's own patience."""

    judged: RegionVerdict
    final: bool
    wait: int = 0


def decide(item: VerificationItem, seen: RegionVerdict, now: float) -> NextStep:
    """What follows from what was seen. ``now`` is in epoch seconds.

    The state machine's own patience ends after half an hour, which it tells by ``last``; an item with a later deadline
    is looked at until then, the rarer the longer that is.
    """
    over = item.deadline <= now if item.deadline else item.last
    match seen.verdict:
        case Verdict.PENDING if over:
            reason = f"not done at the deadline: {seen.reason}"
            return NextStep(replace(seen, verdict=Verdict.FAIL, reason=reason), final=True)
        case Verdict.PENDING:
            return NextStep(seen, final=False, wait=_rarer(item, now) if item.last else 0)
        case Verdict.INCONCLUSIVE:
            return NextStep(seen, final=item.last or over or item.purpose is Purpose.PREFLIGHT)
        case Verdict.FAIL if (before := _gave_way(item)) and _moved_on(seen):
            reason = f"{before}: {seen.reason}"
            return NextStep(replace(seen, verdict=Verdict.INCONCLUSIVE, reason=reason), final=True)
        case Verdict.PASS | Verdict.FAIL:
            wait = 0 if over or item.confirm == seen.verdict else _wait(item, seen.verdict)
            return NextStep(seen, final=wait == 0, wait=wait)


def _gave_way(item: VerificationItem) -> str:
    """What is said of a region where something later is there by now; empty where it was seen to fail before that, or
    where it is a way back that has to be there."""
    if item.purpose is not Purpose.STAGE:
        return ""
    if item.passed:
        return "it passed, and gave way before it was proven"
    return "" if item.confirm == Verdict.FAIL else "it was deployed, and gave way before it was looked at"


def _moved_on(seen: RegionVerdict) -> bool:
    """Whether nothing speaks against the region but that something later is there; a queue's next execution deploys as
    soon as this one leaves the stage."""
    failed = [finding for finding in seen.findings if finding.verdict is Verdict.FAIL]
    return bool(failed) and all(finding.moved_on for finding in failed)


def _rarer(item: VerificationItem, now: float) -> int:
    return max(OBSERVE_SECONDS, round((item.deadline - now) / 10))


def _wait(item: VerificationItem, verdict: Verdict) -> int:
    match item.purpose, verdict:
        case Purpose.STAGE, Verdict.PASS:
            return max(OBSERVE_SECONDS, round(item.soak))
        case ((Purpose.STAGE | Purpose.ROLLBACK), Verdict.FAIL):
            return CONFIRM_SECONDS
        case _:
            return 0
