"""What became of taking a failed region back, and what that makes of the region."""

from dataclasses import replace
from typing import assert_never

from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.releases.model import RegionProgress, RegionState


def taken_back(failed: RegionProgress, rollback: RollbackProgress) -> RegionProgress:
    """A failed region in the light of its rollback: it stays failed, unless that one is proven."""
    if rollback.state is RollbackState.DONE:
        why = f"was: {failed.reason}" if failed.reason else ""
        return RegionProgress(failed.region, RegionState.ROLLED_BACK, rollback.reason, why)
    return replace(failed, follow_up=_told(rollback))


def _told(rollback: RollbackProgress) -> str:
    reason, target = rollback.reason, rollback.target
    match rollback.state:
        case RollbackState.RUNNING:
            return f"rolling back to {target}" if target else "rolling back"
        case RollbackState.SUGGESTED:
            return f"rollback suggested: {reason}"
        case RollbackState.MOVED_ON:
            return f"not rolled back: {reason}"
        case RollbackState.FAILED:
            return f"the rollback did not work: {reason}"
        case RollbackState.LEFT | RollbackState.BACK | RollbackState.DONE:
            return reason
        case _ as never:
            assert_never(never)
