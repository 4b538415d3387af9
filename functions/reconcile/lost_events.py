"""The events that the ledger has not heard of, though CodePipeline's API tells what they would have told: pure.

They have the shape of CodePipeline's own, so that they become facts, and start verifications, by the same code and
under the same names. ``record_events`` takes whichever comes first, and the other one changes nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosscheck import times
from crosscheck.ledger.execution_facts import ReportedRun
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from reconcile.reported import ReportedAction, ReportedExecution, with_attempts

_FAILED = frozenset({State.FAILED, State.ABANDONED})


@dataclass(frozen=True)
class LostEvent:
    """An event as EventBridge would have delivered it; ``at`` is when what it tells happened, in epoch seconds."""

    at: float
    body: Mapping[str, Any]


@dataclass(frozen=True)
class _StageReport:
    stage: str
    state: State
    attempt: int
    started: float
    at: float


def lost_events(
    subject: Subject,
    execution: ReportedExecution,
    actions: Sequence[ReportedAction],
    stages: Mapping[str, State],
    known: KnownFacts,
) -> tuple[LostEvent, ...]:
    """What the ledger lacks of an execution. ``stages`` are the states of the stages that it was the last to enter,
    read after the ``actions``."""
    told = {each.id: each.run.attempt for each in known.actions if each.id}
    latest = {(action.stage, action.name): (action, attempt) for action, attempt in with_attempts(actions, told)}
    return (
        *_of_execution(subject, execution, [*latest.values()], known),
        *_of_stages(subject, execution, [*latest.values()], stages, known),
        *_of_actions(subject, [*latest.values()], known),
    )


type _Runs = Sequence[tuple[ReportedAction, int]]


def _of_execution(
    subject: Subject, execution: ReportedExecution, runs: _Runs, known: KnownFacts
) -> Iterator[LostEvent]:
    heard = known.execution.run if known.execution else None
    attempt = max((attempt for _, attempt in runs), default=heard.attempt if heard else 1)
    state = State.RESUMED if execution.state is State.STARTED and attempt > 1 else execution.state
    if not _is_later(attempt, state, heard):
        return
    began = [action.started for action, of in runs if of == attempt]
    started = execution.started if attempt == 1 else min(began, default=None)
    ended = execution.updated or max((action.at for action, _ in runs), default=None)
    at = ended if state.terminal or state is State.STOPPING else started
    if at is None:
        return  # nobody knows when; its actions will tell
    trigger = {"trigger-type": execution.trigger, "trigger-detail": execution.detail}
    detail = {"execution-trigger": trigger} if execution.trigger else {}
    yield _event("Pipeline", subject, state, attempt, at, started, detail)


def _of_stages(
    subject: Subject, execution: ReportedExecution, runs: _Runs, stages: Mapping[str, State], known: KnownFacts
) -> Iterator[LostEvent]:
    for report in _stage_reports(execution, runs, stages):
        heard = known.stages.get(report.stage)
        if _is_later(report.attempt, report.state, heard.run if heard else None):
            place = {"stage": report.stage}
            yield _event("Stage", subject, report.state, report.attempt, report.at, report.started, place)


def _stage_reports(execution: ReportedExecution, runs: _Runs, stages: Mapping[str, State]) -> Iterator[_StageReport]:
    """How far each stage is, as far as that is sure."""
    order = list(dict.fromkeys(action.stage for action, _ in sorted(runs, key=lambda run: run[0].started)))
    for stage in order:
        own = [action for action, _ in runs if action.stage == stage]
        attempt = max(attempt for action, attempt in runs if action.stage == stage)
        started = min(action.started for action, of in runs if action.stage == stage and of == attempt)
        state = _stage_state(own, stages.get(stage), execution, last=stage == order[-1])
        at = max(action.at for action in own) if state.terminal else started
        yield _StageReport(stage, state, attempt, started, at)
    for stage, state in stages.items():
        if stage not in order and state is State.SKIPPED and execution.updated:
            yield _StageReport(stage, state, 1, execution.updated, execution.updated)


def _stage_state(
    own: Sequence[ReportedAction], state: State | None, execution: ReportedExecution, *, last: bool
) -> State:
    """The state of a stage of which ``own`` are the latest runs. What CodePipeline says of it (``state``, None where
    another execution has entered it since, and in PARALLEL mode) is of a later moment, so that the two may disagree:
    then it goes on for now."""
    running = any(not action.state.terminal for action in own)
    failed = any(action.state in _FAILED for action in own)
    if running:
        return State.STARTED
    if state is None:
        if failed and execution.state.terminal:
            return State.STOPPED if execution.state is State.STOPPED else State.FAILED
        if failed:
            return State.STARTED
        return State.STARTED if last and execution.state is not State.SUCCEEDED else State.SUCCEEDED
    return State.STARTED if state is State.SUCCEEDED and failed else state


def _of_actions(subject: Subject, runs: _Runs, known: KnownFacts) -> Iterator[LostEvent]:
    heard = {(each.stage, each.action): each.run for each in known.actions}
    for action, attempt in runs:
        if not _is_later(attempt, action.state, heard.get((action.stage, action.name))):
            continue
        kind = {"category": action.category, "owner": action.owner, "provider": action.provider}
        result = {
            "external-execution-url": action.url,
            "external-execution-summary": action.summary,
            "error-code": action.error_code,
        }
        detail = {
            "stage": action.stage,
            "action": action.name,
            "action-execution-id": action.id,
            "region": action.region or subject.region,
            "type": {**kind, "version": action.version},
            "execution-result": {name: value for name, value in result.items() if value},
        }
        yield _event("Action", subject, action.state, attempt, action.at, action.started, detail)


def _is_later(attempt: int, state: State, heard: ReportedRun | None) -> bool:
    return state is not State.UNKNOWN and (heard is None or (attempt, state.rank) > (heard.attempt, heard.state.rank))


def _event(
    kind: str, subject: Subject, state: State, attempt: int, at: float, started: float | None, detail: Mapping[str, Any]
) -> LostEvent:
    told = {
        "pipeline": subject.pipeline,
        "execution-id": subject.execution,
        "state": state.value,
        "pipeline-execution-attempt": float(attempt),
        **({} if started is None else {"start-time": times.to_text(started)}),
        **detail,
    }
    place = "/".join(str(detail.get(part, "")) for part in ("stage", "action", "action-execution-id"))
    named = f"{subject.key}/{kind}/{place}/{attempt}/{state.value}"
    body = {
        "version": "0",
        # Another run of this function finds the same, and nothing in the ledger shall depend on which came first.
        "id": f"reconcile-{hashlib.sha256(named.encode()).hexdigest()[:24]}",
        "detail-type": f"CodePipeline {kind} Execution State Change",
        "source": "aws.codepipeline",
        "time": times.to_text(at),
        "region": subject.region,
        "detail": told,
    }
    return LostEvent(at, body)
