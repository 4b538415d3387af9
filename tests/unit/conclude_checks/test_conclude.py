from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conclude_checks.conclude import NOT_BEGUN, UNJUDGED, UNPLANNED, UNPROVEN, Conclusion
from crosscheck.ledger.execution_facts import ActionState, ReportedRun
from crosscheck.ledger.image_facts import REPLICATION, ImageDestinations, ReleaseLink
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackClaim, RollbackProgress
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.releases.fold import fold_image
from crosscheck.verification.item import Purpose, VerificationItem, parse_item
from roll_back.log import RollbackRefusedError
from tests.builders import tables
from tests.builders.releases import SUBJECT
from tests.fakes.cards import Cards

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "0" * 64)
RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
NOW = 1_800_000_000.0
REGIONS = ("eu-west-1", "sa-east-1")
STAGE = VerificationItem(
    Purpose.STAGE, RELEASE, "", NOW - 60, stage="Deploy", attempt=1, mode="auto", deployed_regions=REGIONS
)
WHOLE_STAGE = replace(STAGE, purpose=Purpose.WHOLE_STAGE, regions=REGIONS)
REFUSED = RollbackRefusedError.__name__  # the error whose words are passed on
# The answer of roll_back for a region that has no rollback of its own, as the state machine passes it on.
WHOLE = {"verdict": "FAIL", "rolled_back": Purpose.WHOLE_STAGE}


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)


def concluding(ledger: Ledger, cards: Cards | None = None) -> Conclusion:
    return Conclusion(ledger, cards or Cards(), lambda: NOW)


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
    assert concluding(ledger).conclude(gathered) == {
        "passed": ["eu-west-1"],
        "failed": ["ap-southeast-1"],
        "unknown": ["ca-central-1", "sa-east-1"],
        "stages": [],
    }


def test_a_region_whose_check_never_answered_is_closed_as_unknown(ledger: Ledger) -> None:
    ledger.merge(IMAGE, ImageDestinations(("eu-west-1",)).to_fact(NOW))
    concluding(ledger).conclude(arrival(eu_west_1={}))
    (region,) = fold_image(IMAGE, KnownFacts(ledger.read(IMAGE))).regions
    assert (region.state, region.reason) == ("unknown", UNJUDGED)


def test_the_releases_that_deploy_the_image_are_told(ledger: Ledger) -> None:
    cards = Cards()
    ledger.merge(IMAGE, ReleaseLink(SUBJECT).to_fact())
    concluding(ledger, cards).conclude(arrival(eu_west_1="PASS"))
    assert cards.told == [IMAGE.key, SUBJECT.key]


def test_a_stage_that_only_goes_back_as_a_whole_becomes_an_item_of_its_own(ledger: Ledger) -> None:
    region = replace(STAGE, longest_wait=120.0, asked_by="U0123456789")
    gathered = verified(region, eu_west_1=WHOLE, sa_east_1=WHOLE, ca_central_1="PASS")
    concluded = concluding(ledger).conclude(gathered)
    assert (concluded["failed"], concluded["passed"]) == (["eu-west-1", "sa-east-1"], ["ca-central-1"])
    (stage,) = concluded["stages"]
    assert parse_item(stage) == replace(
        region, purpose=Purpose.WHOLE_STAGE, region="us-east-1", regions=("eu-west-1", "sa-east-1")
    )
    assert ledger.read(RELEASE) == {}  # what becomes of it, its rollback tells


def test_each_stage_that_goes_back_as_a_whole_is_an_item(ledger: Ledger) -> None:
    first, second = verified(STAGE, eu_west_1=WHOLE), verified(replace(STAGE, stage="Canary"), sa_east_1=WHOLE)
    gathered = {"subject": RELEASE.key, **{key: first[key] + second[key] for key in ("regions", "results")}}
    stages = map(parse_item, concluding(ledger).conclude(gathered)["stages"])
    assert [(each.stage, each.regions) for each in stages] == [("Canary", ("sa-east-1",)), ("Deploy", ("eu-west-1",))]


