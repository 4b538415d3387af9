"""What people and the service itself ask of executions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Trigger:
    """What started an execution; ``git`` is the trigger's own shape in events of Git pushes."""

    type: str
    detail: str
    git: Mapping[str, str] | None = None


@dataclass(frozen=True)
class SourceOverride:
    """A revision that StartPipelineExecution asks of a source action."""

    type: str
    value: str


@dataclass(frozen=True)
class Approval:
    """What somebody said to an approval action."""

    approved: bool
    summary: str
    by: str


class RetryTrigger(StrEnum):
    """Who had a stage run again."""

    AUTOMATED = "AutomatedStageRetry"
    MANUAL = "ManualStageRetry"
