"""What became of taking a failed region back, and what that makes of the region."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.releases.model import RegionProgress, RegionState


def taken_back(failed: RegionProgress, rollback: Mapping[str, Any]) -> RegionProgress:
    """A failed region in the light of its rollback: it stays failed, unless that one is proven."""
    state, reason = RollbackState(rollback["state"]), rollback["reason"]
    if state is RollbackState.DONE:
        why = f"was: {failed.reason}" if failed.reason else ""
        return RegionProgress(failed.region, RegionState.ROLLED_BACK, reason, why)
    return replace(failed, follow_up=_told(state, reason, rollback.get("target", "")))


def _told(state: RollbackState, reason: str, target: str) -> str:
    match state:
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
