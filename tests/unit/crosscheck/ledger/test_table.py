from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackClaim, RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from tests.builders import tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RELEASE = Subject("us-east-1", "multi-region-service", "3f1c2b9a-0000-4000-8000-000000000001")
CLAIM = RollbackClaim("DeployPrimary", "us-east-1", 1)


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)


def test_a_claim_is_the_first_holders(ledger: Ledger) -> None:
    assert ledger.claim(RELEASE, CLAIM.name, "first")
    assert not ledger.claim(RELEASE, CLAIM.name, "second")
    assert ledger.claim(RELEASE, CLAIM.name, "first")


def test_another_attempt_is_another_claim(ledger: Ledger) -> None:
    assert ledger.claim(RELEASE, CLAIM.name, "first")
    assert ledger.claim(RELEASE, RollbackClaim("DeployPrimary", "us-east-1", 2).name, "second")


def test_a_claim_is_read_like_any_fact(ledger: Ledger) -> None:
    ledger.claim(RELEASE, CLAIM.name, "first")
    assert ledger.read(RELEASE)[CLAIM.name].once == {"holder": "first"}
    assert KnownFacts(ledger.read(RELEASE)).holder(CLAIM) == "first"
    assert KnownFacts({}).holder(CLAIM) == ""


def test_a_word_is_kept_as_it_is_written(ledger: Ledger, ledger_table: DynamoDBClient) -> None:
    """Escaped, a reason in another script would take up to three times the room of an item."""
    progress = RollbackProgress("Deploy", "us-east-1", 1, RollbackState.FAILED, "Änderung 部署", 10.0)
    ledger.merge(RELEASE, progress.to_fact())
    (item,) = ledger_table.scan(TableName=tables.NAME)["Items"]
    assert "Änderung 部署" in item["latest"]["S"]


def test_a_rollback_only_goes_forward_within_an_attempt(ledger: Ledger) -> None:
    def tell(attempt: int, state: RollbackState, now: float) -> None:
        ledger.merge(RELEASE, RollbackProgress("DeployPrimary", "us-east-1", attempt, state, "", now).to_fact())

    tell(1, RollbackState.DONE, 10.0)
    tell(1, RollbackState.RUNNING, 20.0)
    name = "rollback/DeployPrimary/us-east-1"
    assert ledger.read(RELEASE)[name].latest["state"] == "done"
    tell(2, RollbackState.RUNNING, 30.0)
    assert ledger.read(RELEASE)[name].latest["state"] == "running"


def test_what_was_just_written_is_read(ledger: Ledger, ledger_table: DynamoDBClient) -> None:
    """Whoever is told that a subject changed reads it at once: what lags behind would stay on the card."""
    tables.lag_behind(ledger_table)
    ledger.claim(RELEASE, CLAIM.name, "first")
    assert CLAIM.name in ledger.read(RELEASE)
    assert CLAIM.name in ledger.read(RELEASE, CLAIM.name)


def test_a_fact_expires_so_many_days_after_it_was_written(ledger_table: DynamoDBClient) -> None:
    now = 1_772_618_400
    Ledger(ledger_table, tables.NAME, 90, lambda: now).claim(RELEASE, CLAIM.name, "first")
    [item] = ledger_table.scan(TableName=tables.NAME)["Items"]
    assert int(item["ttl"]["N"]) == now + 90 * 86_400
