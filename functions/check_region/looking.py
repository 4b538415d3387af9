"""One look at one region."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crosscheck import facts
from crosscheck.checks.catalogue import look
from crosscheck.checks.planned import from_json
from crosscheck.errors import CrosscheckError
from crosscheck.subjects import parse_subject
from crosscheck.verdicts import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crosscheck.card_queue import CardQueue
    from crosscheck.clients import Clients
    from crosscheck.ledger import Ledger
    from crosscheck.subjects import Keyed
    from crosscheck.verdicts import RegionVerdict


class PendingError(CrosscheckError):
    """Look again later; the state machine's Retry matches the name of this class."""


@dataclass(frozen=True)
class Looking:
    """Looks at regions."""

    clients: Clients
    ledger: Ledger
    cards: CardQueue
    clock: Callable[[], float]

    def look(self, item: Mapping[str, Any]) -> dict[str, str]:
        """``{"region", "verdict"}``. ``last`` in the item says that the deadline has come: PENDING is FAIL then.

        Raises:
            PendingError: not decided yet, and not the last look.
        """
        subject = parse_subject(item["subject"])
        checks = [from_json(check) for check in item["checks"]]
        seen = judge(item["region"], [look(check, self.clients) for check in checks])
        last = bool(item.get("last"))
        judged = _at_the_deadline(seen) if last else seen
        decided = last or judged.verdict in {Verdict.PASS, Verdict.FAIL}
        self._tell(subject, judged, item["since"], decided=decided)
        if not decided:
            raise PendingError(f"{judged.region}: {judged.reason}")
        return {"region": judged.region, "verdict": judged.verdict.value}

    def _tell(self, subject: Keyed, judged: RegionVerdict, since: float, *, decided: bool) -> None:
        now = self.clock()
        fact = facts.verdict(facts.REPLICATION, judged, judge_since=since, look=0, now=now, final=decided)
        self.ledger.merge(subject, fact)
        self.cards.changed(subject, f"look {judged.region} {now}")


def _at_the_deadline(seen: RegionVerdict) -> RegionVerdict:
    if seen.verdict is not Verdict.PENDING:
        return seen
    return replace(seen, verdict=Verdict.FAIL, reason=f"not done at the deadline: {seen.reason}")
