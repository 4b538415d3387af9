"""How facts are stored: each as the JSON document of its dataclass, under a name that says what it is about."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any, ClassVar, Self

from crosscheck.json_documents import read
from crosscheck.ledger.table import Fact, Order, Record


@dataclass(frozen=True)
class StoredFact:
    """A fact of the ledger. Its full name there is ``name``, followed by the values of the fields in ``place``.

    Stacks are updated while releases run: a field that a later version adds needs a default, and an earlier version
    ignores it.
    """

    name: ClassVar[str]
    place: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def name_at(cls, *place: str) -> str:
        """The full name of the fact about this place."""
        return "/".join((cls.name, *place))

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows.

        Raises:
            ConfigurationError: the record was not written as this fact.
        """
        return read(cls, cls.document(record), f"the fact {record.name}", strict=False)

    @classmethod
    def document(cls, record: Record) -> Mapping[str, Any]:
        """The fields, as the record holds them."""
        return {**record.latest, **record.once}

    def within_limits(self) -> Self:
        """The fact as it is stored, its texts within their limits."""
        return self

    def ordered(self, order: Order, once: Mapping[str, Any] | None = None) -> Fact:
        """The fact with what decides whether it is the latest."""
        place = (attrgetter(field)(self) for field in self.place)
        return Fact(self.name_at(*filter(None, place)), order, asdict(self.within_limits()), once or {})


class Observation(StoredFact):
    """A fact that somebody looked up: the latest look counts."""

    def to_fact(self, now: float) -> Fact:
        """The fact, as it was seen ``now``."""
        return self.ordered(Order(0, 0, now))


class Link(StoredFact):
    """A fact that never changes."""

    def to_fact(self) -> Fact:
        """The fact."""
        return self.ordered(Order(0, 0, 0.0))
