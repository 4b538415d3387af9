from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.decision_facts import SkippedCheck, check_id
from crosscheck.ledger.table import Ledger
from crosscheck.verification.attribution import CheckResult
from crosscheck.verification.engine import Limits, NextStep, decide
from crosscheck.verification.progress import begin
from crosscheck.verification.skips import honour, read_skips
from tests.builders import tables
from tests.builders.releases import SUBJECT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_800_000_000.0
STAGE, REGION = "Deploy", "eu-west-1"


def skip(kind: str = "http", target: str = "page", stage: str = STAGE, region: str = REGION) -> SkippedCheck:
    name = check_id(stage, region, kind, target)
    return SkippedCheck(stage, region, name, kind, target, 1, "U0123456789", NOW, "the page is being moved")


def result(verdict: Verdict, *, moved_on: bool = False) -> CheckResult:
    baselines = {"http page": "somewhere"}
    seen = Finding("http", "page", verdict, "503", baselines=baselines, moved_on=moved_on, waits=True)
    return CheckResult("a", REGION, seen)


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.PENDING, Verdict.INCONCLUSIVE])
def test_a_check_that_was_skipped_fails_its_region_no_more_and_proves_nothing(verdict: Verdict) -> None:
    (honoured,) = honour([result(verdict)], STAGE, [skip()])
    assert decide([honoured], begin(NOW), Limits(), NOW).step is NextStep.PASS
    finding = honoured.finding
    assert (finding.verdict, finding.skipped, finding.waits) == (Verdict.PASS, True, False)
    assert finding.reason == "http skipped by a person: the page is being moved; last seen: 503"


@pytest.mark.parametrize(
    "other", [skip("alarms"), skip(target="other"), skip(stage="Later"), skip(region="ap-southeast-1")]
)
def test_another_check_region_or_stage_is_not(other: SkippedCheck) -> None:
    seen = result(Verdict.FAIL)
    assert honour([seen], STAGE, [other]) == [seen]


@pytest.mark.parametrize("seen", [result(Verdict.PASS), result(Verdict.INCONCLUSIVE, moved_on=True)])
def test_what_passed_and_what_is_of_a_later_deployment_stays(seen: CheckResult) -> None:
    assert honour([seen], STAGE, [skip()]) == [seen]


def test_who_begins_to_judge_anew_asks_anew(ledger_table: DynamoDBClient) -> None:
    ledger = Ledger(ledger_table, tables.NAME, 90)
    ledger.merge(SUBJECT, skip().to_fact())
    assert read_skips(ledger, SUBJECT, NOW) == (skip(),)
    assert read_skips(ledger, SUBJECT, NOW + 1) == ()
