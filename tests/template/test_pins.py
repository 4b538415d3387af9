"""F53: whatever is installed is pinned by version and hash, and asked for with its hashes."""

import re
from pathlib import Path

import pytest

from tests.template.expanded import TEMPLATE

ROOT = TEMPLATE.parent
LAYER = ROOT / "layers" / "crosscheck"
PINNED = (*sorted((ROOT / "requirements").glob("*.txt")), LAYER / "requirements.txt")
NAME = r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?"
PIN = re.compile(rf"{NAME}==[A-Za-z0-9.+!-]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{{64}})+(\n    #.*)*\n")


@pytest.mark.parametrize("path", PINNED, ids=lambda path: str(path.relative_to(ROOT)))
def test_f53_a_file_of_pins_holds_exact_versions_with_hashes_and_nothing_else(path: Path) -> None:
    text = path.read_text()
    assert PIN.sub("", text) == ""
    assert len(PIN.findall(text)) == len(re.findall("==", re.sub(r" ; .*", "", text)))


@pytest.mark.parametrize("path", PINNED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_pins_is_compiled_by_make_pins(path: Path) -> None:
    assert path.with_suffix(".in").is_file()
    compiled = (ROOT / "tools" / "pin-requirements").read_text()
    [names] = re.findall(r"for name in ([\w ]+);", compiled)
    assert path.stem in names.split() or path.is_relative_to(LAYER)


def test_f53_whatever_installs_asks_for_the_hashes() -> None:
    installing = [ROOT / "tools" / "make-environment", ROOT / "tools" / "bootstrap-uv", LAYER / "Makefile"]
    for path in installing:
        commands = path.read_text().replace("\\\n", " ").splitlines()
        lines = [line for line in commands if re.search(r"pip (install|sync)", line)]
        assert lines, path
        assert all("--require-hashes" in line for line in lines), path
