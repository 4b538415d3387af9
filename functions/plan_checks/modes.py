"""What may be done about a region that failed: pure, with the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosscheck.pipelines import StageDefinition

# An event that comes so late says nothing about what is in service now.
STALE_SECONDS = 3_600.0
_CODEPIPELINES_OWN = frozenset({"ROLLBACK", "RETRY"})


class Mode(StrEnum):
    """The values of RollbackMode."""

    OFF = "off"
    SUGGEST = "suggest"
    AUTO = "auto"


@dataclass(frozen=True)
class Circumstances:
    """What decides: the parameter, the tag, what the gate was told, and what kind of execution it is.

    ``age`` is how many seconds ago the stage finished. ``gate`` and ``tag`` are empty where they say nothing.
    """

    ceiling: Mode
    tag: str = ""
    gate: str = ""
    dry_run: bool = False
    is_rollback: bool = False
    age: float = 0.0


def mode_of(given: Circumstances) -> Mode:
    """``off`` is a ceiling; below it the gate prevails over the tag, and the tag over the parameter.

    A rollback is never rolled back, and a dry run touches nothing. What is not understood, or comes late, is only
    suggested.
    """
    if given.ceiling is Mode.OFF or given.dry_run or given.is_rollback:
        return Mode.OFF
    wanted = given.gate or given.tag or given.ceiling.value
    if wanted not in Mode or (wanted == Mode.AUTO and given.age > STALE_SECONDS):
        return Mode.SUGGEST
    return Mode(wanted)


def left_to_codepipeline(stages: list[StageDefinition]) -> str:
    """Why CodePipeline itself takes these stages back or tries again; empty where it does not."""
    for stage in stages:
        if stage.on_failure in _CODEPIPELINES_OWN:
            return f"stage {stage.name} has its own onFailure {stage.on_failure}: left to CodePipeline"
        if stage.on_success_rollback:
            return f"a condition of stage {stage.name} rolls it back: left to CodePipeline"
    return ""
