"""Signs and words for states. A sign never stands without its word: colour alone says nothing to many readers."""

from crosscheck.ledger.states import State
from crosscheck.releases.model import RegionState

_WAITING = (":white_circle:", "waiting")

_STATES = {
    State.STARTED: (":hourglass_flowing_sand:", "in progress"),
    State.RESUMED: (":hourglass_flowing_sand:", "in progress"),
    State.STOPPING: (":hourglass_flowing_sand:", "stopping"),
    State.STOPPED: (":no_entry:", "stopped"),
    State.SUCCEEDED: (":white_check_mark:", "succeeded"),
    State.FAILED: (":x:", "failed"),
    State.CANCELED: (":no_entry:", "canceled"),
    State.SUPERSEDED: (":fast_forward:", "superseded"),
    State.ABANDONED: (":no_entry:", "abandoned"),
    State.SKIPPED: (":fast_forward:", "skipped"),
}

_REGIONS = {
    RegionState.DEPLOYING: ":rocket:",
    RegionState.VERIFYING: ":mag:",
    RegionState.PASSED: ":white_check_mark:",
    RegionState.FAILED: ":x:",
    RegionState.UNKNOWN: ":grey_question:",
    RegionState.ROLLED_BACK: ":rewind:",
    RegionState.SKIPPED: ":fast_forward:",
}


def of_state(state: State | None, word: str = "") -> tuple[str, str]:
    """Sign and word of a state; None: not begun. An UNKNOWN state has CodePipeline's own ``word``."""
    if state is State.UNKNOWN:
        return ":grey_question:", word.lower() or "unknown"
    return _STATES[state] if state else _WAITING


def of_region(state: RegionState | None) -> tuple[str, str]:
    """Sign and word of a region's state; None: not begun."""
    return (_REGIONS[state], state.value.replace("_", " ")) if state else _WAITING
