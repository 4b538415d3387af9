from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from check_region.looking import Looking, PendingError
from crosscheck.clients import Clients
from crosscheck.ledger import Ledger
from crosscheck.subjects import ImageSubject
from crosscheck.verdicts import Finding, Verdict
from tests.builders import tables
from tests.fakes.cards import Cards

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "0" * 64)
FACT = "verdict/replication/eu-west-1"
NOW = 1_800_000_000.0


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)


@pytest.fixture
def cards() -> Cards:
    return Cards()


@pytest.fixture
def looking(ledger: Ledger, cards: Cards) -> Looking:
    return Looking(Clients(), ledger, cards, lambda: NOW)


def _item(*, last: bool = False) -> dict[str, Any]:
    parameters = {"repository": "my-service", "digest": IMAGE.digest, "source_region": "us-east-1"}
    check = {"kind": "ecr-image", "region": "eu-west-1", "parameters": parameters}
    item = {"subject": IMAGE.key, "region": "eu-west-1", "since": NOW - 60, "checks": [check]}
    return {**item, "last": True} if last else item


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch) -> Any:
    def see(verdict: Verdict) -> None:
        finding = Finding("ecr-image", "my-service", verdict, "as the test says")
        monkeypatch.setattr("check_region.looking.look", lambda planned, aws: finding)

    return see


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
def test_a_decided_region_is_answered_and_recorded(
    looking: Looking, ledger: Ledger, cards: Cards, sees: Any, verdict: Verdict
) -> None:
    sees(verdict)
    assert looking.look(_item()) == {"region": "eu-west-1", "verdict": verdict}
    assert ledger.read(IMAGE)[FACT].latest["verdict"] == verdict
    assert ledger.read(IMAGE)[FACT].latest["final"] is True
    assert cards.told == [IMAGE.key]


@pytest.mark.parametrize("verdict", [Verdict.PENDING, Verdict.INCONCLUSIVE])
def test_an_undecided_region_is_recorded_and_looked_at_again(
    looking: Looking, ledger: Ledger, sees: Any, verdict: Verdict
) -> None:
    sees(verdict)
    with pytest.raises(PendingError, match="eu-west-1: as the test says"):
        looking.look(_item())
    assert ledger.read(IMAGE)[FACT].latest["final"] is False


@pytest.mark.parametrize(
    ("verdict", "answer"), [(Verdict.PENDING, Verdict.FAIL), (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)]
)
def test_the_deadline_ends_in_a_verdict(
    looking: Looking, ledger: Ledger, sees: Any, verdict: Verdict, answer: Verdict
) -> None:
    sees(verdict)
    assert looking.look(_item(last=True))["verdict"] == answer
    assert ledger.read(IMAGE)[FACT].latest["final"] is True


def test_a_later_look_prevails_over_an_earlier_one_in_any_order(looking: Looking, ledger: Ledger, sees: Any) -> None:
    sees(Verdict.PASS)
    looking.look(_item())
    sees(Verdict.PENDING)
    with pytest.raises(PendingError):
        looking.look(_item())
    assert ledger.read(IMAGE)[FACT].latest["verdict"] == "PASS"
