from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from conclude_checks.conclude import NOT_BEGUN, UNJUDGED, UNPLANNED, UNPROVEN, Conclusion
from conclude_checks.region_rollback import RollbackRefusedError
from crosscheck.ledger.execution_facts import ActionState, ReportedRun
from crosscheck.ledger.image_facts import REPLICATION, ImageDestinations, ReleaseLink
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.verification.item import Purpose, VerificationItem
from crosscheck.releases.fold import fold_image
from tests.builders import tables
from tests.builders.releases import SUBJECT
from tests.fakes.cards import Cards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from conclude_checks.stage_rollback import WholeStageRollback

IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "0" * 64)
RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
NOW = 1_800_000_000.0
STAGE = VerificationItem(
    Purpose.STAGE, RELEASE, "", NOW - 60, stage="Deploy", attempt=1, mode="auto", regions=("eu-west-1", "sa-east-1")
)
ROLLBACK = replace(STAGE, purpose=Purpose.ROLLBACK, mode="off")


@dataclass
class Stages:
    """What was asked to be taken back as a whole."""

    taken: list[list[str]] = field(default_factory=list)
    busy: bool = False
    told: list[str] = field(default_factory=list)

    def take(self, failed: Sequence[VerificationItem], _holder: str) -> VerificationItem:
        self.taken.append([item.region for item in failed])
        if self.busy:
            raise RollbackRefusedError("busy")
        return replace(ROLLBACK, region="us-east-1")

    def refused(self, _failed: Sequence[VerificationItem], reason: str) -> None:
        self.told.append(reason)


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)


def concluding(ledger: Ledger, cards: Cards | None = None, stages: Stages | None = None) -> Conclusion:
    whole: WholeStageRollback = stages or Stages()  # type: ignore[assignment]  # only take is asked
    return Conclusion(ledger, cards or Cards(), whole, lambda: NOW)


def verified(item: VerificationItem, **results: Any) -> dict[str, Any]:
    """What the Map gathered: a result, or a verdict, by region (``_`` for ``-``)."""
    named = {region.replace("_", "-"): result for region, result in results.items()}
    return {
        "subject": item.subject.key,
        "regions": [replace(item, region=region).to_json() for region in named],
        "results": [
            {"purpose": item.purpose, "region": region, **(result if isinstance(result, dict) else {"verdict": result})}
            for region, result in named.items()
        ],
    }


def arrival(**results: Any) -> dict[str, Any]:
    return verified(VerificationItem(Purpose.IMAGE, IMAGE, "", NOW - 60, stage=REPLICATION), **results)


def test_regions_are_sorted_by_what_they_came_to(ledger: Ledger) -> None:
    gathered = arrival(eu_west_1="PASS", ap_southeast_1="FAIL", sa_east_1="INCONCLUSIVE", ca_central_1={})
    assert concluding(ledger).conclude(gathered, "holder") == {
        "passed": ["eu-west-1"],
        "failed": ["ap-southeast-1"],
        "unknown": ["ca-central-1", "sa-east-1"],
        "proofs": [],
    }


def test_a_region_whose_check_never_answered_is_closed_as_unknown(ledger: Ledger) -> None:
    ledger.merge(IMAGE, ImageDestinations(("eu-west-1",)).to_fact(NOW))
    concluding(ledger).conclude(arrival(eu_west_1={}), "holder")
    (region,) = fold_image(IMAGE, KnownFacts(ledger.read(IMAGE))).regions
    assert (region.state, region.reason) == ("unknown", UNJUDGED)


def test_the_releases_that_deploy_the_image_are_told(ledger: Ledger) -> None:
    cards = Cards()
    ledger.merge(IMAGE, ReleaseLink(SUBJECT).to_fact())
    concluding(ledger, cards).conclude(arrival(eu_west_1="PASS"), "holder")
    assert cards.told == [IMAGE.key, SUBJECT.key]


def test_a_stage_that_only_goes_back_as_a_whole_is_proven_afterwards(ledger: Ledger) -> None:
    stages = Stages()
    failed = {"verdict": "FAIL", "taken": "stage"}
    concluded = concluding(ledger, stages=stages).conclude(
        verified(STAGE, eu_west_1=failed, sa_east_1=failed, ca_central_1="PASS"), "holder"
    )
    assert stages.taken == [["eu-west-1", "sa-east-1"]]
    assert concluded["failed"] == ["eu-west-1", "sa-east-1"]
    assert [(proof["purpose"], proof["region"]) for proof in concluded["proofs"]] == [("rollback", "us-east-1")]


