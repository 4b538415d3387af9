"""Who may enter a stage: one execution at a time, unless the pipeline runs its executions in parallel."""

from local.codepipeline.declarations import ExecutionMode
from local.codepipeline.records import PipelineRecord, State
from local.codepipeline.state import Execution, Halt, Status

_STATUS_OF_HALT = {
    Halt.STOP: Status.STOPPED,
    Halt.ABANDON: Status.STOPPED,
    Halt.CANCEL: Status.CANCELLED,
    Halt.VANISH: Status.CANCELLED,
}


def halted_status(halt: Halt) -> Status:
    """What becomes of an execution that is halted between its actions."""
    return _STATUS_OF_HALT[halt]


class Turnstiles:
    """The ways into the stages of one pipeline."""

    def __init__(self, state: State, record: PipelineRecord) -> None:
        self._state = state
        self._record = record

    def arrive(self, execution: Execution, stage: str) -> None:
        """Queue up before a stage. In mode SUPERSEDED, whoever waits there already is superseded, but no rollback."""
        with self._state.changed:
            turnstile = self._record.turnstile(stage)
            if execution.pipeline.mode is ExecutionMode.SUPERSEDED:
                rollbacks = [each for each in turnstile.waiting if each.rollback_target is not None]
                for older in turnstile.waiting:
                    if older not in rollbacks:
                        older.status = Status.SUPERSEDED
                turnstile.waiting[:] = rollbacks
            turnstile.waiting.append(execution)
            self._state.changed.notify_all()

    def come_back(self, execution: Execution, stage: str) -> None:
        """Queue up for a retry or a rollback, before the executions that wait."""
        with self._state.changed:
            self._record.turnstile(stage).waiting.insert(0, execution)
            self._state.changed.notify_all()

    def enter(self, execution: Execution, stage: str, *, returning: bool = False) -> Status | None:
        """Wait for the way to be free and go in; else why the execution ends before this stage.

        A disabled transition does not keep those out that are ``returning``: they do not come from the stage before.
        """
        with self._state.changed:
            turnstile = self._record.turnstile(stage)
            self._state.changed.wait_for(lambda: self._decided(execution, stage, returning=returning))
            if execution in turnstile.waiting:
                turnstile.waiting.remove(execution)
            if execution.status is Status.SUPERSEDED:
                return Status.SUPERSEDED
            if execution.halt is not None:
                self._state.changed.notify_all()
                return halted_status(execution.halt)
            if execution.pipeline.mode is not ExecutionMode.PARALLEL:
                turnstile.inside = execution
            self._record.newest_in_stage[stage] = execution
            return None

    def leave(self, execution: Execution, stage: str) -> None:
        """Let the next one in."""
        with self._state.changed:
            turnstile = self._record.turnstile(stage)
            if turnstile.inside is execution:
                turnstile.inside = None
            self._state.changed.notify_all()

    def _decided(self, execution: Execution, stage: str, *, returning: bool) -> bool:
        if execution.halt is not None or execution.status is Status.SUPERSEDED:
            return True
        if not returning and not self._record.transition_enabled(stage):
            return False
        if execution.pipeline.mode is ExecutionMode.PARALLEL:
            return True
        turnstile = self._record.turnstile(stage)
        return turnstile.inside is None and turnstile.waiting[0] is execution
