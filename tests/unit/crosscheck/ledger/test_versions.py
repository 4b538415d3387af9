"""While a stack is updated, two versions of the code share its table: each reads what the other one wrote."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from crosscheck.cards.release import render
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.stored_fact import StoredFact
from crosscheck.releases.fold import fold
from tests.builders.releases import SUBJECT
from tests.builders.stored_facts import FACTS, document, sample, stored

LATER = {"a_field_of_a_later_version": [{"of": "any form"}]}


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
