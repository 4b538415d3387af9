"""The drawings of docs/architecture.md show what is there."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.template.expanded import resources, written
from tests.unit.docs.markdown import ROOT, fenced, quoted, section, table

ARCHITECTURE_MD = "architecture.md"
FUNCTIONS, KERNEL = "## The functions and what joins them", "## The kernel's packages"
ROLLBACK = "## The way of a finished stage to its rollback"
LAYER = ROOT / "layers" / "crosscheck" / "crosscheck"
MACHINE: dict[str, Any] = yaml.safe_load((ROOT / "statemachines" / "verify_release.asl.yaml").read_text())
BRANCH: dict[str, Any] = MACHINE["States"]["Regions"]["ItemProcessor"]

type Arrows = set[tuple[str, str]]


def _drawings(heading: str) -> list[str]:
    return fenced(section(ARCHITECTURE_MD, heading), "mermaid")


def _arrows(drawing: str) -> Arrows:
    """The arrows of a drawing, without the shapes and labels of their ends."""
    return set(re.findall(r"^ *([\w*\[\]]+?)(?:[(\[{].*?)?  *--> *(\w+|\[\*\])", drawing, re.MULTILINE))


def _functions() -> set[str]:
    return {function["Handler"].partition(".")[0] for function in resources("AWS::Lambda::Function").values()}


def _transitions(machine: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "[*]", machine["StartAt"]
    for name, state in machine["States"].items():
        following = [each.get("Next") for each in (state, *state.get("Choices", ()), *state.get("Catch", ()))]
        following.append(state.get("Default"))
        ends = state.get("End") or state["Type"] in {"Succeed", "Fail"}
        yield from ((name, after) for after in [*following, "[*]" if ends else None] if after)


def _imports(module: Path) -> Iterator[tuple[str, ...]]:
    """The modules of the kernel that a module imports, as their names below ``crosscheck``."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "crosscheck":
            package = tuple(node.module.split(".")[1:])
            yield from [package] if package else [(each.name,) for each in node.names]


@cache
def _packages() -> frozenset[str]:
    return frozenset(path.parent.name for path in LAYER.glob("*/__init__.py"))


def _imported(modules: Iterable[Path]) -> set[str]:
    """The packages that modules import from."""
    return {first for module in modules for first, *_ in _imports(module)} & _packages()


def _reached(arrows: Arrows) -> Arrows:
    """Every pair that a way of one or several arrows joins."""
    reached = set(arrows)
    while further := {(a, d) for a, b in reached for c, d in arrows if b == c} - reached:
        reached |= further
    return reached


def test_the_functions_drawn_and_described_are_those_of_the_template() -> None:
    [drawing] = _drawings(FUNCTIONS)
    assert set(re.findall(r"(\w+)\[\[\1\]\]", drawing)) == _functions()
    assert {quoted(row[0])[0] for row in table(section(ARCHITECTURE_MD, FUNCTIONS))} == _functions()


def test_the_readme_says_what_each_function_does() -> None:
    _, _, repository = (ROOT / "README.md").read_text().partition("## The repository")
    assert {quoted(row[0])[0] for row in table(repository, 1)} == _functions()


def test_the_queues_the_table_and_the_state_machine_drawn_are_the_templates() -> None:
    [drawing] = _drawings(FUNCTIONS)
    drawn = set(re.findall(r"\b[A-Z]\w+(?=\[[/(])|(?<=subgraph )\w+", drawing))
    assert drawn == {"EventsQueue", "CardQueue", "DecisionsQueue", "Ledger", "VerifyRelease"}
    assert drawn <= written()["Resources"].keys()


def test_the_states_and_transitions_drawn_are_those_of_the_state_machine() -> None:
    outer, region = _drawings(ROLLBACK)
    assert _arrows(outer) == set(_transitions(MACHINE))
    assert _arrows(region) == set(_transitions(BRANCH))


def test_the_packages_drawn_import_each_other_as_the_kernel_does() -> None:
    [drawing] = _drawings(KERNEL)
    drawn = _arrows(drawing)
    real = {(name, other) for name in _packages() for other in _imported((LAYER / name).rglob("*.py")) - {name}}
    assert drawn <= real
    assert _reached(drawn) == _reached(real)
    assert all(_reached(drawn - {arrow}) != _reached(drawn) for arrow in drawn), "an arrow follows from others"
    assert not any(name == other for name, other in _reached(drawn)), "a circle"


def test_every_package_is_described() -> None:
    assert {quoted(row[0])[0] for row in table(section(ARCHITECTURE_MD, KERNEL))} == _packages()


def test_the_modules_beside_the_packages_import_none_of_them() -> None:
    assert not _imported(LAYER.glob("*.py"))
