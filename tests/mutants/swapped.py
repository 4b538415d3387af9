"""A mutant in the place of the functions that are there already: nothing is imported again for it.

That is possible where only the inside of functions changes. A constant, a default or a class that is another one needs
the module anew.
"""

from __future__ import annotations

import ast
import functools
import gc
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType

from tests.mutants.mutations import Mutant

type Place = tuple[str, int, str]


class NeedsTheModuleAnewError(Exception):
    """The change is made when the module is imported, or cannot be told from another one on its line."""


class Functions:
    """The functions of one module, as they are in this process. The path is absolute."""

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.codes = _by_place(compile(ast.parse(source), path, "exec"))

    def codes_in_use(self) -> set[CodeType]:
        """What the process would run of the module."""
        return {code for function in self._live() for code in _within(function.__code__)}

    def swap(self, mutant: Mutant) -> None:
        """Make the functions those of the mutant.

        :raises NeedsTheModuleAnewError: where that does not make the module the mutant
        """
        broken = _by_place(compile(mutant.source(), self.path, "exec"))
        changed = {place for place in self.codes.keys() | broken.keys() if self.codes.get(place) != broken.get(place)}
        for place in changed:
            olds, news = self.codes.get(place, []), broken.get(place, [])
            if len(olds) > 1 or len(news) > 1:
                raise NeedsTheModuleAnewError(place)
            if not _is_function(place) and (not olds or not news or _own(olds[0]) != _own(news[0])):
                raise NeedsTheModuleAnewError(place)
        for function in self._live():
            place = _place(function.__code__)
            if place in changed:
                _put(function, broken.get(place, []))
        for each in gc.get_objects():
            if isinstance(each, functools._lru_cache_wrapper):
                each.cache_clear()

    def _live(self) -> list[FunctionType]:
        return [
            each
            for each in gc.get_objects()
            if isinstance(each, FunctionType) and each.__code__.co_filename == self.path
        ]


def _put(function: FunctionType, codes: list[CodeType]) -> None:
    if codes:
        try:
            function.__code__ = codes[0]
        except ValueError as error:  # other free variables
            raise NeedsTheModuleAnewError(function) from error


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _within(each)


def _by_place(module: CodeType) -> dict[Place, list[CodeType]]:
    found = defaultdict(list)
    for code in _within(module):
        found[_place(code)].append(code)
    return found


def _place(code: CodeType) -> Place:
    return code.co_qualname, code.co_firstlineno, "function" if code.co_flags & 1 else "import"


def _is_function(place: Place) -> bool:
    return place[2] == "function"


def _own(code: CodeType) -> object:
    """What a code does by itself, whatever the functions do that it makes."""
    constants = [None if isinstance(each, CodeType) else (type(each), each) for each in code.co_consts]
    return code.co_code, code.co_names, constants
