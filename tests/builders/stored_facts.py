"""Every kind of fact that the product stores, filled with something, as another version of it reads it."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from crosscheck.ledger.stored_fact import StoredFact
from crosscheck.ledger.table import Fact, Record

NOW = 1_800_000_000.0


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
