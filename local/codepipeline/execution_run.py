"""One execution from a stage to its end."""

from collections.abc import Callable

from local.codepipeline.condition_state import ConditionType
from local.codepipeline.conditions import Result, RetryMode
from local.codepipeline.declarations import Stage
from local.codepipeline.records import PipelineRecord
from local.codepipeline.rollbacks import automated, latest_target, new_rollback
from local.codepipeline.spawning import Spawn
from local.codepipeline.stage_run import CHANGE_OF, StageRunner
from local.codepipeline.state import Execution, Status
from local.codepipeline.state_changes import Change
from local.codepipeline.tools import Tools
from local.codepipeline.triggers import RetryTrigger
from local.codepipeline.turnstiles import Turnstiles

# Starts an execution that has arrived at a stage.
StartRollback = Callable[[Execution, str], None]
_PASSED = {Status.SUCCEEDED, Status.SKIPPED}


class ExecutionRunner:
    """Takes an execution through its stages. It must have arrived at the first of them."""

    def __init__(
        self, tools: Tools, record: PipelineRecord, execution: Execution, spawn: Spawn, start_rollback: StartRollback
    ) -> None:
        self._tools = tools
        self._record = record
        self._execution = execution
        self._turnstiles = Turnstiles(tools.state, record)
        self._stages = StageRunner(tools, execution, spawn)
        self._start_rollback = start_rollback
        self._rollback: tuple[Execution, str] | None = None

    def run(self, stages: tuple[Stage, ...], retry: RetryMode | None) -> None:
        """Run these stages; ``retry`` says that the first of them runs again."""
        self._tools.changes.pipeline(self._execution, Change.RESUMED if retry else Change.STARTED)
        status = self._through(stages, retry)
        with self._tools.state.changed:
            self._execution.status = status
            self._execution.updated = self._tools.clock.now()
            self._tools.state.changed.notify_all()
        self._tools.changes.pipeline(self._execution, CHANGE_OF[status])
        if self._rollback is not None:
            self._start_rollback(*self._rollback)

    def _through(self, stages: tuple[Stage, ...], retry: RetryMode | None) -> Status:
        for number, stage in enumerate(stages):
            first = number == 0
            returning = first and (retry is not None or self._execution.rollback_target is not None)
            status = self._turnstiles.enter(self._execution, stage.name, returning=returning)
            if status is not None:
                return status
            following = stages[number + 1] if number + 1 < len(stages) else None
            status = self._stage(stage, retry if first else None, following)
            if status not in _PASSED:
                return status
        return Status.SUCCEEDED

    def _stage(self, stage: Stage, retry: RetryMode | None, following: Stage | None) -> Status:
        try:
            status = self._stages.run(stage, retry)
            if self._retries_by_itself(stage, status):
                status = self._again(stage)
            if status in _PASSED and following is not None:
                # Arrive before leaving, or a later execution could overtake this one between two stages.
                self._turnstiles.arrive(self._execution, following.name)
            if self._execution.stages[stage.name].reaction is Result.ROLLBACK:
                self._queue_rollback(stage)
            return status
        finally:
            self._turnstiles.leave(self._execution, stage.name)

    def _retries_by_itself(self, stage: Stage, status: Status) -> bool:
        # AWS allows one automatic retry of a stage.
        record = self._execution.stages[stage.name]
        wanted = status is Status.FAILED and record.reaction is Result.RETRY
        return wanted and RetryTrigger.AUTOMATED not in record.retries

    def _again(self, stage: Stage) -> Status:
        """Run the stage again without leaving it, and tell so as of any retry."""
        self._tools.changes.pipeline(self._execution, Change.FAILED)
        with self._tools.state.changed:
            self._execution.attempt += 1
            self._execution.retried = self._execution.updated = self._tools.clock.now()
        self._tools.changes.pipeline(self._execution, Change.RESUMED)
        mode = stage.conditions[ConditionType.ON_FAILURE].retry
        return self._stages.run(stage, mode, RetryTrigger.AUTOMATED)

    def _queue_rollback(self, stage: Stage) -> None:
        """Queue up an automatic rollback while the stage is still locked; without any target, none."""
        with self._tools.state.changed:
            target = latest_target(self._record, stage.name)
            if target is None or self._execution.halt is not None:
                return
            rollback = new_rollback(target, automated(self._execution), self._tools.clock.now())
            self._record.executions[rollback.id] = rollback
            self._turnstiles.come_back(rollback, stage.name)
            self._rollback = (rollback, stage.name)
