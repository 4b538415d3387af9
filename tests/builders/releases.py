"""Releases, as the ledger's events would tell of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crosscheck import facts
from crosscheck.ledger import Record
from crosscheck.releases import fold
from crosscheck.subjects import Subject
from tests.builders import events
from tests.builders.changes import parse

if TYPE_CHECKING:
    from crosscheck.releases import Release
    from crosscheck.verdicts import RegionVerdict

SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)


class Facts:
    """The records of a subject, made of events and verdicts without a table: the last one given prevails."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    def event(self, event: events.Event) -> Facts:
        """What record_events would write."""
        fact = parse(event).fact
        return self.put(fact.name, fact.latest, fact.once)

    def verdict(
        self, stage: str, judged: RegionVerdict, second: int = 0, *, final: bool = True, judge: str = ""
    ) -> Facts:
        """What a gate would write, so many seconds after the release began."""
        now = events.BEGAN.timestamp() + second
        fact = facts.verdict(stage, judged, judge_since=now, look=1, now=now, final=final, judge=judge)
        return self.put(fact.name, fact.latest)

    def outline(self, *stages: tuple[str, list[dict[str, str]]], gated: tuple[str, ...] = ()) -> Facts:
        """What update_card would look up."""
        listed = [{"name": name, "actions": actions} for name, actions in stages]
        return self.put(facts.OUTLINE, {"version": 1, "stages": listed, "gated": list(gated)})

    def put(self, name: str, latest: Any, once: Any = None) -> Facts:
        """Any fact."""
        known = self.records.get(name)
        merged = {**(known.once if known else {}), **(once or {})}
        self.records[name] = Record(name, (known.revision if known else 0) + 1, latest, merged)
        return self

    @property
    def release(self) -> Release:
        """The release that they tell of."""
        return fold(SUBJECT, self.records)


def deploys(name: str, region: str) -> dict[str, str]:
    """A deploy action of an outline."""
    return {"name": name, "category": "Deploy", "provider": "ECS", "region": region}


def at(second: int) -> datetime:
    """So many seconds after the release began."""
    return datetime.fromtimestamp(events.BEGAN.timestamp() + second, UTC)
