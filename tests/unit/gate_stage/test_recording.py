"""What the gate tells the ledger, region by region."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crosscheck.ledger.subjects import HISTORY, Subject
from crosscheck.ledger.table import Ledger
from tests.fakes.codepipeline_release import EXECUTION, HOME, PIPELINE
from tests.fakes.json_protocol import SESSION
from tests.unit.gate_stage.conftest import TABLE

if TYPE_CHECKING:
    import io

    import pytest

    from crosscheck.ledger.subjects import FactSubject
    from crosscheck.ledger.table import Fact, Record
    from tests.unit.gate_stage.conftest import Account

REGIONS = {"eu-west-1", "ap-southeast-1"}


SUBJECT = Subject(HOME, PIPELINE, EXECUTION)


def brought() -> set[str]:
    """The regions of which the ledger keeps what the release brought to a service there."""
    items = SESSION.client("dynamodb", region_name=HOME).scan(TableName=TABLE)["Items"]
    subjects = [item["pk"]["S"].split("#") for item in items]
    return {region for kind, region, name, *_ in subjects if kind == HISTORY and name.startswith("ecs-service")}


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


def test_a_region_that_the_ledger_refuses_keeps_neither_another_nor_the_card_from_being_told(
    account: Account, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    merge = Ledger.merge

    def refusing(ledger: Ledger, subject: FactSubject, fact: Fact) -> bool:
        if fact.name.startswith("verdict") and "eu-west-1" in fact.name:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slower"}}, "UpdateItem")
        return merge(ledger, subject, fact)

    monkeypatch.setattr(Ledger, "merge", refusing)
    assert account.invoke(parameters={"stage": "DeploySecondary"})
    assert recorded(account) == {"ap-southeast-1"}
    assert brought() == {"ap-southeast-1"}
    assert len(account.cards()) == 1
    assert "ThrottlingException" in log.getvalue()


def test_what_is_known_of_the_release_is_read_once_for_all_regions(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, reads = Ledger.read, list[str]()

    def counting(ledger: Ledger, subject: FactSubject, prefix: str = "") -> dict[str, Record]:
        reads.append(f"{subject.key}/{prefix}")
        return read(ledger, subject, prefix)

    monkeypatch.setattr(Ledger, "read", counting)
    account.invoke(parameters={"stage": "DeploySecondary"})
    monkeypatch.undo()
    assert len([each for each in reads if each == f"{SUBJECT.key}/"]) == 1
    assert brought() == REGIONS
