"""docs/iam.md has every right of the stack, what it is on, and why."""

from __future__ import annotations

import re

import pytest

from tests.template.expanded import resources
from tests.unit.docs.iam_rows import Rows, tables
from tests.unit.docs.markdown import document, quoted, section, table

IAM_MD = "iam.md"
UNLIMITED_WORDS = ("it has no ARN yet", "a key that is being made")  # what is made has no name before


@pytest.mark.parametrize(("name", "rows"), tables().items(), ids=tables().keys())
def test_every_right_has_its_row_and_every_row_its_right(name: str, rows: Rows) -> None:
    told = [(quoted(row[0])[0], row[1]) for row in table(section(IAM_MD, f"### {name}"))]
    lacking = [f"| `{action}` | {on} | <why> |" for action, on in rows if (action, on) not in told]
    assert lacking == []
    assert told == rows


@pytest.mark.parametrize("name", tables())
def test_every_row_says_why(name: str) -> None:
    assert [row[0] for row in table(section(IAM_MD, f"### {name}")) if len(row) != 3 or not row[2].strip("`*")] == []


@pytest.mark.parametrize(("name", "rows"), tables().items(), ids=tables().keys())
def test_a_right_on_everything_says_why_it_has_no_end(name: str, rows: Rows) -> None:
    everything = {action for action, on in rows if on.startswith("`*`")}
    told = {quoted(row[0])[0]: row[2] for row in table(section(IAM_MD, f"### {name}"))}
    reasons = ("AWS offers no less", "no narrower right", *UNLIMITED_WORDS)
    assert [action for action in everything if not any(words in told[action] for words in reasons)] == []


@pytest.mark.parametrize("name", resources("AWS::IAM::Role"))
def test_the_policies_that_a_role_has_besides_are_named(name: str) -> None:
    besides = re.findall(r"\b[A-Z]\w+Policy\b", str(resources("AWS::IAM::Role")[name].get("ManagedPolicyArns", "")))
    introduction, _, _ = section(IAM_MD, f"### {name}").partition("\n|")
    assert sorted(word for word in quoted(introduction) if word.endswith("Policy")) == sorted(besides)


def test_nothing_else_is_told() -> None:
    assert set(re.findall(r"^### (\w+)$", document(IAM_MD), re.MULTILINE)) == set(tables())
