"""Releases, as the ledger's events would tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crosscheck.contracts.verdicts import judge as judge_region
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import ReplacedDeployment, RollbackProgress
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Record
from crosscheck.ledger.verdict_facts import JudgeVerdict, PreflightSeen, RegionJudge
from crosscheck.releases.fold import fold
from tests.builders import events
from tests.builders.changes import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crosscheck.contracts.verdicts import Finding, RegionVerdict
    from crosscheck.ledger.states import RollbackState
    from crosscheck.ledger.table import Fact
    from crosscheck.releases.model import Release

SUBJECT = Subject("us-east-1", events.PIPELINE, events.EXECUTION)


class Facts:
    """The records of a subject, made of events and verdicts without a table: the last one given prevails."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    def event(self, event: events.Event) -> Facts:
        """What record_events would write."""
        return self.add(parse(event).fact)

    def verdict(
        self, stage: str, judged: RegionVerdict, second: int = 0, *, final: bool = True, judge: str = ""
    ) -> Facts:
        """What a gate would write, so many seconds after the release began."""
        now = events.BEGAN.timestamp() + second
        return self.add(JudgeVerdict(stage, judged, now, final=final, judge=judge, look=1).to_fact(now))

    def replaced(self, stage: str, region: str, what: str, second: int, attempt: int = 1) -> Facts:
        """What that rollback took the place of that was somebody else's."""
        fact = ReplacedDeployment(stage, region, attempt, what, events.BEGAN.timestamp() + second)
        return self.add(fact.to_fact())

    def rollback(
        self,
        stage: str,
        region: str,
        state: RollbackState,
        reason: str = "",
        second: int = 0,
        *,
        attempt: int = 1,
        target: str = "",
        by: str = "",
    ) -> Facts:
        """What became of taking back a region, so many seconds after the release began."""
        now = events.BEGAN.timestamp() + second
        return self.add(RollbackProgress(stage, region, attempt, state, reason, now, target, by).to_fact())

    def preflight(self, region: str, *findings: Finding) -> Facts:
        """What was seen of a region when the release began."""
        return self.add(PreflightSeen(judge_region(region, findings), events.BEGAN.timestamp()).to_fact())

    def outline(
        self,
        *stages: tuple[str, list[dict[str, str]]],
        gates: Mapping[str, Sequence[str]] | None = None,
    ) -> Facts:
        """What update_card would look up, and what plan_checks would decide: ``gates`` are those of each stage."""
        for name, actions in stages:
            for region in sorted({action["region"] for action in actions}):
                self.judge(name, region, *(gates or {}).get(name, ()))
        listed = [{"name": name, "actions": actions} for name, actions in stages]
        return self.put("outline", {"version": 1, "stages": listed})

    def judge(self, stage: str, region: str, *gates: str) -> Facts:
        """Who judges a region, as plan_checks decides it: the fan-out where there are no ``gates``."""
        return self.add(RegionJudge(stage, region, gates).to_fact(events.BEGAN.timestamp()))

    def add(self, fact: Fact) -> Facts:
        """A fact as its class writes it."""
        return self.put(fact.name, fact.latest, fact.once)

    def put(self, name: str, latest: Any, once: Any = None) -> Facts:
        """A fact as the table holds it, maybe written by an earlier version."""
        known = self.records.get(name)
        merged = {**(known.once if known else {}), **(once or {})}
        self.records[name] = Record(name, (known.revision if known else 0) + 1, latest, merged)
        return self

    @property
    def known(self) -> KnownFacts:
        """What they tell."""
        return KnownFacts(self.records)

    @property
    def release(self) -> Release:
        """The release that they tell of."""
        return fold(SUBJECT, self.known)


def deploys(name: str, region: str) -> dict[str, str]:
    """A deploy action of an outline."""
    return {"name": name, "category": "Deploy", "provider": "ECS", "region": region}
