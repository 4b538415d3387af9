"""A ledger in memory: what events tell, merged as the table merges it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crosscheck.cards.image import render_image
from crosscheck.cards.layout import Card
from crosscheck.cards.release import render
from crosscheck.events.changes import parse
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import LedgerKey, Subject
from crosscheck.ledger.table import Fact, Record
from crosscheck.releases.fold import fold, fold_image


@dataclass
class RememberedFacts:
    """The facts of one subject."""

    records: dict[str, Record] = field(default_factory=dict)
    _orders: dict[str, str] = field(default_factory=dict)

    def merge(self, fact: Fact) -> None:
        """Keep the latest part of the greatest order, and what each first told once."""
        known = self.records.get(fact.name, Record(fact.name, 0, {}, {}))
        later = self._orders.get(fact.name, "") < fact.order.key
        once = {**fact.once, **known.once}
        if later or once != known.once:
            latest = fact.latest if later else known.latest
            self.records[fact.name] = Record(fact.name, known.revision + 1, latest, once)
        if later:
            self._orders[fact.name] = fact.order.key


def cards_of(events: Iterable[Any]) -> dict[LedgerKey, Card]:
    """The card of each release and each image that the events are about, in the order in which these first occur.

    Raises:
        UnreadableEventError: an event has another form than its service documents.
    """
    facts: dict[LedgerKey, RememberedFacts] = {}
    for event in events:
        if change := parse(event):
            facts.setdefault(change.subject, RememberedFacts()).merge(change.fact)
    return {subject: _card(subject, KnownFacts(found.records)) for subject, found in facts.items()}


def _card(subject: LedgerKey, known: KnownFacts) -> Card:
    if isinstance(subject, Subject):
        return render(fold(subject, known))
    return render_image(fold_image(subject, known))
