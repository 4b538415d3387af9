"""State-change events, in the shape that the CodePipeline user guide documents."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from local.codepipeline.state import ActionExecution, Execution, Halt, Location, StageRun


class Emits(Protocol):
    """Emits one service event in a region; ``local.events.EventEmitter`` does."""

    def emit(self, region: str, source: str, detail_type: str, resources: list[str], detail: Mapping[str, Any]) -> None:
        """Emit one event."""


class Change(StrEnum):
    """States as the events write them."""

    STARTED = "STARTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    RESUMED = "RESUMED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    SUPERSEDED = "SUPERSEDED"
    CANCELED = "CANCELED"
    ABANDONED = "ABANDONED"


# The guide's samples of RESUMED lack the start-time as well, but recorded events have it.
_WITHOUT_START = {Change.ABANDONED}
_FINISHED = {Change.SUCCEEDED, Change.FAILED}


class StateChanges:
    """Tells EventBridge, in the pipeline's region, what became of executions, stages and actions."""

    def __init__(self, events: Emits) -> None:
        self._events = events

    def pipeline(self, execution: Execution, change: Change) -> None:
        """A change of the execution itself."""
        detail = _common(execution, change, execution.started) | _trigger(execution, change)
        if execution.retried is not None:
            detail["last-retry-attempt-time"] = iso(execution.retried)
        if change is Change.STOPPING and execution.stop_reason:
            detail["stop-execution-comments"] = execution.stop_reason
        self._emit("Pipeline", execution, detail)

    def stage(self, execution: Execution, stage: StageRun, change: Change) -> None:
        """A change of a stage. On an execution's first run stages count their attempt from 0.0, all others from 1.0;
        from a retry on all say the same, those of stages that are entered for the first time included."""
        detail = _common(execution, change, stage.started) | {"stage": stage.name}
        if execution.attempt == 1:
            detail["pipeline-execution-attempt"] = 0.0
        if stage.retried_at is not None:
            detail["stage-last-retry-attempt-time"] = iso(stage.retried_at)
        self._emit("Stage", execution, detail)

    def action(self, execution: Execution, run: ActionExecution, change: Change) -> None:
        """A change of an action. What CodePipeline says of a condition's rule is not documented: nothing is said."""
        if run.action.is_rule:
            return
        detail = _common(execution, change, run.started) | {
            "stage": run.stage,
            "action": run.action.name,
            "action-execution-id": run.id,
            "region": run.action.region,
            "type": run.action.type.wire,
        }
        if run.inputs and change in {Change.STARTED, *_FINISHED}:
            detail["input-artifacts"] = artifacts(run.inputs)
        if run.outputs and change is Change.SUCCEEDED:
            detail["output-artifacts"] = artifacts(run.outputs)
        result = _result(run) if change in _FINISHED else {}
        self._emit("Action", execution, detail | ({"execution-result": result} if result else {}))

    def _emit(self, kind: str, execution: Execution, detail: Mapping[str, Any]) -> None:
        if execution.halt is Halt.VANISH:
            return
        pipeline = execution.pipeline
        detail_type = f"CodePipeline {kind} Execution State Change"
        self._events.emit(pipeline.region, "aws.codepipeline", detail_type, [pipeline.arn], detail)


def iso(time: float) -> str:
    """Epoch seconds as the events write times."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def artifacts(located: Iterable[tuple[str, Location]]) -> list[dict[str, Any]]:
    """Artifacts as events and ListActionExecutions write them."""
    return [{"name": name, "s3location": location.wire} for name, location in located]


def _common(execution: Execution, change: Change, started: float) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "pipeline": execution.pipeline.name,
        "execution-id": execution.id,
        "state": change.value,
        "version": float(execution.pipeline.version),
        "pipeline-execution-attempt": float(execution.attempt),
    }
    return detail if change in _WITHOUT_START else detail | {"start-time": iso(started)}


def _trigger(execution: Execution, change: Change) -> dict[str, Any]:
    trigger = execution.trigger
    if trigger.git is not None:
        # The guide's samples have it on SUCCEEDED and FAILED as well, unless the source stage failed.
        known = change is Change.STARTED or (change in _FINISHED and bool(execution.artifacts))
        return {"execution-trigger": dict(trigger.git)} if known else {}
    if change is Change.STARTED:
        return {"execution-trigger": {"trigger-type": trigger.type, "trigger-detail": trigger.detail}}
    return {}


def _result(run: ActionExecution) -> dict[str, str]:
    fields = {
        "external-execution-url": run.external_url,
        "external-execution-summary": run.summary,
        "external-execution-id": run.external_id,
        "error-code": run.error_code,
    }
    return {name: value for name, value in fields.items() if value}
