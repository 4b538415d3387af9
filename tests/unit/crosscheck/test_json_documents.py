from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.json_documents import read, write


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    name: str
    weight: float = 1.0


@dataclass(frozen=True)
class Other:
    number: int


@dataclass(frozen=True)
class Whole:
    kind: ClassVar[str] = "whole"
    colour: Colour
    parts: tuple[Part, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    end: float | None = None
    either: Part | Other | None = None
    open: bool = False


GIVEN = {
    "colour": "red",
    "parts": [{"name": "lid"}, {"name": "base", "weight": 2}],
    "sizes": {"lid": 3},
    "end": 1.5,
    "either": {"number": 7},
    "open": True,
}
SAME = Whole(Colour.RED, (Part("lid"), Part("base", 2.0)), {"lid": 3}, 1.5, Other(7), open=True)


def test_a_document_becomes_the_dataclass_and_a_document_again() -> None:
    assert read(Whole, GIVEN, "it") == SAME
    assert read(Whole, write(SAME), "it") == SAME


def test_what_is_left_out_has_its_default() -> None:
    assert read(Whole, {"colour": "red"}, "it") == Whole(Colour.RED)
    assert read(Whole, {"colour": "red", "end": None, "either": None}, "it") == Whole(Colour.RED)


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"colour": "blue"}, "colour"),
        ({"colour": ["red"]}, "colour"),
        ({"colour": None}, "colour"),
        ({"parts": "lid"}, "parts"),  # a text is no list of its letters
        ({"parts": {"name": "lid"}}, "parts"),
        ({"parts": [{"weight": 1}]}, "parts.name"),
        ({"parts": [{"name": "lid", "weight": True}]}, "parts.weight"),
        ({"parts": [{"name": "lid", "weight": float("nan")}]}, "parts.weight"),
        ({"parts": [{"name": "lid", "weight": 10**400}]}, "parts.weight"),
        ({"parts": [{"name": "lid", "colour": "red"}]}, "parts.a field that it does not know"),
        ({"sizes": ["lid"]}, "sizes"),
        ({"sizes": {"lid": 1.5}}, "sizes"),
        ({"sizes": {1: 1}}, "sizes"),
        ({"sizes": {"lid": True}}, "sizes"),
        ({"end": "1.5"}, "end"),
        ({"either": {"number": "7"}}, "either.name"),
        ({"open": 1}, "open"),
        ({"kind": "whole"}, "a field that it does not know"),
    ],
)
def test_a_field_that_does_not_read_is_named(changed: dict[str, object], at: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(Whole, {**GIVEN, **changed}, "it")
    assert str(refused.value) == f"it is not what this version wrote: {at}"


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"it is not what this version wrote: colour\Z"):
        read(Whole, {}, "it")


@pytest.mark.parametrize("document", [None, [], "red", 1])
def test_only_an_object_is_a_document(document: object) -> None:
    with pytest.raises(ConfigurationError, match=r"\Ait is not an object\Z"):
        read(Whole, document, "it")


def test_a_tolerant_reader_ignores_what_a_later_version_added() -> None:
    later = {"colour": "red", "later": 1, "parts": [{"name": "lid", "later": 1}]}
    assert read(Whole, later, "it", strict=False) == Whole(Colour.RED, (Part("lid"),))
    with pytest.raises(ConfigurationError, match="parts"):
        read(Whole, {**later, "parts": [{"later": 1}]}, "it", strict=False)
