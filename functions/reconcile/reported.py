"""What CodePipeline's API says of an execution: as much of it as its events would have told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from crosscheck.ledger.states import State

if TYPE_CHECKING:
    from mypy_boto3_codepipeline.type_defs import (
        ActionExecutionDetailTypeDef,
        PipelineExecutionSummaryTypeDef,
        PipelineExecutionTypeDef,
    )

# The API's words for what the events call otherwise than in capitals.
# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecutionSummary.html
# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionExecutionDetail.html
# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StageExecution.html
_STATES = {"InProgress": State.STARTED, "Cancelled": State.CANCELED}


@dataclass(frozen=True)
class ReportedAction:
    """One run of an action. ``started`` and ``updated`` are in epoch seconds; ``updated`` is when it ended, if it has.

    Texts are empty where CodePipeline tells none.
    """

    stage: str
    name: str
    id: str
    state: State
    started: float
    updated: float
    region: str = ""
    owner: str = ""
    category: str = ""
    provider: str = ""
    version: str = ""
    url: str = ""
    summary: str = ""
    error_code: str = ""

    @property
    def at(self) -> float:
        """When it entered its state."""
        return self.updated if self.state.terminal else self.started


@dataclass(frozen=True)
class ReportedExecution:
    """An execution. ``started`` and ``updated`` are in epoch seconds, None where CodePipeline lists it no more;
    ``trigger`` and ``detail`` say what started it."""

    id: str
    state: State
    started: float | None = None
    updated: float | None = None
    trigger: str = ""
    detail: str = ""


def state_of(status: str) -> State:
    """The state that the API's word stands for."""
    word = status.upper()
    return _STATES.get(status) or (State(word) if word in State else State.UNKNOWN)


def listed_execution(summary: PipelineExecutionSummaryTypeDef) -> ReportedExecution:
    """An entry of ListPipelineExecutions."""
    started, updated = summary.get("startTime"), summary.get("lastUpdateTime")
    trigger = summary.get("trigger", {})
    return ReportedExecution(
        id=summary.get("pipelineExecutionId", ""),
        state=state_of(summary.get("status", "")),
        started=started.timestamp() if started else None,
        updated=updated.timestamp() if updated else None,
        trigger=trigger.get("triggerType", ""),
        detail=trigger.get("triggerDetail", ""),
    )


def known_execution(execution: PipelineExecutionTypeDef) -> ReportedExecution:
    """The answer of GetPipelineExecution, which has no times."""
    trigger = execution.get("trigger", {})
    return ReportedExecution(
        id=execution.get("pipelineExecutionId", ""),
        state=state_of(execution.get("status", "")),
        trigger=trigger.get("triggerType", ""),
        detail=trigger.get("triggerDetail", ""),
    )


def reported_action(detail: ActionExecutionDetailTypeDef) -> ReportedAction | None:
    """An entry of ListActionExecutions; None for one that has not started."""
    started, updated = detail.get("startTime"), detail.get("lastUpdateTime")
    if started is None:
        return None
    given = detail.get("input", {})
    kind = given.get("actionTypeId")
    result = detail.get("output", {}).get("executionResult", {})
    error = result.get("errorDetails", {})
    return ReportedAction(
        stage=detail.get("stageName", ""),
        name=detail.get("actionName", ""),
        id=detail.get("actionExecutionId", ""),
        state=state_of(detail.get("status", "")),
        started=started.timestamp(),
        updated=(updated or started).timestamp(),
        region=given.get("region", ""),
        owner=kind["owner"] if kind else "",
        category=kind["category"] if kind else "",
        provider=kind["provider"] if kind else "",
        version=kind["version"] if kind else "",
        url=result.get("externalExecutionUrl", ""),
        summary=result.get("externalExecutionSummary") or error.get("message", ""),
        error_code=error.get("code", ""),
    )


def with_attempts(actions: Iterable[ReportedAction], known: Mapping[str, int]) -> Iterator[tuple[ReportedAction, int]]:
    """The runs of an execution's actions in the order in which they started, each with the attempt that it belongs to.

    The API counts no attempts. An action that ran before runs again by a retry alone, and once in each; it begins one
    unless the retry that is under way had begun after its run before had ended. What never ran before is of the attempt
    that is under way, also where its neighbour has failed by then: parallel actions do not start at the same moment.
    What events told (``known``, by the id of the run) prevails. Of a retry that they alone told nobody knows when it
    began, until an action runs again in it: what they told it by may have gone on beside it.
    """
    attempt, began = 1, 0.0
    latest: dict[tuple[str, str], tuple[int, float]] = {}
    for action in sorted(actions, key=lambda each: (each.started, each.stage, each.name)):
        place = (action.stage, action.name)
        last, ended = latest.get(place, (0, 0.0))
        if last >= attempt or ended > began:
            attempt, began = attempt + 1, action.started
        elif last:
            began = min(began, action.started)
        told = known.get(action.id, attempt)
        attempt, began = told, inf if told > attempt else began
        latest[place] = (attempt, action.updated)
        yield action, attempt
