"""A mutant that is put in the place of what is imported does what the mutant does that is imported."""

from __future__ import annotations

import importlib.util
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.mutations import Mutant, python_mutants
from tests.mutants.swapped import Functions, NeedsTheModuleAnewError

INSIDE = """
import functools

class Scale:
    def __init__(self, by):
        self.by = by

    @property
    def double(self):
        return self.by * 2

    @classmethod
    def of(cls, by):
        return cls(max(by, 3))

def added(by):
    def add(value):
        return value + by
    return add

@functools.cache
def squared(value):
    return value * value

by_two = added(2)
measures = {"longest": lambda values: max(values)}

def answer(value):
    if value > 4 and not value == 7:
        return by_two(value), squared(value)
    return Scale.of(value).double, measures["longest"]([value, squared(value)])
"""
AT_IMPORT = [
    "LIMIT = 3\n",
    "def f(value=3):\n    return value\n",
    "class A:\n    limit = 3\n",
    "f, g = (lambda: 1), lambda: 2\n",
]
VALUES = (1, 3, 4, 5, 7)


def imported(path: Path, text: str) -> ModuleType:
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answers(module: ModuleType) -> list[object]:
    return [module.answer(value) for value in VALUES]


@pytest.mark.parametrize("number", range(len(list(python_mutants(INSIDE)))))
def test_it_answers_as_if_it_was_imported(number: int, tmp_path: Path) -> None:
    mutant = list(python_mutants(INSIDE))[number]
    here = imported(tmp_path / "here.py", INSIDE)
    whole = answers(here)
    try:
        Functions(str(tmp_path / "here.py"), INSIDE).swap(mutant)
    except NeedsTheModuleAnewError:
        assert mutant.line.startswith("by_two"), "only this line is run by the import"
    else:
        anew = answers(imported(tmp_path / "anew.py", mutant.write()))
        assert answers(here) == anew
        assert whole != anew or mutant.number in {7, 16}, "a change that changes no answer is not tried here"


@pytest.mark.parametrize("text", AT_IMPORT)
def test_what_the_import_decides_is_left_to_an_import(text: str, tmp_path: Path) -> None:
    imported(tmp_path / "here.py", text)
    *_, mutant = python_mutants(text)
    with pytest.raises(NeedsTheModuleAnewError):
        Functions(str(tmp_path / "here.py"), text).swap(mutant)


def test_a_function_that_is_imported_elsewhere_is_another_one_too(tmp_path: Path) -> None:
    answer = imported(tmp_path / "here.py", INSIDE).answer
    elsewhere = partial(answer, 5)
    Functions(str(tmp_path / "here.py"), INSIDE).swap(Mutant(1, "", "", partial(INSIDE.replace, "> 4", "> 5")))
    assert elsewhere() == (10, 25)