def test_one_region_that_may_not_be_taken_back_holds_the_stage(ledger: Ledger) -> None:
    allowed, asking = verified(STAGE, eu_west_1=WHOLE), verified(replace(STAGE, mode="suggest"), sa_east_1=WHOLE)
    gathered = {"subject": RELEASE.key, **{key: allowed[key] + asking[key] for key in ("regions", "results")}}
    (stage,) = concluding(ledger).conclude(gathered)["stages"]
    assert (parse_item(stage).mode, parse_item(stage).regions) == ("suggest", ("eu-west-1", "sa-east-1"))


@pytest.mark.parametrize("state", list(RollbackState))
def test_what_was_told_of_a_rollback_is_the_last_word(ledger: Ledger, state: RollbackState) -> None:
    """Also of a whole stage: else the state machine went round for ever."""
    for item in (STAGE, WHOLE_STAGE):
        concluded = concluding(ledger).conclude(verified(item, eu_west_1={"verdict": "FAIL", "rolled_back": state}))
        assert (concluded["failed"], concluded["stages"]) == (["eu-west-1"], [])
    assert ledger.read(RELEASE) == {}


def test_f54_a_stage_that_could_not_be_rolled_back_is_told_of_each_of_its_regions(ledger: Ledger) -> None:
    refusal = {"errorType": REFUSED, "errorMessage": "RollbackStage was refused"}
    result = {"verdict": "FAIL", "cause": json.dumps(refusal)}
    assert concluding(ledger).conclude(verified(WHOLE_STAGE, us_east_1=result))["stages"] == []
    told = [ledger.read(RELEASE)[f"rollback/Deploy/{region}"].latest for region in WHOLE_STAGE.regions]
    assert [(each["state"], each["reason"]) for each in told] == [("failed", "RollbackStage was refused")] * 2


def test_a_region_that_was_rolled_back_has_failed_whatever_the_verification_says(ledger: Ledger) -> None:
    concluded = concluding(ledger).conclude(
        verified(STAGE, eu_west_1={"purpose": "rollback", "verdict": "PASS"}, sa_east_1="PASS")
    )
    assert (concluded["failed"], concluded["passed"]) == (["eu-west-1"], ["sa-east-1"])
    assert ledger.read(RELEASE) == {}


@pytest.mark.parametrize(
    ("result", "reason", "untouched"),
    [
        (
            {
                "verdict": "FAIL",
                "cause": json.dumps(
                    {"errorType": RollbackRefusedError.__name__, "errorMessage": "UpdateService was refused"}
                ),
            },
            "UpdateService was refused",
            True,
        ),
        (
            {"verdict": "FAIL", "cause": json.dumps({"errorType": "KeyError", "errorMessage": "'secret'"})},
            NOT_BEGUN,
            True,
        ),
        ({"verdict": "FAIL", "cause": "the task timed out"}, NOT_BEGUN, True),
        ({"purpose": "rollback"}, UNPROVEN, False),
    ],
)
def test_a_rollback_that_never_came_to_its_end_has_failed_in_words(
    ledger: Ledger, result: dict[str, Any], reason: str, *, untouched: bool
) -> None:
    concluding(ledger).conclude(verified(replace(STAGE, asked_by="U0123456789"), eu_west_1=result))
    told = ledger.read(RELEASE)["rollback/Deploy/eu-west-1"].latest
    assert (told["state"], told["reason"], told["by"]) == ("failed", reason, "U0123456789")
    assert told["untouched"] is untouched


def test_a_rollback_that_somebody_held_may_have_changed_something(ledger: Ledger) -> None:
    """Of several deployments some were taken back, before another one was refused for too long."""
    assert ledger.claim(RELEASE, RollbackClaim("Deploy", "eu-west-1", STAGE.attempt).name, "verification")
    refusal = json.dumps({"errorType": REFUSED, "errorMessage": "UpdateService was refused"})
    concluding(ledger).conclude(verified(STAGE, eu_west_1={"verdict": "FAIL", "cause": refusal}))
    rollback = KnownFacts(ledger.read(RELEASE)).rollback("Deploy", "eu-west-1")
    assert rollback
    assert (rollback.state, rollback.replaces) == (RollbackState.FAILED, True)


