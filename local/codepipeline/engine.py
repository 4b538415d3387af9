"""Starts, stops, retries, rolls back and ends executions; each runs in a thread of its own."""

import threading
import time
import uuid
from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.codepipeline.action_run import give_up
from local.codepipeline.condition_state import ConditionStatus, ConditionType
from local.codepipeline.conditions import RetryMode
from local.codepipeline.execution_run import ExecutionRunner
from local.codepipeline.records import PipelineRecord
from local.codepipeline.refusals import refuse_crowd, refuse_override, refuse_retry, refuse_stop
from local.codepipeline.rollbacks import check_rollback, new_rollback
from local.codepipeline.state import Execution, Halt, Status
from local.codepipeline.state_changes import Change
from local.codepipeline.tools import Tools
from local.codepipeline.triggers import SourceOverride, Trigger
from local.codepipeline.turnstiles import Turnstiles

_CLOSE_WITHIN = 5.0


class Engine:
    """Runs the executions of all pipelines."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._threads: list[threading.Thread] = []
        self._closed = False

    def start(
        self,
        record: PipelineRecord,
        trigger: Trigger,
        variables: Mapping[str, str],
        overrides: Mapping[str, SourceOverride] | None = None,
    ) -> Execution:
        """Start the current version of a pipeline.

        Raises:
            ApiError: ConflictException once the account closes; ConcurrentPipelineExecutionsLimitExceededException.
        """
        now = self._tools.clock.now()
        with self._tools.state.changed:
            self._refuse_when_closed()
            refuse_crowd(record)
            pipeline = record.pipeline
            execution = Execution(str(uuid.uuid4()), pipeline, trigger, variables, overrides or {}, now, now)
            record.executions[execution.id] = execution
            Turnstiles(self._tools.state, record).arrive(execution, pipeline.stages[0].name)
            self._run(record, execution, pipeline.stages[0].name, None)
        return execution

    def retry(self, record: PipelineRecord, execution: Execution, stage_name: str, mode: RetryMode) -> None:
        """Run a failed or stopped stage again and go on from there.

        Raises:
            ApiError: StageNotRetryableException, NotLatestPipelineExecutionException,
                ConcurrentPipelineExecutionsLimitExceededException.
        """
        with self._tools.state.changed:
            self._refuse_when_closed()
            refuse_retry(record, execution, stage_name)
            self._resume(record, execution, stage_name, mode)

    def roll_back(self, record: PipelineRecord, stage_name: str, target: Execution, trigger: Trigger) -> Execution:
        """Run a stage again with what the target ran it with; the execution that does so.

        Raises:
            ApiError: UnableToRollbackStageException.
        """
        with self._tools.state.changed:
            self._refuse_when_closed()
            check_rollback(record, stage_name, target)
            rollback = new_rollback(target, trigger, self._tools.clock.now())
            record.executions[rollback.id] = rollback
            Turnstiles(self._tools.state, record).come_back(rollback, stage_name)
            self._run(record, rollback, stage_name, None)
        return rollback

    def override(self, record: PipelineRecord, execution: Execution, stage_name: str, kind: ConditionType) -> None:
        """Take a condition as met, while it is evaluated or after it failed; then the execution goes on.

        Raises:
            ApiError: ConditionNotOverridableException, NotLatestPipelineExecutionException,
                ConcurrentPipelineExecutionsLimitExceededException.
        """
        with self._tools.state.changed:
            self._refuse_when_closed()
            condition = refuse_override(record, execution, stage_name, kind)
            if condition.status is ConditionStatus.FAILED:
                self._resume(record, execution, stage_name, RetryMode.FAILED_ACTIONS)
            condition.status, condition.updated = ConditionStatus.OVERRIDDEN, self._tools.clock.now()
            self._tools.state.changed.notify_all()

    def stop(self, execution: Execution, reason: str | None, *, abandon: bool) -> None:
        """Stop after the actions in progress, or give these up too.

        Raises:
            ApiError: PipelineExecutionNotStoppableException, DuplicatedStopRequestException.
        """
        with self._tools.state.changed:
            refuse_stop(execution, abandon=abandon)
            execution.status, execution.stop_reason = Status.STOPPING, reason or execution.stop_reason
            execution.updated = self._tools.clock.now()
            running = [stage for stage in execution.stages.values() if stage.status is Status.IN_PROGRESS]
            for stage in running:
                stage.status = Status.STOPPING
        self._tools.changes.pipeline(execution, Change.STOPPING)
        for stage in running:
            self._tools.changes.stage(execution, stage, Change.STOPPING)
        self._halt(execution, Halt.ABANDON if abandon else Halt.STOP)

    def end_all(self, record: PipelineRecord, halt: Halt) -> None:
        """End every execution of a pipeline that was deleted; when it changed, those of earlier versions."""
        for execution in list(record.executions.values()):
            if execution.open and (halt is not Halt.CANCEL or execution.pipeline is not record.pipeline):
                self._halt(execution, halt)

    def close(self) -> None:
        """End all executions without a word and wait for their threads."""
        with self._tools.state.changed:
            self._closed = True
            records = list(self._tools.state.everywhere())
        for record in records:
            self.end_all(record, Halt.VANISH)
        deadline = time.monotonic() + _CLOSE_WITHIN
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _resume(self, record: PipelineRecord, execution: Execution, stage_name: str, mode: RetryMode) -> None:
        refuse_crowd(record)
        execution.status, execution.halt, execution.stop_reason = Status.IN_PROGRESS, None, None
        execution.attempt += 1
        execution.retried = execution.updated = self._tools.clock.now()
        Turnstiles(self._tools.state, record).come_back(execution, stage_name)
        self._run(record, execution, stage_name, mode)

    def _run(self, record: PipelineRecord, execution: Execution, stage_name: str, retry: RetryMode | None) -> None:
        def start_rollback(rollback: Execution, stage: str) -> None:
            self._start_rollback(record, rollback, stage)

        runner = ExecutionRunner(self._tools, record, execution, self._spawn, start_rollback)
        name = f"{execution.pipeline.name}/{execution.id}"
        arguments = (execution.stages_from(stage_name), retry)
        self._spawn(threading.Thread(target=runner.run, args=arguments, name=name, daemon=True))

    def _start_rollback(self, record: PipelineRecord, rollback: Execution, stage_name: str) -> None:
        with self._tools.state.changed:
            if self._closed:
                rollback.halt = Halt.VANISH
            elif rollback.pipeline is not record.pipeline:
                rollback.halt = Halt.CANCEL
            self._run(record, rollback, stage_name, None)

    def _spawn(self, thread: threading.Thread) -> None:
        with self._tools.state.changed:
            self._threads = [known for known in self._threads if known.is_alive()]
            thread.start()
            self._threads.append(thread)

    def _halt(self, execution: Execution, halt: Halt) -> None:
        with self._tools.state.changed:
            execution.halt = halt
            runs = [*execution.actions, *execution.rules]
            self._tools.state.changed.notify_all()
        if execution.actions_given_up:
            for run in runs:
                give_up(self._tools, execution, run)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ApiError("ConflictException", "The local account is shutting down.")
