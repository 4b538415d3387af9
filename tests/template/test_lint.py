"""cfn-lint no longer looks into SAM's own types, so it is run on what SAM makes of them as well."""

import json
from pathlib import Path

from cfnlint.api import lint_file

from tests.template.expanded import TEMPLATE, expanded
from tests.template.iam_reference import NEWER_ACTIONS


def test_the_template_as_it_is_written() -> None:
    assert [str(match) for match in lint_file(TEMPLATE)] == []


def test_the_template_as_sam_expands_it(tmp_path: Path) -> None:
    target = tmp_path / "expanded.json"
    target.write_text(json.dumps(expanded()))
    found = [str(match) for match in lint_file(target)]
    newer = [f"'{action.partition(':')[2].lower()}' is not one of" for action in NEWER_ACTIONS]
    assert [text for text in found if not any(words in text for words in newer)] == []