def test_so_may_one_of_a_whole_stage(ledger: Ledger) -> None:
    assert ledger.claim(RELEASE, RollbackClaim("Deploy", "all", WHOLE_STAGE.attempt).name, "verification")
    refusal = json.dumps({"errorType": REFUSED, "errorMessage": "RollbackStage was refused"})
    concluding(ledger).conclude(verified(WHOLE_STAGE, us_east_1={"verdict": "FAIL", "cause": refusal}))
    told = [ledger.read(RELEASE)[f"rollback/Deploy/{region}"].latest["untouched"] for region in WHOLE_STAGE.regions]
    assert told == [False, False]


def test_the_unproven_rollback_of_a_stage_is_told_of_each_of_its_regions(ledger: Ledger) -> None:
    concluding(ledger).conclude(verified(WHOLE_STAGE, us_east_1={"purpose": "rollback"}))
    told = {name: each.latest["reason"] for name, each in ledger.read(RELEASE).items() if name.startswith("rollback/")}
    assert told == {f"rollback/Deploy/{region}": UNPROVEN for region in REGIONS}


@pytest.mark.parametrize(
    ("item", "result", "counted"),
    [
        (STAGE, {"verdict": "FAIL", "cause": "the task timed out"}, 1),
        (STAGE, {"purpose": "rollback"}, 1),
        (WHOLE_STAGE, {"verdict": "FAIL", "cause": "the task timed out"}, 2),
    ],
)
def test_rollbacks_that_failed_are_counted_by_region(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], item: VerificationItem, result: dict[str, Any], counted: int
) -> None:
    concluding(ledger).conclude(verified(item, eu_west_1=result))
    assert f'"RollbacksFailed":[{counted}.0]' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("state", "attempt", "counted"),
    [
        (RollbackState.FAILED, 1, True),
        (RollbackState.FAILED, 0, False),  # that of an earlier attempt was counted in its time
        (RollbackState.DONE, 1, False),
        (RollbackState.SUGGESTED, 1, False),
        (RollbackState.MOVED_ON, 1, False),
    ],
)
def test_a_rollback_counts_as_failed_by_what_the_ledger_says_of_it(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], state: RollbackState, attempt: int, *, counted: bool
) -> None:
    ledger.merge(RELEASE, RollbackProgress("Deploy", "eu-west-1", attempt, state, "", NOW).to_fact())
    concluding(ledger).conclude(verified(STAGE, eu_west_1={"purpose": "rollback", "verdict": "FAIL"}))
    assert ("RollbacksFailed" in capsys.readouterr().out) is counted


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
    assert (closed["judged"]["verdict"], closed["final"], closed["judged"]["reason"]) == (
        "INCONCLUSIVE",
        True,
        UNPLANNED,
    )
    assert cards.told == [RELEASE.key]


def test_an_image_that_could_not_be_planned_leaves_nothing_to_close(ledger: Ledger) -> None:
    cards = Cards()
    concluding(ledger, cards).unplanned({"subject": IMAGE.key, "pushed": "2026-03-04T10:00:40+00:00"})
    assert ledger.read(IMAGE) == {}
    assert cards.told == []  # else it gets a card that says "verifying" for ever


def test_a_rollback_that_was_asked_for_and_could_not_be_planned_has_failed_and_closes_nothing(ledger: Ledger) -> None:
    deployed = ActionState("Deploy", "EU", ReportedRun(State.SUCCEEDED, 1, NOW), "sa-east-1", "Deploy")
    ledger.merge(RELEASE, deployed.to_fact("event"))
    asked = {"subject": RELEASE.key, "stage": "Deploy", "region": "eu-west-1", "attempt": "1", "rolled_back_by": "U0A"}
    cards = Cards()
    concluding(ledger, cards).unplanned(asked)
    assert cards.told == [RELEASE.key]
    known = KnownFacts(ledger.read(RELEASE))
    rollback = known.rollback("Deploy", "eu-west-1")
    assert rollback
    assert (rollback.state, rollback.reason, rollback.by) == (RollbackState.FAILED, UNPLANNED, "U0A")
    assert rollback.untouched
    assert known.verdicts == ()


def test_a_region_without_a_result_is_told_by_nobody_as_another_ones(ledger: Ledger) -> None:
    gathered = verified(STAGE, eu_west_1="PASS", sa_east_1="FAIL")
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        concluding(ledger).conclude({**gathered, "results": gathered["results"][:1]})
