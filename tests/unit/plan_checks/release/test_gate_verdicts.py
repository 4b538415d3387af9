from __future__ import annotations

import pytest

from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.verdict_facts import JudgeVerdict
from plan_checks.release.gate_verdicts import gates_verdict
from tests.builders.releases import Facts

EARLY, BEGUN, LATE = 1772618400.0, 1772618430.0, 1772618440.0
GATE, OTHER = "Prove/G", "Prove/H"


def verdict(
    word: Verdict, *, final: bool = True, at: float = LATE, judge: str = GATE, region: str = "eu-west-1"
) -> JudgeVerdict:
    return JudgeVerdict("Deploy", RegionVerdict(region, word, "", ()), at, final=final, judge=judge)


def known(*verdicts: JudgeVerdict) -> KnownFacts:
    facts = Facts()
    for said in verdicts:
        facts.add(said.to_fact(said.at))
    return facts.known


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], None),
        ([verdict(Verdict.FAIL)], Verdict.FAIL),
        ([verdict(Verdict.FAIL, final=False)], None),
        ([verdict(Verdict.FAIL, at=EARLY)], None),
        ([verdict(Verdict.FAIL, judge="")], None),
        ([verdict(Verdict.FAIL, region="eu-west-2")], None),
        ([verdict(Verdict.FAIL, judge="Foreign/Gate")], None),
        ([verdict(Verdict.FAIL, judge="gate"), verdict(Verdict.PASS)], Verdict.PASS),
        ([verdict(Verdict.PASS), verdict(Verdict.INCONCLUSIVE, judge=OTHER)], Verdict.INCONCLUSIVE),
    ],
)
def test_the_worst_last_word_of_the_gates_since_the_deployment_began(
    verdicts: list[JudgeVerdict], expected: Verdict | None
) -> None:
    assert gates_verdict(known(*verdicts), "Deploy", "eu-west-1", {GATE: BEGUN, OTHER: BEGUN}, ()) is expected


@pytest.mark.parametrize(
    ("said", "over", "expected"),
    [
        (Verdict.PASS, (GATE,), Verdict.PASS),
        (Verdict.PASS, (GATE, OTHER), None),
        (Verdict.INCONCLUSIVE, (GATE, OTHER), None),
        (Verdict.FAIL, (GATE, OTHER), Verdict.FAIL),
    ],
)
def test_a_gate_that_owes_its_word_leaves_open_what_another_has_not_failed(
    said: Verdict, over: tuple[str, ...], expected: Verdict | None
) -> None:
    heard = known(verdict(said), verdict(Verdict.PASS, final=False, judge=OTHER))
    assert gates_verdict(heard, "Deploy", "eu-west-1", {GATE: BEGUN, OTHER: BEGUN}, over) is expected


def test_a_gate_that_was_retried_is_not_bound_by_what_it_said_before() -> None:
    failed = known(verdict(Verdict.FAIL))
    again = {GATE: BEGUN + 60}
    assert gates_verdict(failed, "Deploy", "eu-west-1", again, (GATE,)) is None
    other = {GATE: BEGUN, OTHER: BEGUN + 60}
    assert gates_verdict(failed, "Deploy", "eu-west-1", other, (GATE, OTHER)) is Verdict.FAIL
