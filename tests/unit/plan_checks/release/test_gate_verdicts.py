from __future__ import annotations

from typing import Any

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.table import Record
from plan_checks.release.baseline import baseline_of
from plan_checks.release.gate_verdicts import gates_verdict

EARLY, BEGUN, LATE = "2026-03-04T10:00:00+00:00", 1772618430.0, "2026-03-04T10:00:40+00:00"


def records(**facts: Any) -> dict[str, Record]:
    return {name: Record(name, 1, latest, {}) for name, latest in facts.items()}


def verdict(word: str, *, final: bool = True, at: str = LATE) -> dict[str, Any]:
    return {"verdict": word, "final": final, "at": at}


def said(facts: dict[str, Any]) -> Verdict | None:
    return gates_verdict(records(**facts), "Deploy", "eu-west-1", {"": BEGUN})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, None),
        ({"verdict/Deploy/eu-west-1/Prove/G": verdict("FAIL")}, Verdict.FAIL),
        ({"verdict/Deploy/eu-west-1/Prove/G": verdict("FAIL", final=False)}, None),
        ({"verdict/Deploy/eu-west-1/Prove/G": verdict("FAIL", at=EARLY)}, None),
        ({"verdict/Deploy/eu-west-1": verdict("FAIL")}, None),
        ({"verdict/Deploy/eu-west-2/Prove/G": verdict("FAIL")}, None),
        (
            {
                "verdict/Deploy/eu-west-1/Prove/G": verdict("PASS"),
                "verdict/Deploy/eu-west-1/Prove/H": verdict("INCONCLUSIVE"),
            },
            Verdict.INCONCLUSIVE,
        ),
    ],
)
def test_the_worst_last_word_of_the_gates_since_the_deployment_began(
    facts: dict[str, Any], expected: Verdict | None
) -> None:
    assert said(facts) is expected


def test_a_gate_that_was_retried_is_not_bound_by_what_it_said_before() -> None:
    known = records(**{"verdict/Deploy/eu-west-1/Prove/G": verdict("FAIL")})
    again = {"": BEGUN, "Prove/G": BEGUN + 60}
    assert gates_verdict(known, "Deploy", "eu-west-1", again) is None
    other = {"": BEGUN, "Prove/H": BEGUN + 60}
    assert gates_verdict(known, "Deploy", "eu-west-1", other) is Verdict.FAIL


def test_a_baseline_is_of_what_is_checked_and_was_read_before_the_deployment_began() -> None:
    finding = {"kind": "lambda-alias", "target": "f/live", "baselines": {"lambda-alias f/live": "7"}}
    other = {"kind": "artifact-store", "target": "b", "values": {"versioning": "Enabled"}}
    known = records(**{"preflight/eu-west-1": {"at": EARLY, "findings": [other, finding]}})
    checks = [PlannedCheck("lambda-alias", "eu-west-1", {"function": "f", "alias": "live"})]
    assert baseline_of(known, checks, "eu-west-1", BEGUN) == {"lambda-alias f/live": "7"}
    assert baseline_of(known, [], "eu-west-1", BEGUN) == {}
    assert baseline_of(known, checks, "eu-west-2", BEGUN) == {}
    late = records(**{"preflight/eu-west-1": {"at": LATE, "findings": [finding]}})
    assert baseline_of(late, checks, "eu-west-1", BEGUN) == {}
