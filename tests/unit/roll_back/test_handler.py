"""The entry point: which rollback an item is for, and what goes back to the state machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

import roll_back.handler
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.subjects import Subject
from crosscheck.verification.item import Purpose, VerificationItem
from roll_back.handler import handler
from roll_back.log import RollbackRefusedError

RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
# The decorator of the log reads no more of it than this.
CONTEXT: Any = SimpleNamespace(
    function_name="roll_back",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:::function",
    aws_request_id="1",
)


@dataclass
class Rollbacks:
    """Answers with its name; remembers what it was asked."""

    answer: str
    error: Exception | None = None
    asked: list[tuple[VerificationItem, str]] = field(default_factory=list)

    def run(self, item: VerificationItem, holder: str) -> Mapping[str, Any]:
        self.asked.append((item, holder))
        if self.error:
            raise self.error
        return {"state": self.answer}


@pytest.fixture
def rollbacks(monkeypatch: pytest.MonkeyPatch) -> tuple[Rollbacks, Rollbacks]:
    both = Rollbacks("of the region"), Rollbacks("of the stage")
    monkeypatch.setattr(roll_back.handler, "_rollbacks", lambda: both)
    return both


def item(purpose: Purpose) -> VerificationItem:
    return VerificationItem(purpose, RELEASE, "eu-west-1", 1.0, stage="Deploy", attempt=1, mode="auto")


def invoke(document: Mapping[str, Any]) -> Any:
    return handler(json.loads(json.dumps({"holder": "verification-1", "item": document})), CONTEXT)


@pytest.mark.parametrize(
    ("purpose", "number", "state"), [(Purpose.STAGE, 0, "of the region"), (Purpose.WHOLE_STAGE, 1, "of the stage")]
)
def test_an_item_is_for_one_region_or_for_its_whole_stage(
    rollbacks: tuple[Rollbacks, Rollbacks], purpose: Purpose, number: int, state: str
) -> None:
    assert invoke(item(purpose).to_json()) == {"state": state}
    assert rollbacks[number].asked == [(item(purpose), "verification-1")]
    assert rollbacks[1 - number].asked == []


def test_what_the_state_machine_added_to_the_item_is_no_part_of_it(rollbacks: tuple[Rollbacks, Rollbacks]) -> None:
    invoke(item(Purpose.STAGE).to_json() | {"looked": {"verdict": "FAIL", "final": True}})
    assert rollbacks[0].asked == [(item(Purpose.STAGE), "verification-1")]


def test_a_refusal_comes_out_with_its_class_for_the_state_machine_to_retry(
    rollbacks: tuple[Rollbacks, Rollbacks],
) -> None:
    rollbacks[0].error = RollbackRefusedError("UpdateService was refused")
    with pytest.raises(RollbackRefusedError, match=r"^UpdateService was refused$"):
        invoke(item(Purpose.STAGE).to_json())


def test_an_item_of_another_version_is_refused_before_anything_is_touched(
    rollbacks: tuple[Rollbacks, Rollbacks],
) -> None:
    with pytest.raises(ConfigurationError, match="the item of a verification"):
        invoke(item(Purpose.STAGE).to_json() | {"take_back": "now"})
    assert [each.asked for each in rollbacks] == [[], []]