def test_f54_a_stage_that_cannot_go_back_now_is_asked_again_and_in_the_end_told(ledger: Ledger) -> None:
    stages = Stages(busy=True)
    failed = verified(STAGE, eu_west_1={"verdict": "FAIL", "taken": "stage"})
    with pytest.raises(RollbackRefusedError):
        concluding(ledger, stages=stages).conclude(failed, "h")
    assert stages.told == []
    last = {**failed, "refused": {"Error": "RollbackRefusedError", "Cause": "{}"}}
    assert concluding(ledger, stages=stages).conclude(last, "h")["proofs"] == []
    assert (stages.taken, stages.told) == ([["eu-west-1"], ["eu-west-1"]], ["busy"])


def test_a_region_that_was_taken_back_has_failed_whatever_its_proof_says(ledger: Ledger) -> None:
    concluded = concluding(ledger).conclude(
        verified(STAGE, eu_west_1={"purpose": "rollback", "verdict": "PASS"}, sa_east_1="PASS"), "holder"
    )
    assert (concluded["failed"], concluded["passed"]) == (["eu-west-1"], ["sa-east-1"])
    assert ledger.read(RELEASE) == {}


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (
            {
                "verdict": "FAIL",
                "cause": json.dumps({"errorType": "RollbackRefusedError", "errorMessage": "UpdateService was refused"}),
            },
            "UpdateService was refused",
        ),
        ({"verdict": "FAIL", "cause": json.dumps({"errorType": "KeyError", "errorMessage": "'secret'"})}, NOT_BEGUN),
        ({"verdict": "FAIL", "cause": "the task timed out"}, NOT_BEGUN),
        ({"purpose": "rollback"}, UNPROVEN),
    ],
)
def test_a_rollback_that_never_came_to_its_end_has_failed_in_words(
    ledger: Ledger, result: dict[str, Any], reason: str
) -> None:
    concluding(ledger).conclude(verified(STAGE, eu_west_1=result), "holder")
    told = ledger.read(RELEASE)["rollback/Deploy/eu-west-1"].latest
    assert (told["state"], told["reason"]) == ("failed", reason)


def test_the_unproven_rollback_of_a_stage_is_told_of_each_of_its_regions(ledger: Ledger) -> None:
    concluding(ledger).conclude(verified(ROLLBACK, us_east_1={}), "holder")
    assert {name for name in ledger.read(RELEASE) if name.startswith("rollback/")} == {
        "rollback/Deploy/eu-west-1",
        "rollback/Deploy/sa-east-1",
    }


def test_the_regions_of_a_stage_that_could_not_be_planned_are_unknown(ledger: Ledger) -> None:
    cards = Cards()
    for stage, action, region, category in (
        ("Deploy", "To-Europe", "eu-west-1", "Deploy"),
        ("Deploy", "Tell", "us-east-1", "Invoke"),
        ("Other", "To-Brazil", "sa-east-1", "Deploy"),
    ):
        run = ReportedRun(State.SUCCEEDED, 1, NOW - 60)
        ledger.merge(RELEASE, ActionState(stage, action, run, region, category).to_fact("event"))
    concluding(ledger, cards).unplanned({"subject": RELEASE.key, "stage": "Deploy", "state": "SUCCEEDED"})
    verdicts = {name: record.latest for name, record in ledger.read(RELEASE).items() if name.startswith("verdict/")}
    assert list(verdicts) == ["verdict/Deploy/eu-west-1"]
    closed = verdicts["verdict/Deploy/eu-west-1"]
    assert (closed["judged"]["verdict"], closed["final"], closed["judged"]["reason"]) == ("INCONCLUSIVE", True, UNPLANNED)
    assert cards.told == [RELEASE.key]


def test_an_image_that_could_not_be_planned_leaves_nothing_to_close(ledger: Ledger) -> None:
    cards = Cards()
    concluding(ledger, cards).unplanned({"subject": IMAGE.key, "pushed": "2026-03-04T10:00:40+00:00"})
    assert ledger.read(IMAGE) == {}
    assert cards.told == []  # else it gets a card that says "verifying" for ever
