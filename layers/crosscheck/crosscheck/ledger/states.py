"""The states that CodePipeline reports in its events, and their order within one attempt."""

from enum import StrEnum
from typing import assert_never


class State(StrEnum):
    """A state of a pipeline execution, a stage or an action, as the events spell it."""

    STARTED = "STARTED"
    RESUMED = "RESUMED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    SUPERSEDED = "SUPERSEDED"
    ABANDONED = "ABANDONED"

    @property
    def rank(self) -> int:
        """Within one attempt a higher rank follows a lower one; all terminal states share the highest."""
        match self:
            case State.STARTED | State.RESUMED:
                return 1
            case State.STOPPING:
                return 2
            case State.STOPPED | State.SUCCEEDED | State.FAILED | State.CANCELED | State.SUPERSEDED | State.ABANDONED:
                return 3
            case _ as never:
                assert_never(never)

    @property
    def terminal(self) -> bool:
        """Whether nothing follows in this attempt."""
        return self.rank == State.SUCCEEDED.rank
