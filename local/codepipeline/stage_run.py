"""One stage of one execution: its actions by run order, those of one run order in parallel."""

import threading
from collections.abc import Callable, Iterable
from enum import StrEnum

from local.codepipeline.action_run import begin, run_action
from local.codepipeline.declarations import Action, Stage
from local.codepipeline.state import ActionExecution, Execution, StageRun, Status
from local.codepipeline.state_changes import Change
from local.codepipeline.tools import Tools
from local.codepipeline.turnstiles import halted_status

Spawn = Callable[[threading.Thread], None]

CHANGE_OF: dict[Status, Change] = {
    Status.SUCCEEDED: Change.SUCCEEDED,
    Status.FAILED: Change.FAILED,
    Status.STOPPED: Change.STOPPED,
    Status.CANCELLED: Change.CANCELED,
    Status.SUPERSEDED: Change.SUPERSEDED,
}


class RetryMode(StrEnum):
    """Which actions of a stage run again."""

    FAILED_ACTIONS = "FAILED_ACTIONS"
    ALL_ACTIONS = "ALL_ACTIONS"


class StageRunner:
    """Runs a stage that the execution has entered."""

    def __init__(self, tools: Tools, execution: Execution, spawn: Spawn) -> None:
        self._tools = tools
        self._execution = execution
        self._spawn = spawn

    def run(self, stage: Stage, retry: RetryMode | None) -> Status:
        """How the stage ended: Succeeded, Failed, Stopped or Cancelled."""
        record = self._begin(stage, retry)
        self._tools.changes.stage(self._execution, record, Change.RESUMED if retry else Change.STARTED)
        status = self._actions(stage, retry)
        with self._tools.state.changed:
            record.status = status
            self._execution.updated = self._tools.clock.now()
        self._tools.changes.stage(self._execution, record, CHANGE_OF[status])
        return status

    def _begin(self, stage: Stage, retry: RetryMode | None) -> StageRun:
        with self._tools.state.changed:
            record = self._execution.stages.get(stage.name)
            if record is None or retry is None:
                record = self._execution.stages[stage.name] = StageRun(stage.name, self._tools.clock.now())
            else:
                record.status = Status.IN_PROGRESS
                record.retries += 1
            return record

    def _actions(self, stage: Stage, retry: RetryMode | None) -> Status:
        for group in stage.run_orders:
            if self._execution.halt is not None:
                return halted_status(self._execution.halt)
            if not self._group(stage, [action for action in group if self._due(stage, action, retry)]):
                halt = self._execution.halt
                return halted_status(halt) if halt and self._execution.actions_given_up else Status.FAILED
        return halted_status(self._execution.halt) if self._execution.halt is not None else Status.SUCCEEDED

    def _due(self, stage: Stage, action: Action, retry: RetryMode | None) -> bool:
        if retry is not RetryMode.FAILED_ACTIONS:
            return True
        before = self._execution.latest(stage.name, action.name)
        return before is None or before.status is not Status.SUCCEEDED

    def _group(self, stage: Stage, actions: Iterable[Action]) -> bool:
        runs = [begin(self._tools, self._execution, stage.name, action) for action in actions]
        for run in runs:
            self._spawn(
                threading.Thread(
                    target=run_action,
                    args=(self._tools, self._execution, run),
                    name=f"{self._execution.pipeline.name}/{stage.name}/{run.action.name}",
                    daemon=True,
                )
            )
        return self._wait(runs)

    def _wait(self, runs: list[ActionExecution]) -> bool:
        with self._tools.state.changed:
            self._tools.state.changed.wait_for(lambda: all(run.settled for run in runs))
            return all(run.status is Status.SUCCEEDED for run in runs)
