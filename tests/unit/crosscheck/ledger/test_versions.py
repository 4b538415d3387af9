"""While a stack is updated, two versions of the code share its table: each reads what the other one wrote."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

import pytest

from crosscheck.cards.release import render
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.stored_fact import StoredFact
from crosscheck.ledger.table import Fact, Record
from crosscheck.releases.fold import fold
from tests.builders.releases import SUBJECT

NOW = 1_800_000_000.0
LATER = {"a_field_of_a_later_version": [{"of": "any form"}]}


def kinds(of: type[StoredFact] = StoredFact) -> Iterator[type[StoredFact]]:
    """Every kind of fact that the product stores."""
    for kind in of.__subclasses__():
        if kind.__module__.startswith("crosscheck.") and hasattr(kind, "name"):
            yield kind
        yield from kinds(kind)


FACTS = list(kinds())


def sample(kind: Any) -> Any:
    """A value of a type, with everything that it can hold."""
    inner = get_args(kind)
    match get_origin(kind) or kind:
        case origin if origin is UnionType:
            return sample(next(each for each in inner if each is not NoneType))
        case origin if origin is tuple:
            return (sample(inner[0]),)
        case origin if inspect.isclass(origin) and issubclass(origin, Mapping):
            return {sample(inner[0]): sample(inner[1])}
        case origin if dataclasses.is_dataclass(origin) and isinstance(origin, type):
            hints = get_type_hints(origin)
            return cast("Any", origin)(**{each.name: sample(hints[each.name]) for each in dataclasses.fields(origin)})
        case origin if issubclass(origin, Enum):
            return next(iter(origin))
        case origin:
            return {str: "x", int: 1, float: NOW, bool: True}[origin]


def stored(fact: StoredFact) -> Fact:
    """The fact as its own writer stores it."""
    write = fact.to_fact  # type: ignore[attr-defined]
    given = {"event_id": "an event", "now": NOW, "judge_since": NOW}
    return write(**{name: given[name] for name in inspect.signature(write).parameters})  # type: ignore[no-any-return]


def document(fact: Fact) -> Record:
    """What the other version reads."""
    latest, once = json.loads(json.dumps([fact.latest, fact.once]))
    return Record(fact.name, 1, latest, once)


def extended(value: Any) -> Any:
    """With a field more in each object."""
    if isinstance(value, dict):
        return {key: extended(each) for key, each in value.items()} | (LATER if _is_object(value) else {})
    return [extended(each) for each in value] if isinstance(value, list) else value


def _is_object(value: Mapping[str, Any]) -> bool:
    """Whether it is the document of a dataclass: what maps regions, numbers or labels has no fields."""
    return not value or not value.keys() <= {"x", "1"}


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_f56_what_a_later_version_adds_to_a_fact_is_ignored(kind: type[StoredFact]) -> None:
    record = document(stored(sample(kind)))
    later = dataclasses.replace(record, latest=extended(record.latest))
    assert later != record
    assert kind.from_record(later) == kind.from_record(record)


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_f56_what_an_earlier_version_did_not_know_yet_is_as_by_default(kind: type[StoredFact]) -> None:
    record = document(stored(sample(kind)))
    new = {each.name for each in dataclasses.fields(kind) if each.default is not dataclasses.MISSING}
    earlier = dataclasses.replace(record, latest={name: record.latest[name] for name in record.latest.keys() - new})
    read = kind.from_record(earlier)
    kept = {name.partition("_")[0] for name in record.once} | record.once.keys()
    for each in dataclasses.fields(kind):
        if each.name in new - kept:
            assert getattr(read, each.name) == each.default


def test_f56_the_card_of_a_release_on_which_two_versions_worked_is_the_same() -> None:
    facts = [stored(sample(kind)) for kind in FACTS]
    records = {fact.name: document(fact) for fact in facts}
    later = {name: dataclasses.replace(each, latest=extended(each.latest)) for name, each in records.items()}
    cards = [render(fold(SUBJECT, KnownFacts(known))) for known in (records, later)]
    assert cards[0] == cards[1]
