from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict, PreflightSeen
from tests.builders import tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from crosscheck.ledger.table import Fact

RELEASE = Subject("us-east-1", "multi-region-service", "3f1c2b9a-0000-4000-8000-000000000001")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: names of attributes count, too
ITEM_LIMIT = 400 * 1024
LONG = "\u00e9\u4e2d" * 1_500


def seen(*sizes: int) -> RegionVerdict:
    """A region with a finding for each of these numbers of values."""
    findings = tuple(
        Finding("alarms", f"alarm {number}", Verdict.FAIL, LONG, {f"state {value}": LONG for value in range(size)})
        for number, size in enumerate(sizes)
    )
    return RegionVerdict("eu-west-1", Verdict.FAIL, LONG, findings)


def verdict(judged: RegionVerdict) -> Fact:
    return JudgeVerdict("Deploy", judged, 2.0, final=True, look=1).to_fact(1.0)


def size(client: DynamoDBClient, name: str) -> int:
    key = {"pk": {"S": RELEASE.key}, "sk": {"S": name}}
    item = client.get_item(TableName=tables.NAME, Key=key)["Item"]
    return sum(len(field.encode()) + len(str(next(iter(value.values()))).encode()) for field, value in item.items())


def test_f54_whatever_is_seen_of_a_region_fits_into_an_item(ledger_table: DynamoDBClient) -> None:
    ledger = Ledger(ledger_table, tables.NAME, 90)
    for fact in (verdict(seen(*[4] * 60)), PreflightSeen(seen(*[4] * 60), 2.0).to_fact()):
        assert ledger.merge(RELEASE, fact)
        assert size(ledger_table, fact.name) < ITEM_LIMIT
        assert ledger.read(RELEASE)[fact.name].latest["judged"]["verdict"] == "FAIL"


def test_a_finding_that_is_too_large_takes_no_other_with_it() -> None:
    found = verdict(seen(1, 500, 1)).latest["judged"]["findings"]
    assert [finding["target"] for finding in found] == ["alarm 0", "alarm 2"]


def test_an_ordinary_look_is_kept_as_it_was_seen() -> None:
    assert len(verdict(seen(*[0] * 20)).latest["judged"]["findings"]) == 20


def test_f55_the_last_word_stands_whatever_the_clocks_of_its_looks_say(ledger_table: DynamoDBClient) -> None:
    """Looks run on different machines: one that comes later may be dated earlier."""
    ledger = Ledger(ledger_table, tables.NAME, 90)
    early, late = 1_800_000_000.0, 1_800_000_030.0
    pending = RegionVerdict("eu-west-1", Verdict.PENDING, "not yet", ())
    passed = RegionVerdict("eu-west-1", Verdict.PASS, "in service", ())
    waiting = JudgeVerdict("Deploy", pending, late, final=False).to_fact(early)
    ledger.merge(RELEASE, waiting)
    assert ledger.merge(RELEASE, JudgeVerdict("Deploy", passed, early, final=True).to_fact(early))
    assert not ledger.merge(RELEASE, waiting)
    assert ledger.read(RELEASE)["verdict/Deploy/eu-west-1"].latest["judged"]["verdict"] == "PASS"
