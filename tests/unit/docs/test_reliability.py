"""Every fault has a promise and a test that injects it, and every test with a number has a fault."""

from __future__ import annotations

import re

from tests.unit.docs.fault_tests import LIST, FaultTest, find_fault_tests, numbers, write_list
from tests.unit.docs.markdown import document, table

MOST = 72
ROWS = [row for group in range(7) for row in table(document("reliability.md"), group)]


def test_the_faults_are_numbered_without_a_gap() -> None:
    assert [row[0] for row in ROWS] == [f"[F{number}](../tests/faults.md#f{number})" for number in range(1, MOST + 1)]


def test_each_fault_and_each_promise_is_a_sentence_of_its_own() -> None:
    told = [text for row in ROWS for text in row[1:3]]
    assert [text for text in told if not re.match(r"[A-Z`].*\.$", text)] == []
    assert len({row[1] for row in ROWS}) == MOST


def test_every_fault_is_injected_by_a_test_and_every_tests_number_is_a_fault() -> None:
    assert sorted(find_fault_tests()) == list(range(1, MOST + 1))


def test_the_example_of_a_fault_injects_it() -> None:
    names = {number: {test.name for test in tests} for number, tests in find_fault_tests().items()}
    assert [row[3] for number, row in enumerate(ROWS, 1) if row[3].strip("`") not in names[number]] == []


def test_the_list_names_every_test_of_a_fault_and_no_other() -> None:
    assert write_list(find_fault_tests()) == LIST.read_text(), "run make fault-tests"


def test_a_number_is_found_in_a_name_and_in_a_docstring() -> None:
    assert numbers("test_f01_f22_a_name", "It injects F7, of 5F8.") == {1, 22, 7}
    assert numbers("test_sha256_of_half", "") == set()


def test_the_list_changes_with_a_test() -> None:
    tests = {7: [FaultTest("tests/a/test_b.py", "test_f07_c")]}
    assert "\n## F7\n\n- [a/test_b.py](a/test_b.py)\n  - `test_f07_c`\n" in write_list(tests)
