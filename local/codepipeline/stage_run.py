"""One stage of one execution: its entry condition, its actions, and its condition for the end they came to."""

from local.codepipeline.condition_run import Conditions
from local.codepipeline.condition_state import ConditionType
from local.codepipeline.conditions import Result, RetryMode
from local.codepipeline.declarations import Stage
from local.codepipeline.spawning import Spawn
from local.codepipeline.stage_actions import StageActions
from local.codepipeline.state import Execution, StageRun, Status
from local.codepipeline.state_changes import Change
from local.codepipeline.tools import Tools
from local.codepipeline.triggers import RetryTrigger
from local.codepipeline.turnstiles import halted_status

CHANGE_OF: dict[Status, Change] = {
    Status.SUCCEEDED: Change.SUCCEEDED,
    Status.FAILED: Change.FAILED,
    Status.STOPPED: Change.STOPPED,
    Status.CANCELLED: Change.CANCELED,
    Status.SUPERSEDED: Change.SUPERSEDED,
}


class StageRunner:
    """Runs a stage whose turnstile the execution has passed."""

    def __init__(self, tools: Tools, execution: Execution, spawn: Spawn) -> None:
        self._tools = tools
        self._execution = execution
        self._conditions = Conditions(tools, execution, spawn)
        self._actions = StageActions(tools, execution, spawn)

    def run(self, stage: Stage, retry: RetryMode | None, trigger: RetryTrigger = RetryTrigger.MANUAL) -> Status:
        """How the stage ended: Succeeded, Skipped, Failed, Stopped or Cancelled.

        A stage is told to have started once its entry condition is met; of one that is skipped nothing is told.
        """
        record = self._begin(stage, retry, trigger)
        if not self._conditions.met(stage, record, ConditionType.BEFORE_ENTRY):
            return self._end(record, self._not_met(stage, record, ConditionType.BEFORE_ENTRY))
        self._tools.changes.stage(self._execution, record, Change.RESUMED if retry else Change.STARTED)
        return self._end(record, self._judge(stage, record, self._actions.run(stage, retry)))

    def _begin(self, stage: Stage, retry: RetryMode | None, trigger: RetryTrigger) -> StageRun:
        with self._tools.state.changed:
            record = self._execution.stages.get(stage.name)
            if record is None or retry is None:
                record = self._execution.stages[stage.name] = StageRun(stage.name, self._tools.clock.now())
            else:
                record.retried(trigger, self._execution.retried)
            return record

    def _judge(self, stage: Stage, record: StageRun, status: Status) -> Status:
        match status:
            case Status.SUCCEEDED if not self._conditions.met(stage, record, ConditionType.ON_SUCCESS):
                return self._not_met(stage, record, ConditionType.ON_SUCCESS)
            case Status.FAILED if not self._conditions.met(stage, record, ConditionType.ON_FAILURE):
                return self._not_met(stage, record, ConditionType.ON_FAILURE)
            case _:
                return status

    def _not_met(self, stage: Stage, record: StageRun, kind: ConditionType) -> Status:
        if self._execution.halt is not None:
            return halted_status(self._execution.halt)
        record.reaction = stage.conditions[kind].result
        return Status.SKIPPED if record.reaction is Result.SKIP else Status.FAILED

    def _end(self, record: StageRun, status: Status) -> Status:
        with self._tools.state.changed:
            record.status = status
            self._execution.updated = self._tools.clock.now()
        if status is not Status.SKIPPED:
            self._tools.changes.stage(self._execution, record, CHANGE_OF[status])
        return status
