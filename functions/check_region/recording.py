"""The facts that a look becomes, by what it is for: pure."""

from collections.abc import Iterator
from typing import assert_never

from check_region.decision import NextStep
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.ledger.table import Fact
from crosscheck.ledger.verdict_facts import JudgeVerdict, PreflightSeen
from crosscheck.registry.item import Purpose, VerificationItem


def facts_of(item: VerificationItem, step: NextStep, now: float) -> Iterator[Fact]:
    """What the ledger has to know after a look. ``now`` is in epoch seconds."""
    match item.purpose:
        case Purpose.IMAGE | Purpose.STAGE:
            yield JudgeVerdict(item.stage, step.judged, now, final=step.final).to_fact(item.since)
        case Purpose.PREFLIGHT:
            yield PreflightSeen(step.judged, now).to_fact()
        case Purpose.ROLLBACK:
            for region in item.regions:
                yield _rollback(item, region, step, now)
        case _ as never:
            assert_never(never)


def _rollback(item: VerificationItem, region: str, step: NextStep, now: float) -> Fact:
    state, reason = RollbackState.RUNNING, f"rolling back to {item.target}: {step.judged.reason}"
    if step.final:
        back = step.judged.verdict is Verdict.PASS and not item.left
        state = RollbackState.DONE if back else RollbackState.FAILED
        unproven = "it could not be proven: " if step.judged.verdict is Verdict.INCONCLUSIVE else ""
        stays = f"; not taken back: {item.left}" if item.left else ""
        reason = f"{unproven}{step.judged.reason}{stays}"
    return RollbackProgress(item.stage, region, item.attempt, state, reason, now, item.target).to_fact()
