"""CodePipeline's state-change events, read into facts.

The shapes are those of https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html:
every field that the guide's own samples lack somewhere is optional here, unknown fields are ignored, and what
cannot be understood is refused with the name of the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crosscheck.ledger import facts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Fact, Order
from record_events.changes import Change
from record_events.fields import Fields
from record_events.triggers import read_trigger
from record_events.verifications import finished_stage, preflight

SOURCE = "aws.codepipeline"

MOST_ATTEMPTS = 100_000
URL_LIMIT = 1_000


def read_state_change(envelope: Fields, detail: Fields) -> Change:
    """The state change that an EventBridge event tells of.

    Raises:
        UnreadableEventError: with the field that is wrong, never with its value.
    """
    seen = _Seen.read(envelope, detail)
    subject = Subject(envelope.name("region"), detail.name("pipeline"), detail.name("execution-id"))
    verification = None
    match envelope.text("detail-type"):
        case "CodePipeline Pipeline Execution State Change":
            fact = seen.fact(facts.PIPELINE, {}, read_trigger(detail))
            verification = preflight(subject) if seen.state is State.STARTED else None
        case "CodePipeline Stage Execution State Change":
            stage = detail.name("stage")
            fact = seen.fact(facts.stage(stage), {"stage": stage})
            if seen.state in {State.SUCCEEDED, State.FAILED}:
                verification = finished_stage(subject, stage, seen.state, seen.attempt, _iso(seen.time))
        case "CodePipeline Action Execution State Change":
            stage, action = detail.name("stage"), detail.name("action")
            about = {"stage": stage, "action": action, **_about_action(detail, envelope)}
            fact = seen.fact(facts.action(stage, action), about)
        case _:
            raise envelope.unreadable("detail-type", "is none of CodePipeline's execution state changes")
    return Change(seen.event_id, subject, fact, verification)


@dataclass(frozen=True)
class _Seen:
    """What all three kinds of events have in common."""

    event_id: str
    state: State
    attempt: int
    time: datetime
    started: datetime | None

    @classmethod
    def read(cls, envelope: Fields, detail: Fields) -> _Seen:
        time = envelope.time("time")
        return cls(
            event_id=envelope.text("id"),
            state=detail.one_of("state", State),
            attempt=detail.whole("pipeline-execution-attempt", MOST_ATTEMPTS),
            time=time,
            started=detail.time("start-time") if "start-time" in detail else None,
        )

    def fact(self, name: str, about: Mapping[str, Any], once: Mapping[str, Any] | None = None) -> Fact:
        """The fact; its start is known from the start-time, or from the time of the STARTED event itself."""
        started = self.started or (self.time if self.state is State.STARTED else None)
        start = {f"started_{self.attempt}": _iso(started)} if started else {}
        latest = {"state": self.state.value, "attempt": self.attempt, "at": _iso(self.time), **about}
        if started:
            latest["started"] = _iso(started)
        order = Order(self.attempt, self.state.rank, self.time, f"{self.state.value}/{self.event_id}")
        return Fact(name, order, latest, {**start, **(once or {})})


def _about_action(detail: Fields, envelope: Fields) -> dict[str, str]:
    kind = Fields(detail.mapping("type", {}), "detail.type")
    result = Fields(detail.mapping("execution-result", {}), "detail.execution-result")
    about = {
        "region": detail.text("region", "") or envelope.text("region"),
        "category": kind.text("category", ""),
        "provider": kind.text("provider", ""),
        "url": result.text("external-execution-url", "")[:URL_LIMIT],
        "summary": result.text("external-execution-summary", "")[: facts.REASON_LIMIT],
        "error_code": result.text("error-code", ""),
    }
    return {name: value for name, value in about.items() if value}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
