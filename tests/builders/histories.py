"""What CodePipeline tells of an execution, for any way in which it may go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.builders import events

STAGES = {
    "Source": {"Code": "us-east-1"},
    "Deploy": {"One": "us-east-1", "Two": "eu-west-1"},
    "Prove": {"Gate": "us-east-1"},
}
CATEGORIES = {"Source": ("Source", "S3"), "Deploy": ("Deploy", "ECS"), "Prove": ("Invoke", "Lambda")}
TRIGGERS = ("StartPipelineExecution", "Webhook", "ManualRollback", "AutomatedRollback")
MOST_ATTEMPTS = 3

type Draw = Callable[[st.SearchStrategy[Any]], Any]


class _Telling:
    """Collects the events; several may be of the same second, as their times have no finer resolution."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.told: list[events.Event] = []
        self.second = 0
        self.attempt = 1

    def pipeline(self, state: str, **detail: Any) -> None:
        self.told.append(events.pipeline(state, self._later(), **self._attempt(), **detail))

    def stage(self, name: str, state: str) -> None:
        self.told.append(events.stage(name, state, self._later(), **self._attempt()))

    def action(self, stage: str, name: str, state: str) -> None:
        category, provider = CATEGORIES[stage]
        more = {**self._attempt(), **({"execution-result": {"error-code": "JobFailed"}} if state == "FAILED" else {})}
        given: dict[str, Any] = {"category": category, "provider": provider, "region": STAGES[stage][name]}
        self.told.append(events.action(stage, name, state, self._later(), more=more, **given))

    def _later(self) -> int:
        self.second += self.draw(st.integers(0, 3))
        return self.second

    def _attempt(self) -> dict[str, float]:
        """On the first run the event's own; from a retry on all kinds of events say the same."""
        return {"pipeline-execution-attempt": float(self.attempt)} if self.attempt > 1 else {}


@st.composite
def histories(draw: Draw) -> list[events.Event]:
    """The events of an execution, a rollback's as well, in their order: actions fail, stages are retried, people stop
    it, a newer execution supersedes it."""
    telling = _Telling(draw)
    trigger = {"trigger-type": draw(st.sampled_from(TRIGGERS)), "trigger-detail": "arn:aws:iam::111122223333:user/a"}
    telling.pipeline("STARTED", **{"execution-trigger": trigger})
    for stage in STAGES:
        if stage != "Source" and (
            ends := draw(st.sampled_from([(), (), (), ("SUPERSEDED",), ("STOPPING", "STOPPED")]))
        ):
            for state in ends:
                telling.pipeline(state)
            return telling.told
        if not _stage(telling, stage):
            return telling.told
    telling.pipeline("SUCCEEDED")
    return telling.told


def _stage(telling: _Telling, stage: str) -> bool:
    """Whether the execution goes on behind it."""
    telling.stage(stage, "STARTED")
    pending = list(STAGES[stage])
    while True:
        for name in pending:
            telling.action(stage, name, "STARTED")
        if telling.draw(st.integers(0, 9)) == 0:
            _stop(telling, stage, pending)
            return False
        ends = {name: telling.draw(st.sampled_from(["SUCCEEDED", "SUCCEEDED", "FAILED"])) for name in pending}
        for name in telling.draw(st.permutations(pending)):
            telling.action(stage, name, ends[name])
        pending = [name for name in pending if ends[name] == "FAILED"]
        if not pending:
            telling.stage(stage, "SUCCEEDED")
            return True
        telling.stage(stage, "FAILED")
        telling.pipeline("FAILED")
        if telling.attempt == MOST_ATTEMPTS or telling.draw(st.booleans()):
            return False
        telling.attempt += 1
        telling.pipeline("RESUMED")
        telling.stage(stage, "RESUMED")


def _stop(telling: _Telling, stage: str, pending: list[str]) -> None:
    telling.pipeline("STOPPING")
    telling.stage(stage, "STOPPING")
    for name in pending:
        telling.action(stage, name, telling.draw(st.sampled_from(["SUCCEEDED", "ABANDONED"])))
    telling.stage(stage, "STOPPED")
    telling.pipeline("STOPPED")
