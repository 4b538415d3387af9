"""Tables are read at a glance."""

from pathlib import Path

import pytest

from tests.unit.docs.markdown import DOCUMENTS, ROOT

WIDEST_CELL = 100


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_long_text_is_no_cell(document: Path) -> None:
    rows = [line.strip() for line in document.read_text().splitlines() if line.strip().startswith("|")]
    cells = [cell.strip() for row in rows for cell in row.strip("|").split("|")]
    assert [cell for cell in cells if len(cell) > WIDEST_CELL] == []
