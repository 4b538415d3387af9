"""Every path that a document names is there."""

import re
from pathlib import Path

import pytest

from tests.unit.docs.markdown import DOCUMENTS, ROOT, quoted

# Where a document's paths begin: docs/architecture.md and CONTRIBUTING.md say so.
BASES = (ROOT, ROOT / "functions", ROOT / "layers" / "crosscheck" / "crosscheck")
TOP = frozenset(path.name for path in ROOT.iterdir() if not path.name.startswith(".")) | {".github"}
# What make and a run write, and what AWS calls so.
MADE = re.compile(
    r"samconfig\.toml|slack-manifest\.yaml|\.local/.*|build/.*|.*imagedefinitions\.json|.*imageDetail\.json|.*plan\.json"
)
_FILE = re.compile(r"[\w.*<>-]+(/[\w.*<>-]+)*\.(py|md|yaml|yml|json|png|toml|txt|in)|[\w.-]+(/[\w.*<>-]+)+/?|[\w-]+/")


def _names_a_path(text: str) -> bool:
    first = text.partition("/")[0]
    known = first in TOP or any((base / first).is_dir() for base in BASES[1:])
    return bool(_FILE.fullmatch(text)) and (known or "." in text.rpartition("/")[2]) and not MADE.fullmatch(text)


def _exists(path: str) -> bool:
    """Whether anything is there; ``<service>`` stands for any name, and a mere name for a file in any folder."""
    pattern = re.sub(r"<[^>]*>", "*", path.rstrip("/"))
    bases = BASES if "/" in pattern else (*BASES, *(base / "**" for base in (*BASES[1:], ROOT / "tests")))
    return any(next(base.parent.glob(f"{base.name}/{pattern}"), None) for base in bases)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_lead_to_files_and_folders(document: Path) -> None:
    named = {text for text in quoted(document.read_text()) if _names_a_path(text)}
    assert not {path for path in named if not _exists(path)}


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_a_guide_names_many(name: str) -> None:
    assert sum(map(_names_a_path, quoted((ROOT / name).read_text()))) > 20
