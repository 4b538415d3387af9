"""What the gate tells the ledger, region by region."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from crosscheck.ledger.table import Ledger

if TYPE_CHECKING:
    import io

    import pytest

    from crosscheck.ledger.subjects import FactSubject
    from crosscheck.ledger.table import Fact
    from tests.unit.gate_stage.conftest import Account

REGIONS = {"eu-west-1", "ap-southeast-1"}


def recorded(account: Account) -> set[str]:
    facts = account.ledger()
    return {str(fact.latest["judged"]["region"]) for name, fact in facts.items() if name.startswith("verdict")}


def test_a_slow_ledger_is_told_of_all_regions_at_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    meet, merge = threading.Barrier(len(REGIONS)), Ledger.merge

    def slowly(ledger: Ledger, subject: FactSubject, fact: Fact) -> bool:
        if fact.name.startswith("verdict"):
            meet.wait(timeout=10)
        return merge(ledger, subject, fact)

    monkeypatch.setattr(Ledger, "merge", slowly)
    account.invoke(parameters={"stage": "DeploySecondary"})
    assert recorded(account) == REGIONS


def test_a_region_that_the_ledger_does_not_take_keeps_no_other_from_being_told(
    account: Account, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    held, merge = threading.Event(), Ledger.merge

    def hanging(ledger: Ledger, subject: FactSubject, fact: Fact) -> bool:
        if fact.name.startswith("verdict") and "eu-west-1" in fact.name:
            held.wait()
        return merge(ledger, subject, fact)

    monkeypatch.setattr(Ledger, "merge", hanging)
    monkeypatch.setattr("gate_stage.job_runner.RECORD_SECONDS", 3.0)
    answer = account.invoke(parameters={"stage": "DeploySecondary"})
    told, cards = recorded(account), account.cards()
    held.set()
    assert answer
    assert told == {"ap-southeast-1"}
    assert len(cards) == 1
    assert "did not take the verdicts of eu-west-1 within 1 seconds" in log.getvalue()
