"""Stage conditions, as a pipeline of type V2 declares them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.codepipeline.condition_state import ConditionType


class Result(StrEnum):
    """What CodePipeline does where a condition is not met."""

    ROLLBACK = "ROLLBACK"
    FAIL = "FAIL"
    RETRY = "RETRY"
    SKIP = "SKIP"


class RetryMode(StrEnum):
    """Which actions of a stage run again."""

    FAILED_ACTIONS = "FAILED_ACTIONS"
    ALL_ACTIONS = "ALL_ACTIONS"


MEMBERS: Mapping[str, ConditionType] = {
    "beforeEntry": ConditionType.BEFORE_ENTRY,
    "onSuccess": ConditionType.ON_SUCCESS,
    "onFailure": ConditionType.ON_FAILURE,
}


@dataclass(frozen=True)
class Condition[Rule]:
    """A condition. Without rules (onFailure only) its result is due at once. ``retry`` is for the result RETRY."""

    type: ConditionType
    result: Result
    rules: tuple[Rule, ...]
    retry: RetryMode = RetryMode.FAILED_ACTIONS


def result_of(wire: Mapping[str, Any]) -> str | None:
    """The result that a declaration of one condition names, at either of the two places."""
    conditions = wire.get("conditions", [])
    inner = conditions[0].get("result") if conditions else None
    return inner or wire.get("result")


def rules_of(wire: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rules that a declaration of one condition lists."""
    return [rule for condition in wire.get("conditions", []) for rule in condition.get("rules", [])]
