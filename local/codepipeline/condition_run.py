"""The conditions of a stage: their rules run in parallel, and one that fails fails the condition."""

import threading

from local.codepipeline.action_run import begin, fail, give_up, run_action
from local.codepipeline.condition_state import ConditionRun, ConditionStatus, ConditionType
from local.codepipeline.conditions import Condition
from local.codepipeline.declarations import Action, Stage
from local.codepipeline.errors import ActionError, FailureType
from local.codepipeline.spawning import Spawn
from local.codepipeline.state import ActionExecution, Execution, Halt, StageRun, Status
from local.codepipeline.tools import Tools
from local.codepipeline.waits import wait_until

# CodePipeline's default for what a Lambda function may take; the guide names none for the other rules.
TIMEOUT_MINUTES = 24 * 60
_SUMMARY_LIMIT = 2048


class Conditions:
    """Evaluates the conditions of one execution's stages. A rollback is not held up by conditions."""

    def __init__(self, tools: Tools, execution: Execution, spawn: Spawn) -> None:
        self._tools = tools
        self._execution = execution
        self._spawn = spawn

    def met(self, stage: Stage, stage_run: StageRun, kind: ConditionType) -> bool:
        """Whether the condition is met; one that is not declared, or overridden, is. A halt ends the evaluation: False.

        A condition without rules is not met: its result is due.
        """
        condition = stage.conditions.get(kind)
        if condition is None or self._execution.rollback_target is not None:
            return True
        if not condition.rules:
            return False
        state = self._begin(stage_run, kind)
        if state.status is not ConditionStatus.IN_PROGRESS:
            return True
        self._run_rules(stage, condition, state)
        return self._conclude(state)

    def _begin(self, stage_run: StageRun, kind: ConditionType) -> ConditionRun:
        with self._tools.state.changed:
            before = stage_run.conditions.get(kind)
            if before is not None and _holds_for_a_retry(kind, before):
                return before
            state = stage_run.conditions[kind] = ConditionRun(self._tools.clock.now())
            return state

    def _run_rules(self, stage: Stage, condition: Condition[Action], state: ConditionRun) -> None:
        runs = [begin(self._tools, self._execution, stage.name, rule, condition.type) for rule in condition.rules]
        with self._tools.state.changed:
            state.rules = runs
        for run in runs:
            name = f"{self._execution.pipeline.name}/{stage.name}/{run.action.name}"
            arguments = (self._tools, self._execution, run)
            self._spawn(threading.Thread(target=run_action, args=arguments, name=name, daemon=True))
        self._await(state)

    def _await(self, state: ConditionRun) -> None:
        def over() -> bool:
            settled = all(run.settled for run in state.rules)
            return settled or state.status is not ConditionStatus.IN_PROGRESS or self._execution.halt is not None

        passed = 0
        for minutes in sorted({_timeout(run) for run in state.rules}):
            if wait_until(self._tools.state, self._tools.clock, over, (minutes - passed) * 60):
                return
            passed = minutes
            for run in state.rules:
                if _timeout(run) == minutes:
                    text = f"The rule {run.action.name} timed out after {minutes} minutes."
                    fail(self._tools, self._execution, run, ActionError(FailureType.JOB_FAILED, text))

    def _conclude(self, state: ConditionRun) -> bool:
        with self._tools.state.changed:
            if state.status is ConditionStatus.IN_PROGRESS:
                state.status, state.summary = self._outcome(state)
            state.updated = self._tools.clock.now()
        for run in state.rules:
            give_up(self._tools, self._execution, run)
        return state.status in {ConditionStatus.SUCCEEDED, ConditionStatus.OVERRIDDEN}

    def _outcome(self, state: ConditionRun) -> tuple[ConditionStatus, str | None]:
        if self._execution.halt is not None:
            cancelled = self._execution.halt is Halt.CANCEL
            return ConditionStatus.CANCELLED if cancelled else ConditionStatus.ABANDONED, None
        failed = [run for run in state.rules if run.status is not Status.SUCCEEDED]
        if not failed:
            return ConditionStatus.SUCCEEDED, None
        summary = "; ".join(f"{run.action.name}: {run.error_message}" for run in failed)
        return ConditionStatus.FAILED, summary[:_SUMMARY_LIMIT]


def _holds_for_a_retry(kind: ConditionType, before: ConditionRun) -> bool:
    if before.status is ConditionStatus.OVERRIDDEN:
        return True
    return kind is ConditionType.BEFORE_ENTRY and before.status is ConditionStatus.SUCCEEDED


def _timeout(run: ActionExecution) -> int:
    return run.action.timeout_minutes or TIMEOUT_MINUTES
