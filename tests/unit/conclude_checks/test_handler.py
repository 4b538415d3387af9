"""The entry point: the end of a verification, or a plan that could not be made."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

import conclude_checks.handler
from conclude_checks.handler import handler

KEY = "us-east-1/p/11111111-2222-4333-8444-555555555555"
# The decorator of the log reads no more of it than this.
CONTEXT: Any = SimpleNamespace(
    function_name="conclude_checks", memory_limit_in_mb=256, invoked_function_arn="arn:of:it", aws_request_id="1"
)
ANSWER = {"passed": ["eu-west-1"], "failed": [], "unknown": [], "stages": []}


class Concluding:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def conclude(self, verified: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(("conclude", verified))
        return ANSWER

    def unplanned(self, asked: Mapping[str, Any]) -> None:
        self.asked.append(("unplanned", asked))


@pytest.fixture
def concluding(monkeypatch: pytest.MonkeyPatch) -> Concluding:
    concluding = Concluding()
    monkeypatch.setattr(conclude_checks.handler, "_conclusion", lambda: concluding)
    return concluding


def test_what_the_map_gathered_is_concluded(concluding: Concluding) -> None:
    gathered = {"subject": KEY, "regions": [], "results": []}
    assert handler({"conclude": gathered}, CONTEXT) == ANSWER
    assert concluding.asked == [("conclude", gathered)]


@pytest.mark.parametrize("more", [{"stage": "Deploy", "state": "SUCCEEDED"}, {}], ids=["a stage", "a preflight"])
def test_what_could_not_be_planned_is_closed(concluding: Concluding, more: dict[str, str]) -> None:
    assert handler({"unplanned": {"subject": KEY, **more}}, CONTEXT) == {}
    assert concluding.asked == [("unplanned", {"subject": KEY, **more})]
