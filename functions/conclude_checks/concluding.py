"""Concluding a verification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosscheck import facts
from crosscheck.subjects import parse_subject
from crosscheck.verdicts import RegionVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crosscheck.card_queue import CardQueue
    from crosscheck.ledger import Ledger
    from crosscheck.subjects import Keyed

UNJUDGED = "the check itself failed; its log says why"


@dataclass(frozen=True)
class Concluding:
    """Closes what is open, and tells every card that shows the subject."""

    ledger: Ledger
    cards: CardQueue
    clock: Callable[[], float]

    def conclude(self, verified: Mapping[str, Any]) -> dict[str, list[str]]:
        """``{"passed", "failed", "unknown"}``, each a sorted list of regions."""
        subject = parse_subject(verified["subject"])
        by_region = {result["region"]: result.get("verdict", "") for result in verified["results"]}
        since = {item["region"]: item["since"] for item in verified["regions"]}
        for region, verdict in by_region.items():
            if not verdict:
                self._close(subject, region, since[region])
        self._tell(subject)
        return {
            "passed": _regions(by_region, {Verdict.PASS}),
            "failed": _regions(by_region, {Verdict.FAIL}),
            "unknown": _regions(by_region, {"", Verdict.INCONCLUSIVE, Verdict.PENDING}),
        }

    def _close(self, subject: Keyed, region: str, since: float) -> None:
        """A region whose check never answered is unknown, and says so."""
        judged = RegionVerdict(region, Verdict.INCONCLUSIVE, UNJUDGED, ())
        fact = facts.verdict(facts.REPLICATION, judged, judge_since=since, look=0, now=self.clock(), final=True)
        self.ledger.merge(subject, fact)

    def _tell(self, subject: Keyed) -> None:
        cause = f"concluded {subject.key} {self.clock()}"
        self.cards.changed(subject, cause)
        for name in self.ledger.read(subject):
            if name.startswith(facts.deployed_by("")):
                self.cards.changed(parse_subject(name.removeprefix(facts.deployed_by(""))), cause)


def _regions(by_region: Mapping[str, str], verdicts: set[str]) -> list[str]:
    return sorted(region for region, verdict in by_region.items() if verdict in verdicts)
