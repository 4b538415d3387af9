"""The actions of one stage by run order, those of one run order in parallel."""

import threading
from collections.abc import Iterable

from local.codepipeline.action_run import begin, run_action
from local.codepipeline.conditions import RetryMode
from local.codepipeline.declarations import Action, Stage
from local.codepipeline.spawning import Spawn
from local.codepipeline.state import ActionExecution, Execution, Status
from local.codepipeline.tools import Tools
from local.codepipeline.turnstiles import halted_status


class StageActions:
    """Runs the actions of a stage that the execution has entered."""

    def __init__(self, tools: Tools, execution: Execution, spawn: Spawn) -> None:
        self._tools = tools
        self._execution = execution
        self._spawn = spawn

    def run(self, stage: Stage, retry: RetryMode | None) -> Status:
        """How they ended: Succeeded, Failed, Stopped or Cancelled. A halt goes before a failure."""
        good = True
        for group in stage.run_orders:
            if self._execution.halt is None and good:
                good = self._group(stage, [action for action in group if self._due(stage, action, retry)])
        if self._execution.halt is not None:
            return halted_status(self._execution.halt)
        return Status.SUCCEEDED if good else Status.FAILED

    def _due(self, stage: Stage, action: Action, retry: RetryMode | None) -> bool:
        if retry is not RetryMode.FAILED_ACTIONS:
            return True
        before = self._execution.latest(stage.name, action.name)
        return before is None or before.status is not Status.SUCCEEDED

    def _group(self, stage: Stage, actions: Iterable[Action]) -> bool:
        runs = [begin(self._tools, self._execution, stage.name, action) for action in actions]
        for run in runs:
            name = f"{self._execution.pipeline.name}/{stage.name}/{run.action.name}"
            arguments = (self._tools, self._execution, run)
            self._spawn(threading.Thread(target=run_action, args=arguments, name=name, daemon=True))
        return self._wait(runs)

    def _wait(self, runs: list[ActionExecution]) -> bool:
        with self._tools.state.changed:
            self._tools.state.changed.wait_for(lambda: all(run.settled for run in runs))
            return all(run.status is Status.SUCCEEDED for run in runs)
