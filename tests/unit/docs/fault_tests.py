"""The tests that inject a fault of docs/reliability.md, found by the numbers in their names and docstrings.

``python -m tests.unit.docs.fault_tests`` (``make fault-tests``) writes them into tests/faults.md.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tests.unit.docs.markdown import ROOT

LIST = ROOT / "tests" / "faults.md"
_HEAD = """# The tests of each fault

Made by `make fault-tests`. [Reliability](../docs/reliability.md) says what the faults are, and what is promised. Tests
in `tests/e2e/` drive the deployed stack in a local account.
"""


@dataclass(frozen=True, order=True)
class FaultTest:
    """A test function, and the file that holds it."""

    path: str
    name: str


def find_fault_tests() -> Mapping[int, list[FaultTest]]:
    """The tests by the number of the fault that they inject: ``f07`` in a name, ``F7`` in a function's docstring."""
    found = defaultdict[int, list[FaultTest]](list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in numbers(node.name, ast.get_docstring(node) or ""):
                    found[number].append(FaultTest(str(path.relative_to(ROOT)), node.name))
    return found


def numbers(name: str, docstring: str) -> set[int]:
    """The faults that a test names."""
    told = [*re.findall(r"(?<=_)f(\d\d)(?=_)", name), *re.findall(r"\bF(\d+)\b", docstring)]
    return {int(number) for number in told}


def write_list(tests: Mapping[int, list[FaultTest]]) -> str:
    """The document."""
    return _HEAD + "".join(f"\n## F{number}\n\n{_written(sorted(found))}" for number, found in sorted(tests.items()))


def _written(tests: list[FaultTest]) -> str:
    """The tests below the files that hold them."""
    files = {test.path: [each.name for each in tests if each.path == test.path] for test in tests}
    return "".join(
        f"- [{path.removeprefix('tests/')}]({path.removeprefix('tests/')})\n"
        + "".join(f"  - `{name}`\n" for name in names)
        for path, names in files.items()
    )


if __name__ == "__main__":
    LIST.write_text(write_list(find_fault_tests()))
