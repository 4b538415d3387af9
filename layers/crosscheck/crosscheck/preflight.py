"""What is looked at when an execution starts, and which of it people have to see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from crosscheck.verdicts import Verdict

if TYPE_CHECKING:
    from crosscheck.verdicts import Finding

LAMBDA_ALIAS = "lambda-alias"
# Looked at only so that a rollback knows what was there before: right or wrong, nothing to tell.
BASELINE_KINDS = frozenset({LAMBDA_ALIAS})
# The value of a finding that says what works and is unwise.
WARNING = "warning"


def warnings(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The reason of everything that was not proven, and what was pointed out about the rest; each text once."""
    told: dict[str, None] = {}
    for finding in findings:
        if finding.kind in BASELINE_KINDS:
            continue
        if finding.verdict is not Verdict.PASS:
            told[finding.reason] = None
        if finding.values.get(WARNING):
            told[finding.values[WARNING]] = None
    return tuple(told)
