"""What an execution remembers of a stage's conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.codepipeline.state import ActionExecution


class ConditionType(StrEnum):
    """Where in a stage a condition stands; the values are those of OverrideStageCondition, which has no third one."""

    BEFORE_ENTRY = "BEFORE_ENTRY"
    ON_SUCCESS = "ON_SUCCESS"
    ON_FAILURE = "ON_FAILURE"


class ConditionStatus(StrEnum):
    """Statuses as GetPipelineState writes them."""

    IN_PROGRESS = "InProgress"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"
    CANCELLED = "Cancelled"
    ABANDONED = "Abandoned"
    OVERRIDDEN = "Overridden"


@dataclass
class ConditionRun:
    """The newest evaluation of a condition in one stage of one execution. ``updated`` is in epoch seconds."""

    updated: float
    status: ConditionStatus = ConditionStatus.IN_PROGRESS
    summary: str | None = None
    rules: list[ActionExecution] = field(default_factory=list)
