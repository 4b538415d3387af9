"""`make mutants` breaks what it says, one thing at a time, and its tables are up to date."""

from __future__ import annotations

import ast

import pytest
import yaml

from tests.mutants.__main__ import again, jobs
from tests.mutants.equivalents import EQUIVALENTS
from tests.mutants.mutations import python_mutants, state_machine_mutants
from tests.mutants.targets import STATE_MACHINE, TARGETS, missing
from tests.unit.docs.markdown import ROOT

CASE = "match a:\n    case b"


@pytest.mark.parametrize(
    ("source", "broken"),
    [
        ("a == b", {"a != b"}),
        ("a < b and c", {"a < b or c", "a <= b and c"}),
        ("not a", {"not not a"}),
        ("a + 1", {"a - 1", "a + 2"}),
        ("read(consistent=True)", {"read()", "read(consistent=False)", "None"}),
        ("x = update(channel, timestamp)", {"x = update(timestamp, channel)"}),
        ("x = max(a, b)", {"x = min(a, b)"}),
        ("x = a if b else c", {"x = a if True else c", "x = a if False else c"}),
        ("self.claim()", {"None"}),
        (f"{CASE} if c:\n        pass", {f"{CASE} if True:\n        pass", f"{CASE} if False:\n        pass"}),
        ("logger.info('told', a == b)", set()),
        ("def f(a: int | None) -> int | None: ...", set()),
    ],
)  # fmt: skip
def test_each_mutant_breaks_one_thing(source: str, broken: set[str]) -> None:
    assert {mutant.write() for mutant in python_mutants(source)} == broken


@pytest.mark.parametrize("path", [path for path in TARGETS if path.endswith(".py")])
def test_there_are_mutants_of_every_target_and_the_last_one_is_another_module(path: str) -> None:
    source = (ROOT / path).read_text()
    *_, last = python_mutants(source)
    assert ast.dump(ast.parse(last.write())) != ast.dump(ast.parse(source))


def test_the_state_machine_takes_back_a_pass_and_takes_back_in_mode_off() -> None:
    source = (ROOT / STATE_MACHINE).read_text()
    changes = {(mutant.line, mutant.change): mutant for mutant in state_machine_mutants(source)}
    verdict = "- { Variable: $.looked.verdict, StringEquals: FAIL }"
    assert (verdict, "StringEquals: FAIL becomes StringEquals: NOTHING") in changes
    assert any('"off"' in line for line, _ in changes)
    assert all(yaml.safe_load(mutant.write()) != yaml.safe_load(source) for mutant in changes.values())


def test_the_tables_name_what_there_is() -> None:
    assert missing() == []
    assert EQUIVALENTS.keys() <= {job.key for job in jobs(list(TARGETS), equivalent=True)}
    assert all(EQUIVALENTS.values())


def test_those_that_lived_are_found_again_though_their_lines_have_moved() -> None:
    every = list(jobs(["layers/crosscheck/crosscheck/verification/skips.py"]))
    lived = every[3]
    told = f"survives: {lived.path}:999: {lived.mutant.change}: {lived.mutant.line}\n1 of 2 mutants died"
    assert {each.key for each in again(every, told)} == {lived.key}
