"""Starts, stops, retries and ends executions; each runs in a thread of its own."""

import threading
import time
import uuid
from collections.abc import Mapping

from local.codepipeline.action_run import give_up
from local.codepipeline.declarations import ExecutionMode, Pipeline, Stage
from local.codepipeline.errors import ApiError
from local.codepipeline.execution_run import ExecutionRunner
from local.codepipeline.stage_run import RetryMode
from local.codepipeline.state import Execution, Halt, PipelineRecord, SourceOverride, Status, Trigger
from local.codepipeline.state_changes import Change
from local.codepipeline.tools import Tools
from local.codepipeline.turnstiles import Turnstiles

_CLOSE_WITHIN = 5.0
_RETRYABLE = {Status.FAILED, Status.STOPPED}


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
            ApiError: ConflictException once the account closes.
        """
        now = self._tools.clock.now()
        with self._tools.state.changed:
            self._refuse_when_closed()
            pipeline = record.pipeline
            execution = Execution(str(uuid.uuid4()), pipeline, trigger, variables, overrides or {}, now, now)
            record.executions[execution.id] = execution
            Turnstiles(self._tools.state, record).arrive(execution, pipeline.stages[0].name)
            self._run(record, execution, pipeline.stages, None)
        return execution

    def retry(self, record: PipelineRecord, execution: Execution, stage_name: str, mode: RetryMode) -> None:
        """Run a failed or stopped stage again and go on from there.

        Raises:
            ApiError: StageNotRetryableException, NotLatestPipelineExecutionException.
        """
        with self._tools.state.changed:
            self._refuse_when_closed()
            _refuse_retry(record, execution, stage_name)
            execution.status, execution.halt, execution.stop_reason = Status.IN_PROGRESS, None, None
            execution.attempt += 1
            execution.retried = execution.updated = self._tools.clock.now()
            Turnstiles(self._tools.state, record).come_back(execution, stage_name)
            self._run(record, execution, _stages_from(execution.pipeline, stage_name), mode)

    def stop(self, execution: Execution, reason: str | None, *, abandon: bool) -> None:
        """Stop after the actions in progress, or give these up too.

        Raises:
            ApiError: PipelineExecutionNotStoppableException, DuplicatedStopRequestException.
        """
        with self._tools.state.changed:
            _refuse_stop(execution, abandon=abandon)
            execution.status, execution.stop_reason = Status.STOPPING, reason
            execution.updated = self._tools.clock.now()
            running = [stage for stage in execution.stages.values() if stage.status is Status.IN_PROGRESS]
            for stage in running:
                stage.status = Status.STOPPING
        self._tools.changes.pipeline(execution, Change.STOPPING)
        for stage in running:
            self._tools.changes.stage(execution, stage, Change.STOPPING)
        self._halt(execution, Halt.ABANDON if abandon else Halt.STOP)

    def end_all(self, record: PipelineRecord, halt: Halt) -> None:
        """End every execution of a pipeline, because it changed or was deleted."""
        for execution in list(record.executions.values()):
            if execution.open:
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

    def _run(
        self, record: PipelineRecord, execution: Execution, stages: tuple[Stage, ...], retry: RetryMode | None
    ) -> None:
        runner = ExecutionRunner(self._tools, record, execution, self._spawn)
        name = f"{execution.pipeline.name}/{execution.id}"
        self._spawn(threading.Thread(target=runner.run, args=(stages, retry), name=name, daemon=True))

    def _spawn(self, thread: threading.Thread) -> None:
        with self._tools.state.changed:
            self._threads = [known for known in self._threads if known.is_alive()]
            thread.start()
            self._threads.append(thread)

    def _halt(self, execution: Execution, halt: Halt) -> None:
        with self._tools.state.changed:
            execution.halt = halt
            runs = list(execution.actions)
            self._tools.state.changed.notify_all()
        if execution.actions_given_up:
            for run in runs:
                give_up(self._tools, execution, run)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ApiError("ConflictException", "The local account is shutting down.")


def _refuse_stop(execution: Execution, *, abandon: bool) -> None:
    if not execution.open:
        raise ApiError(
            "PipelineExecutionNotStoppableException",
            f"Unable to stop pipeline execution {execution.id}: its status is {execution.status}.",
        )
    if execution.status is Status.STOPPING and (not abandon or execution.halt is Halt.ABANDON):
        raise ApiError("DuplicatedStopRequestException", f"Pipeline execution {execution.id} is already stopping.")


def _refuse_retry(record: PipelineRecord, execution: Execution, stage_name: str) -> None:
    stage = execution.stages.get(stage_name)
    if execution.pipeline is not record.pipeline:
        raise _not_retryable(stage_name, "the pipeline structure changed after the failed run")
    if execution.status not in _RETRYABLE or stage is None or stage.status not in _RETRYABLE:
        raise _not_retryable(stage_name, "it contains no failed or stopped actions")
    newest = record.newest_in_stage.get(stage_name)
    if execution.pipeline.mode is not ExecutionMode.PARALLEL and newest is not execution:
        raise ApiError(
            "NotLatestPipelineExecutionException",
            f"The stage {stage_name} has been entered by a later execution than {execution.id}.",
        )


def _not_retryable(stage_name: str, reason: str) -> ApiError:
    return ApiError("StageNotRetryableException", f"The stage {stage_name} cannot be retried: {reason}.")


def _stages_from(pipeline: Pipeline, stage_name: str) -> tuple[Stage, ...]:
    names = [stage.name for stage in pipeline.stages]
    return pipeline.stages[names.index(stage_name) :]
