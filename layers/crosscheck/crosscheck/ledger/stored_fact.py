"""How facts are stored: each as the JSON document of its dataclass, under a name that says what it is about.

The functions of a stack are updated one after the other, and a stack may go back to an earlier version while the facts
of the later one stay. Where these have a word of an enumeration that this version does not know, the field reads as
unknown, and the text beside it tells the word: a card is shown all the same, and nothing is proven or taken back for
what is unknown.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from enum import StrEnum
from operator import attrgetter
from types import NoneType
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints

from crosscheck.contracts.verdicts import Verdict
from crosscheck.errors import ConfigurationError
from crosscheck.json_documents import read
from crosscheck.ledger.table import Fact, Order, Record
from crosscheck.text import on_one_line, one_line

WORD_LIMIT = 40
# Where a fact tells a word that this version does not know: alone in the first of them, before the text in the others.
_WORD = "word"
_TEXTS = (_WORD, "reason", "outcome", "why")


@dataclass(frozen=True)
class StoredFact:
    """A fact of the ledger. Its full name there is ``name``, followed by the values of the fields in ``place``.

    Stacks are updated while releases run: a field that a later version adds needs a default, and an earlier version
    ignores it. A field of an enumeration stands beside a text, and the enumeration has a member UNKNOWN, or the field
    may be None; of verdicts INCONCLUSIVE is that member.
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
            ConfigurationError: the record was not written as this fact, not even by a later version.
        """
        document, what = cls.document(record), f"the fact {record.name}"
        try:
            return read(cls, document, what, strict=False)
        except ConfigurationError:
            return read(cls, _in_known_words(cls, document), what, strict=False)

    @classmethod
    def document(cls, record: Record) -> Mapping[str, Any]:
        """The fields, as the record holds them."""
        return {**record.latest, **record.once}

    def within_limits(self) -> Self:
        """The fact as it is stored, its texts within their limits."""
        return self

    def latest(self) -> Mapping[str, Any]:
        """The fields of which the latest are kept."""
        return asdict(self)

    def once(self) -> Mapping[str, Any]:
        """What is kept once, whichever fact told it first."""
        return {}

    def ordered(self, order: Order) -> Fact:
        """The fact with what decides whether it is the latest.

        Here, and nowhere before it, texts of others become lines, which then are cut: of credentials that a cut parts
        from the ``@`` behind them, nobody sees any more what they are.
        """
        place = (attrgetter(field)(self) for field in self.place)
        stored: Self = on_one_line(self).within_limits()
        return Fact(self.name_at(*filter(None, place)), order, stored.latest(), stored.once())


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


def _in_known_words(kind: Any, document: Any) -> Any:
    """A document of this type, without words that this version does not know."""
    if get_origin(kind) is tuple and isinstance(document, list):
        return [_in_known_words(get_args(kind)[0], each) for each in document]
    if not is_dataclass(kind) or not isinstance(document, Mapping):
        return document
    hints = get_type_hints(kind)
    known = {name: _in_known_words(hints.get(name), each) for name, each in document.items()}
    for name, hint in hints.items():
        words, word = _enumeration(hint), known.get(name)
        if words and isinstance(word, str) and word not in words:
            field = next(each for each in _TEXTS if each in hints)
            known |= {name: _unknown(hint, words), field: _told(field, one_line(word, WORD_LIMIT), known.get(field))}
    return known


def _enumeration(hint: Any) -> type[StrEnum] | None:
    found = (each for each in (hint, *get_args(hint)) if isinstance(each, type) and issubclass(each, StrEnum))
    return next(found, None)


def _unknown(hint: Any, words: type[StrEnum]) -> StrEnum | None:
    if NoneType in get_args(hint):
        return None
    return Verdict.INCONCLUSIVE if words is Verdict else words["UNKNOWN"]


def _told(field: str, word: str, text: object) -> str:
    if field == _WORD:
        return word
    told = f"this version of Crosscheck does not know “{word}”"
    return f"{told}: {text}" if text else told
