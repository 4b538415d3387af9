"""The states of an execution and of a rollback, and their order within one attempt."""

from enum import StrEnum


class State(StrEnum):
    """A state of a pipeline execution, a stage or an action, as the events spell it.

    Every state of the events' guide, and SKIPPED, which the API has for a stage whose condition said so. UNKNOWN is any
    other word.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StageExecution.html
    """

    STARTED = "STARTED"
    RESUMED = "RESUMED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    SUPERSEDED = "SUPERSEDED"
    ABANDONED = "ABANDONED"
    SKIPPED = "SKIPPED"
    UNKNOWN = "UNKNOWN"

    @property
    def rank(self) -> int:
        """Within one attempt a higher rank follows a lower one; all terminal states share the highest."""
        match self:
            case State.UNKNOWN:
                return 0
            case State.STARTED | State.RESUMED:
                return 1
            case State.STOPPING:
                return 2
            case State.STOPPED | State.SUCCEEDED | State.FAILED | State.CANCELED | State.SUPERSEDED:
                return 3
            case State.ABANDONED | State.SKIPPED:
                return 3

    @property
    def terminal(self) -> bool:
        """Whether nothing follows in this attempt."""
        return self.rank == State.SUCCEEDED.rank


class RollbackState(StrEnum):
    """How far the rollback of one region is; the region's state on the card follows from it."""

    RUNNING = "running"  # begun, not proven yet
    SUGGESTED = "suggested"  # a person may do it: the mode is not auto, or nothing says where to go back to
    LEFT = "left"  # CodePipeline does it itself: the stage has its own onFailure
    MOVED_ON = "moved_on"  # the region runs something else by now
    BACK = "back"  # the service went back by itself
    DONE = "done"  # begun by Crosscheck, and proven
    FAILED = "failed"  # it could not be begun, or the region is not as it was
    UNKNOWN = "unknown"  # a word of a later version: never written

    @property
    def rank(self) -> int:
        """Within one attempt a higher rank follows a lower one."""
        match self:
            case RollbackState.RUNNING | RollbackState.UNKNOWN:
                return 0
            case RollbackState.SUGGESTED | RollbackState.LEFT | RollbackState.MOVED_ON:
                return 1
            case RollbackState.BACK | RollbackState.DONE | RollbackState.FAILED:
                return 2
