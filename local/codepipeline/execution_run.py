"""One execution from a stage to its end."""

from local.codepipeline.declarations import Stage
from local.codepipeline.stage_run import CHANGE_OF, RetryMode, Spawn, StageRunner
from local.codepipeline.state import Execution, PipelineRecord, Status
from local.codepipeline.state_changes import Change
from local.codepipeline.tools import Tools
from local.codepipeline.turnstiles import Turnstiles


class ExecutionRunner:
    """Takes an execution through its stages. It must have arrived at the first of them."""

    def __init__(self, tools: Tools, record: PipelineRecord, execution: Execution, spawn: Spawn) -> None:
        self._tools = tools
        self._execution = execution
        self._turnstiles = Turnstiles(tools.state, record)
        self._stages = StageRunner(tools, execution, spawn)

    def run(self, stages: tuple[Stage, ...], retry: RetryMode | None) -> None:
        """Run these stages; ``retry`` says that the first of them runs again."""
        self._tools.changes.pipeline(self._execution, Change.RESUMED if retry else Change.STARTED)
        status = self._through(stages, retry)
        with self._tools.state.changed:
            self._execution.status = status
            self._execution.updated = self._tools.clock.now()
            self._tools.state.changed.notify_all()
        self._tools.changes.pipeline(self._execution, CHANGE_OF[status])

    def _through(self, stages: tuple[Stage, ...], retry: RetryMode | None) -> Status:
        for number, stage in enumerate(stages):
            status = self._turnstiles.enter(self._execution, stage.name)
            if status is not None:
                return status
            following = stages[number + 1] if number + 1 < len(stages) else None
            status = self._stage(stage, retry if number == 0 else None, following)
            if status is not Status.SUCCEEDED:
                return status
        return Status.SUCCEEDED

    def _stage(self, stage: Stage, retry: RetryMode | None, following: Stage | None) -> Status:
        try:
            status = self._stages.run(stage, retry)
            if status is Status.SUCCEEDED and following is not None:
                # Arrive before leaving, or a later execution could overtake this one between two stages.
                self._turnstiles.arrive(self._execution, following.name)
            return status
        finally:
            self._turnstiles.leave(self._execution, stage.name)
