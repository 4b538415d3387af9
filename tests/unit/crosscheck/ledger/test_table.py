from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from crosscheck.clients import Clients
from crosscheck.ledger.execution_facts import ExecutionState, ReportedRun
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.proof_facts import EarliestState
from crosscheck.ledger.rollback_facts import RollbackClaim, RollbackProgress
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.subjects import DeployTarget, Subject
from crosscheck.ledger.table import Ledger, item_key
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


def test_the_table_is_the_one_that_the_functions_settings_name(ledger_table: DynamoDBClient) -> None:
    assert Ledger.from_env(Clients()).claim(RELEASE, CLAIM.name, "first")
    assert ledger_table.scan(TableName=tables.NAME)["Count"] == 1


def test_a_fact_expires_so_many_days_after_it_was_written(ledger_table: DynamoDBClient) -> None:
    now = 1_772_618_400
    ledger = Ledger(ledger_table, tables.NAME, 90, lambda: now)
    ledger.claim(RELEASE, CLAIM.name, "first")
    ledger.update(item_key(RELEASE.key, "plain"), ["#a = :a"], {":a": {"S": "b"}})
    expire = [int(item["ttl"]["N"]) for item in ledger_table.scan(TableName=tables.NAME)["Items"]]
    assert expire == [now + 90 * 86_400] * 2


def test_nothing_is_asked_of_dynamodb_that_it_refuses(ledger: Ledger, ledger_table: DynamoDBClient) -> None:
    """DynamoDB refuses an empty expression, and a value that no expression uses; moto takes both.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeValues.html
    """
    asked = list[dict[str, Any]]()

    def keep(params: dict[str, Any], **_: object) -> None:
        asked.append(dict(params))

    ledger_table.meta.events.register("provide-client-params.dynamodb", keep)
    lasting, expiring = DeployTarget("us-east-1", "lambda-alias f/live"), RELEASE
    for subject in (lasting, expiring):
        ledger.merge(subject, EarliestState("7", 10.0).to_fact())
        ledger.update(item_key(subject.key, "plain"), ["#a = :a"], {":a": {"S": "b"}}, expires=subject.expires)
        assert len(list(ledger.items(subject.key))) == 2
        assert len(list(ledger.items(subject.key, "before"))) == 1
    for each in asked:
        expressions = [each[name] for name in each if name.endswith("Expression")]
        assert all(expressions)
        assert all(re.search(rf"{value}\b", " ".join(expressions)) for value in each["ExpressionAttributeValues"])
    assert len(asked) == 8
    items = ledger_table.scan(TableName=tables.NAME)["Items"]
    kept = {(item["pk"]["S"], item["sk"]["S"]) for item in items if "ttl" not in item}
    assert kept == {(lasting.key, "before"), (lasting.key, "plain")}


def test_an_earlier_moment_of_an_execution_changes_the_ledger(ledger: Ledger) -> None:
    """Whichever event comes first: the indexes list an execution by the earliest moment that is known of it."""
    late, early = (
        ExecutionState(ReportedRun(state, 1, at)).to_fact("event")
        for state, at in ((State.SUCCEEDED, 20.0), (State.STOPPING, 10.0))
    )
    assert ledger.merge(RELEASE, late)
    assert ledger.merge(RELEASE, early)
    assert not ledger.merge(RELEASE, early)
