"""What can be broken in a source text: one small change each, as somebody might make it by mistake.

What only logs or counts is left alone, and so are texts: what they say is read by people, not decided upon.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_NAMED = {"any": "all", "all": "any", "min": "max", "max": "min"}
_TOLD = {"logger", "count"}
# Two arguments that may change places, or may not even in a mistake.
_INDIFFERENT = {"isinstance", "getattr", "cast", "min", "max"}

type Change = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Mutant:
    """The line that is changed (from 1), as it was, what is done to it, and what makes the changed source: a tree that
    keeps the numbers of the lines for Python, a text for everything else."""

    number: int
    line: str
    change: str
    source: Callable[[], ast.Module | str]

    def write(self) -> str:
        """The changed source as a text."""
        source = self.source()
        return source if isinstance(source, str) else ast.unparse(source)


def python_mutants(source: str) -> Iterator[Mutant]:
    """Those of a Python module, in the order of its lines."""
    tree, lines = ast.parse(source), source.splitlines()
    skipped = _skipped(tree)
    found = []
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in skipped:
            continue
        for change, apply in _changes(node):
            number = int(getattr(node.pattern if isinstance(node, ast.match_case) else node, "lineno", 1))
            found.append(Mutant(number, lines[number - 1].strip(), change, partial(_changed, tree, index, apply)))
    yield from sorted(found, key=lambda mutant: mutant.number)


def _changed(tree: ast.Module, index: int, apply: Change) -> ast.Module:
    mutated = copy.deepcopy(tree)
    apply(next(each for at, each in enumerate(ast.walk(mutated)) if at == index))
    return ast.fix_missing_locations(mutated)


def state_machine_mutants(source: str) -> Iterator[Mutant]:
    """Those of the definition of a state machine: other words, other ways, other values, no second try, no catch."""
    lines = source.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        for change, mutated in _line_changes(line):
            text = "".join([*lines[: number - 1], mutated, *lines[number:]])
            yield Mutant(number, line.strip(), change, text.strip)


def _line_changes(line: str) -> Iterator[tuple[str, str]]:
    patterns = {
        r"(StringEquals: )\"?[\w-]+\"?": [r"\1NOTHING"],
        r"(BooleanEquals: |IsPresent: )(true|false)": [],
        r"((?:Next|Default|StartAt): )\w+": [
            r"\1Look",
            r"\1Judged",
            r"\1RollBack",
            r"\1Concluded",
            r"\1NothingToVerify",
        ],
        r"(\w+\.\$: )\$[\w.$\[\]]*": [r"\1$.region"],
        r"(ResultPath: )\$\.\w+": [r"\1$.elsewhere"],
        r"(verdict: )FAIL": [r"\1PASS"],
    }
    for pattern, replacements in patterns.items():
        found = re.search(pattern, line)
        given = [found.expand(each) for each in replacements] if found else []
        if found and not replacements:
            given = [found[1] + ("false" if found[2] == "true" else "true")]
        for each in given:
            if found and each != found[0]:
                yield f"{found[0]} becomes {each}", line.replace(found[0], each, 1)


def _skipped(tree: ast.AST) -> set[int]:
    """What is no behaviour: annotations, what only mypy reads, what is only logged or counted."""
    dropped: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        match node:
            case ast.FunctionDef():
                parts = [node.returns, *node.decorator_list]
            case ast.ClassDef():
                parts = [*node.decorator_list]
            case ast.arg() | ast.AnnAssign():
                parts = [node.annotation]
            case ast.TypeAlias() | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
                parts = [node]
            case ast.Expr(ast.Call(func)) if _root(func) in _TOLD:
                parts = [node]
            case ast.If(ast.Name("TYPE_CHECKING")):
                parts = [node]
        dropped |= {id(each) for part in parts if part for each in ast.walk(part)}
    return dropped


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    yield from _operators(node)
    yield from _values(node)
    match node:
        case ast.If() | ast.IfExp():
            yield "the condition always holds", lambda at: setattr(at, "test", ast.Constant(True))
            yield "the condition never holds", lambda at: setattr(at, "test", ast.Constant(False))
        case ast.match_case(_, guard, _) if guard:
            yield "the guard always holds", lambda at: setattr(at, "guard", ast.Constant(True))
            yield "the guard never holds", lambda at: setattr(at, "guard", ast.Constant(False))
        case ast.Expr(ast.Call()):
            yield "the call is dropped", lambda at: setattr(at, "value", ast.Constant(None))
        case ast.Call():
            yield from _calls(node)


def _operators(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare(_, [first, *_]) if type(first) in _COMPARED:
            other = _COMPARED[type(first)]
            yield f"{type(first).__name__} becomes {other.__name__}", lambda at: _set_first(at, "ops", other())
        case ast.BoolOp(op, _):
            swapped = ast.Or if isinstance(op, ast.And) else ast.And
            yield f"{type(op).__name__} becomes {swapped.__name__}", lambda at: setattr(at, "op", swapped())
        case ast.UnaryOp(ast.Not(), operand):
            yield "not is dropped", lambda at: setattr(at, "operand", ast.UnaryOp(ast.Not(), copy.deepcopy(operand)))
        case ast.BinOp(_, operator, _) if type(operator) in _COMPUTED:
            computed = _COMPUTED[type(operator)]
            yield f"{type(operator).__name__} becomes {computed.__name__}", lambda at: setattr(at, "op", computed())


def _values(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Constant(bool(value)):
            yield f"{value} becomes {not value}", lambda at: setattr(at, "value", not value)
        case ast.Constant(int(number) | float(number)):
            yield f"{number} becomes {number + 1}", lambda at: setattr(at, "value", number + 1)
        case ast.Name(name) if name in _NAMED:
            yield f"{name} becomes {_NAMED[name]}", lambda at: setattr(at, "id", _NAMED[name])


def _calls(node: ast.Call) -> Iterator[tuple[str, Change]]:
    first = [type(each) for each in node.args[:2]]
    if len(first) == 2 and ast.Starred not in first and _root(node.func) not in _INDIFFERENT:
        yield "its first two arguments are swapped", _swap
    for number, given in enumerate(node.keywords):
        if given.arg:
            yield f"{given.arg} is not given", partial(_drop, number)


def _set_first(at: ast.AST, name: str, value: object) -> None:
    getattr(at, name)[0] = value


def _swap(at: ast.AST) -> None:
    if isinstance(at, ast.Call):
        at.args[0], at.args[1] = at.args[1], at.args[0]


def _drop(number: int, at: ast.AST) -> None:
    if isinstance(at, ast.Call):
        del at.keywords[number]
