from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from check_region.decision import CONFIRM_SECONDS, OBSERVE_SECONDS

from check_region.region_check import InconclusiveError, PendingError, RegionCheck
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.verification.item import Purpose, VerificationItem
from tests.builders import tables
from tests.fakes.cards import Cards

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_800_000_000.0
RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "0" * 64)
CHECK = PlannedCheck("ecs-service", "eu-west-1", {"cluster": "c", "service": "my-service"})
FACT = "verdict/Deploy/eu-west-1"

ARRIVAL = VerificationItem(Purpose.IMAGE, IMAGE, "eu-west-1", NOW - 60, (CHECK,), stage="replication")
STAGE = VerificationItem(Purpose.STAGE, RELEASE, "eu-west-1", NOW - 60, (CHECK,), stage="Deploy", attempt=1)
PREFLIGHT = VerificationItem(Purpose.PREFLIGHT, RELEASE, "eu-west-1", NOW - 60, (CHECK,))
ROLLBACK = replace(STAGE, purpose=Purpose.ROLLBACK, regions=("eu-west-1",), target="my-service:7")

type Sees = Callable[[Verdict], None]


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)


@pytest.fixture
def cards() -> Cards:
    return Cards()


@pytest.fixture
def looking(ledger: Ledger, cards: Cards) -> RegionCheck:
    return RegionCheck(Clients(), ledger, cards, lambda: NOW)


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch) -> Sees:
    def see(verdict: Verdict) -> None:
        monkeypatch.setattr(
            "check_region.region_check.run_check", lambda planned, aws: planned.finding(verdict, "as the test says")
        )

    return see


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
def test_an_image_is_decided_by_one_look(
    looking: RegionCheck, ledger: Ledger, cards: Cards, sees: Sees, verdict: Verdict
) -> None:
    sees(verdict)
    assert looking.look(ARRIVAL) == {
        "region": "eu-west-1",
        "verdict": verdict,
        "final": True,
        "wait": 0,
        "passed": verdict is Verdict.PASS,
    }
    told = ledger.read(IMAGE)["verdict/replication/eu-west-1"].latest
    assert (told["verdict"], told["final"]) == (verdict, True)
    assert cards.told == [IMAGE.key]


def test_a_stage_that_passes_is_observed_before_it_has_passed(looking: RegionCheck, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.PASS)
    first = looking.look(STAGE)
    assert (first["final"], first["wait"]) == (False, OBSERVE_SECONDS)
    told = ledger.read(RELEASE)[FACT].latest
    assert (told["verdict"], told["final"]) == ("PENDING", False)
    assert told["reason"] == f"as the test says; looked at again in {OBSERVE_SECONDS} s"
    assert looking.look(replace(STAGE, confirm=first["verdict"]))["final"]
    assert ledger.read(RELEASE)[FACT].latest["verdict"] == "PASS"


def test_a_stage_that_fails_is_looked_at_again(looking: RegionCheck, sees: Sees) -> None:
    sees(Verdict.FAIL)
    assert looking.look(STAGE)["wait"] == CONFIRM_SECONDS
    assert looking.look(replace(STAGE, confirm="FAIL")) == {
        "region": "eu-west-1",
        "verdict": Verdict.FAIL,
        "final": True,
        "wait": 0,
        "passed": False,
    }


@pytest.mark.parametrize(
    ("item", "verdict", "error"),
    [
        (STAGE, Verdict.PENDING, PendingError),
        (STAGE, Verdict.INCONCLUSIVE, InconclusiveError),
        (ROLLBACK, Verdict.INCONCLUSIVE, InconclusiveError),
        (ARRIVAL, Verdict.INCONCLUSIVE, PendingError),
    ],
)
def test_what_is_not_decided_is_recorded_and_looked_at_again(
    looking: RegionCheck, cards: Cards, sees: Sees, item: VerificationItem, verdict: Verdict, error: type[Exception]
) -> None:
    sees(verdict)
    with pytest.raises(error, match="eu-west-1: as the test says"):
        looking.look(item)
    assert cards.told == [item.subject.key]


@pytest.mark.parametrize(
    ("verdict", "answer"), [(Verdict.PENDING, Verdict.FAIL), (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)]
)
def test_the_deadline_ends_in_a_verdict(
    looking: RegionCheck, ledger: Ledger, sees: Sees, verdict: Verdict, answer: Verdict
) -> None:
    sees(verdict)
    assert looking.look(replace(STAGE, last=True))["verdict"] == answer
    told = ledger.read(RELEASE)[FACT].latest
    assert (told["verdict"], told["final"]) == (answer, True)


def test_what_a_gate_has_judged_is_not_looked_at_and_not_written(looking: RegionCheck, ledger: Ledger) -> None:
    judged = replace(STAGE, judged="FAIL")
    assert looking.look(judged) == {"region": "eu-west-1", "verdict": "FAIL", "final": True, "wait": 0, "passed": False}
    assert ledger.read(RELEASE) == {}


def test_preflight_is_one_look(looking: RegionCheck, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.INCONCLUSIVE)
    assert looking.look(PREFLIGHT)["final"]
    assert ledger.read(RELEASE)["preflight/eu-west-1"].latest["reason"] == "as the test says"


@pytest.mark.parametrize(
    ("verdict", "confirm", "state"),
    [(Verdict.PASS, "", "done"), (Verdict.FAIL, "FAIL", "failed"), (Verdict.FAIL, "", "running")],
)
def test_a_rollback_is_proven_or_not(
    looking: RegionCheck, ledger: Ledger, sees: Sees, verdict: Verdict, confirm: str, state: str
) -> None:
    sees(verdict)
    looking.look(replace(ROLLBACK, confirm=confirm))
    told = ledger.read(RELEASE)["rollback/Deploy/eu-west-1"].latest
    assert (told["state"], told["target"]) == (state, "my-service:7")


def test_f17_f20_a_check_that_hangs_takes_nothing_from_the_others(
    ledger: Ledger, cards: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def look(planned: PlannedCheck, _aws: Any) -> Finding:
        if planned.kind == "http":
            released.wait()
        return planned.finding(Verdict.PASS, "answers")

    monkeypatch.setattr("check_region.region_check.run_check", look)
    hanging = PlannedCheck("http", "eu-west-1", {"url": "https://page.example/"})
    looking = RegionCheck(Clients(), ledger, cards, lambda: NOW, seconds=1.0)
    try:
        with pytest.raises(InconclusiveError, match=r"eu-west-1 did not answer within 1 seconds"):
            looking.look(replace(STAGE, checks=(CHECK, hanging)))
    finally:
        released.set()
    findings = ledger.read(RELEASE)[FACT].latest["findings"]
    assert [finding["verdict"] for finding in findings] == ["PASS", "INCONCLUSIVE"]


def test_a_region_of_which_a_part_stays_is_not_rolled_back(looking: RegionCheck, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.PASS)
    looking.look(replace(ROLLBACK, left="b/k: s3-object has no way back of its own"))
    told = ledger.read(RELEASE)["rollback/Deploy/eu-west-1"].latest
    assert told["state"] == "failed"
    assert told["reason"] == "as the test says; not taken back: b/k: s3-object has no way back of its own"
