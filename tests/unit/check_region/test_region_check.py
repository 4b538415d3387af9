from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from check_region.recording import facts_of
from check_region.region_check import RegionCheck
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, ReleasedImage, Verdict, judge
from crosscheck.ledger.decision_facts import SkippedCheck, check_id
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import ImageSubject, Repository, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.pipelines.runs import ActionRun
from crosscheck.verification.engine import CONFIRM_SECONDS, Limits
from crosscheck.verification.item import Purpose, VerificationItem, parse_item
from tests.builders import tables
from tests.fakes.cards import Cards

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_800_000_000.0
RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "0" * 64)
CHECK = PlannedCheck("ecs-service", "eu-west-1", {"cluster": "c", "service": "my-service"})
FACT = "verdict/Deploy/eu-west-1"

ARRIVAL = VerificationItem(
    Purpose.IMAGE, IMAGE, "eu-west-1", NOW - 60, (CHECK,), Limits(deadline=1_800), stage="replication"
)
STAGE = VerificationItem(
    Purpose.STAGE,
    RELEASE,
    "eu-west-1",
    NOW - 60,
    (CHECK,),
    Limits(soak=60, deadline=1_800, failures=1, unknown_looks=5),
    stage="Deploy",
    attempt=1,
)
PREFLIGHT = VerificationItem(Purpose.PREFLIGHT, RELEASE, "eu-west-1", NOW - 60, (CHECK,))
ROLLBACK = replace(
    STAGE,
    purpose=Purpose.ROLLBACK,
    limits=Limits(deadline=1_800, failures=1, unknown_looks=5),
    regions=("eu-west-1",),
    target="my-service:7",
)


def told_of(ledger: Ledger, subject: Subject | ImageSubject = RELEASE, name: str = FACT) -> dict[str, Any]:
    """What a fact says, with what was judged beside when and by whom."""
    latest = ledger.read(subject)[name].latest
    return {**latest, **latest.get("judged", {})}


type Sees = Callable[[Verdict], None]


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)


@pytest.fixture
def cards() -> Cards:
    return Cards()


class Looks:
    """Looks in a row, as the state machine has them taken: it hands on the answer, and waits as long as that says."""

    def __init__(self, ledger: Ledger, cards: Cards) -> None:
        self.now = NOW
        self.region_check = RegionCheck(Clients(), ledger, cards, lambda: self.now)

    def look(self, item: VerificationItem, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to one look, after the one ``before``."""
        self.now += (before or {}).get("wait", 0)
        looked = {"looked": before} if before else {}
        answer = self.region_check.look(parse_item(json.loads(json.dumps({**item.to_json(), **looked}))))
        assert answer == json.loads(json.dumps(answer))
        return answer

    def to_the_end(self, item: VerificationItem) -> list[dict[str, Any]]:
        """Every answer."""
        answers = [self.look(item)]
        while not answers[-1]["final"]:
            answers.append(self.look(item, answers[-1]))
        return answers


@pytest.fixture
def looks(ledger: Ledger, cards: Cards) -> Looks:
    return Looks(ledger, cards)


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch) -> Sees:
    def see(verdict: Verdict) -> None:
        monkeypatch.setattr(
            "crosscheck.plans.current.run_check", lambda planned, *_: planned.finding(verdict, "as the test says")
        )

    return see


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
def test_an_image_is_decided_by_one_look(
    looks: Looks, ledger: Ledger, cards: Cards, sees: Sees, verdict: Verdict
) -> None:
    sees(verdict)
    assert looks.look(ARRIVAL) == {"verdict": verdict, "final": True}
    told = told_of(ledger, IMAGE, "verdict/replication/eu-west-1")
    assert (told["verdict"], told["final"], told["reason"]) == (verdict, True, "as the test says")
    assert cards.told == [IMAGE.key]


def test_a_stage_that_passes_is_observed_before_it_has_passed(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.PASS)
    first = looks.look(STAGE)
    progress = {"since": NOW, "look": 1, "pass_since": NOW, "passed": True, "due": NOW + 15}
    assert first == {"verdict": "PASS", "final": False, "wait": 15, "progress": progress}
    told = told_of(ledger)
    assert (told["verdict"], told["final"]) == ("PENDING", False)
    assert told["reason"] == "as the test says; looked at again in 15 s"
    second = looks.look(STAGE, first)
    third = looks.look(STAGE, second)
    assert (second["final"], third["final"]) == (False, False)
    assert looks.look(STAGE, third) == {"verdict": "PASS", "final": True}
    assert looks.now == NOW + 60
    told = told_of(ledger)
    assert (told["verdict"], told["final"], told["reason"]) == ("PASS", True, "as the test says")


def test_a_stage_that_fails_is_looked_at_again(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.FAIL)
    first = looks.look(STAGE)
    assert (first["final"], first["verdict"], first["wait"]) == (False, "PENDING", CONFIRM_SECONDS)
    told = told_of(ledger)
    assert (told["verdict"], told["final"]) == ("PENDING", False)
    assert told["reason"] == "failing look 1, 1 tolerated: as the test says; looked at again in 15 s"
    assert looks.look(STAGE, first) == {"verdict": "FAIL", "final": True}
    told = told_of(ledger)
    assert (told["verdict"], told["final"], told["reason"]) == ("FAIL", True, "as the test says")


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        (STAGE, Verdict.PENDING),
        (STAGE, Verdict.INCONCLUSIVE),
        (ROLLBACK, Verdict.PENDING),
        (ROLLBACK, Verdict.INCONCLUSIVE),
        (ARRIVAL, Verdict.PENDING),
        (ARRIVAL, Verdict.INCONCLUSIVE),
    ],
)
def test_what_is_not_decided_is_recorded_and_looked_at_again(
    looks: Looks, ledger: Ledger, cards: Cards, sees: Sees, item: VerificationItem, verdict: Verdict
) -> None:
    sees(verdict)
    answer = looks.look(item)
    assert (answer["verdict"], answer["final"], answer["wait"]) == (verdict, False, 15)
    (name,) = ledger.read(item.subject)
    told = told_of(ledger, item.subject, name)
    assert told["reason"].endswith("as the test says")
    assert not told.get("final")
    assert cards.told == [item.subject.key]


@pytest.mark.parametrize("item", [STAGE, ARRIVAL])
def test_what_is_pending_at_the_deadline_has_failed(
    looks: Looks, ledger: Ledger, sees: Sees, item: VerificationItem
) -> None:
    sees(Verdict.PENDING)
    answers = looks.to_the_end(item)
    assert answers[-1] == {"verdict": "FAIL", "final": True}
    assert {answer["verdict"] for answer in answers[:-1]} == {"PENDING"}
    assert looks.now == NOW + 1_800
    (name,) = ledger.read(item.subject)
    told = told_of(ledger, item.subject, name)
    assert (told["verdict"], told["final"]) == ("FAIL", True)
    assert told["reason"] == "not done within 30 minutes: as the test says"


def test_f17_a_region_that_cannot_be_seen_is_unknown_after_a_few_looks(
    looks: Looks, ledger: Ledger, sees: Sees
) -> None:
    sees(Verdict.INCONCLUSIVE)
    answers = looks.to_the_end(STAGE)
    assert [answer["verdict"] for answer in answers] == ["INCONCLUSIVE"] * 5
    told = told_of(ledger)
    assert (told["verdict"], told["final"]) == ("INCONCLUSIVE", True)


def test_an_image_that_cannot_be_seen_is_unknown_at_the_deadline(looks: Looks, sees: Sees) -> None:
    sees(Verdict.INCONCLUSIVE)
    assert looks.to_the_end(ARRIVAL)[-1] == {"verdict": "INCONCLUSIVE", "final": True}
    assert looks.now == NOW + 1_800


def test_looks_are_as_rare_as_the_item_says(looks: Looks, sees: Sees) -> None:
    sees(Verdict.PENDING)
    rare = replace(STAGE, limits=replace(STAGE.limits, deadline=36_000), longest_wait=500.0)
    assert max(answer.get("wait", 0) for answer in looks.to_the_end(rare)) == 500
    assert looks.now == NOW + 36_000


def test_the_time_between_plan_and_first_look_is_not_held_against_the_region(looks: Looks, sees: Sees) -> None:
    sees(Verdict.PENDING)
    assert not looks.look(replace(STAGE, since=NOW - 36_000))["final"]


def test_what_a_gate_has_judged_is_not_looked_at_and_not_written(looks: Looks, ledger: Ledger, cards: Cards) -> None:
    assert looks.look(replace(STAGE, gate_verdict="FAIL")) == {"verdict": "FAIL", "final": True}
    assert ledger.read(RELEASE) == {}
    assert cards.told == []


def test_a_region_without_a_check_is_unknown_at_once(looks: Looks, ledger: Ledger) -> None:
    assert looks.look(replace(STAGE, checks=())) == {"verdict": "INCONCLUSIVE", "final": True}
    told = told_of(ledger)
    assert (told["final"], told["reason"]) == (True, "no check applies to this region")


def test_preflight_is_one_look(looks: Looks, ledger: Ledger, sees: Sees, monkeypatch: pytest.MonkeyPatch) -> None:
    sees(Verdict.INCONCLUSIVE)
    monkeypatch.setattr("check_region.region_check.checks_begun", lambda *_: ())
    assert looks.look(PREFLIGHT) == {"verdict": "INCONCLUSIVE", "final": True}
    assert told_of(ledger, name="preflight/eu-west-1")["reason"] == "as the test says"


def test_preflight_remembers_which_repositories_are_deployed_from(
    looks: Looks, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
    images = tuple(ReleasedImage(name, "") for name in (f"{registry}/my-service:1", "nginx:1", "Not An Image"))
    found = replace(CHECK.finding(Verdict.PASS, "seen"), images=images)
    monkeypatch.setattr("check_region.region_check.run_current", lambda *_: found)
    monkeypatch.setattr("check_region.region_check.checks_begun", lambda *_: ())
    looks.look(PREFLIGHT)
    assert KnownFacts(ledger.read(Repository("us-east-1", "my-service"))).deployed_from
    assert not KnownFacts(ledger.read(Repository("us-east-1", "nginx"))).deployed_from


def rolled_back(ledger: Ledger) -> dict[str, Any]:
    return told_of(ledger, name="rollback/Deploy/eu-west-1")


def test_a_rollback_is_proven_by_one_look(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.PASS)
    assert looks.look(ROLLBACK) == {"verdict": "PASS", "final": True}
    told = rolled_back(ledger)
    assert (told["state"], told["target"], told["reason"]) == ("done", "my-service:7", "as the test says")


def test_a_rollback_that_fails_twice_has_failed(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.FAIL)
    first = looks.look(ROLLBACK)
    told = rolled_back(ledger)
    assert (told["state"], told["target"]) == ("running", "my-service:7")
    assert told["reason"] == (
        "rolling back to my-service:7: failing look 1, 1 tolerated: as the test says; looked at again in 15 s"
    )
    assert looks.look(ROLLBACK, first) == {"verdict": "FAIL", "final": True}
    assert (rolled_back(ledger)["state"], rolled_back(ledger)["reason"]) == ("failed", "as the test says")


def test_a_rollback_that_cannot_be_seen_says_that_it_is_not_proven(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.INCONCLUSIVE)
    looks.to_the_end(ROLLBACK)
    told = rolled_back(ledger)
    assert (told["state"], told["reason"]) == ("failed", "it could not be proven: as the test says")


def test_a_rollback_that_gave_way_to_a_later_deployment_is_none_that_did_not_work(
    looks: Looks, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = replace(CHECK.finding(Verdict.INCONCLUSIVE, "web:8 was deployed since"), moved_on=True)
    monkeypatch.setattr("crosscheck.plans.current.run_check", lambda *_: gone)
    assert looks.look(ROLLBACK) == {"verdict": "INCONCLUSIVE", "final": True}
    told = rolled_back(ledger)
    assert (told["state"], told["reason"]) == (
        "moved_on",
        "the way back to my-service:7 gave way to a later deployment: web:8 was deployed since",
    )
    looks.look(replace(ROLLBACK, attempt=2, unrestored="api is superseded"))
    assert rolled_back(ledger)["state"] == "failed"  # nobody has seen to that part


def test_a_rollback_that_failed_beside_one_that_gave_way_has_failed(
    looks: Looks, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(CHECK, parameters={**CHECK.parameters, "service": "other"})

    def look(planned: PlannedCheck, *_: Any) -> Finding:
        if planned == other:
            return planned.finding(Verdict.FAIL, "it failed")
        return replace(planned.finding(Verdict.INCONCLUSIVE, "web:8 was deployed since"), moved_on=True)

    monkeypatch.setattr("crosscheck.plans.current.run_check", look)
    answers = looks.to_the_end(replace(ROLLBACK, checks=(CHECK, other)))
    assert answers[-1]["verdict"] == "FAIL"
    assert (rolled_back(ledger)["state"], rolled_back(ledger)["reason"]) == ("failed", "it failed")


def test_a_rollback_of_several_regions_is_told_in_each(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.PASS)
    looks.look(replace(ROLLBACK, regions=("eu-west-1", "sa-east-1")))
    told = {name: record.latest["state"] for name, record in ledger.read(RELEASE).items()}
    assert told == {"rollback/Deploy/eu-west-1": "done", "rollback/Deploy/sa-east-1": "done"}


def test_a_whole_stage_is_nothing_to_look_at() -> None:
    item = replace(STAGE, purpose=Purpose.WHOLE_STAGE)
    with pytest.raises(ValueError, match="rolled back before anything is looked at"):
        list(facts_of(item, judge("eu-west-1", ()), NOW, look=1, final=True))


def test_f17_f20_a_check_that_hangs_takes_nothing_from_the_others(
    ledger: Ledger, cards: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def look(planned: PlannedCheck, _aws: Any, _beside: Any) -> Finding:
        if planned.kind == "http":
            released.wait()
        return planned.finding(Verdict.PASS, "answers")

    monkeypatch.setattr("crosscheck.plans.current.run_check", look)
    hanging = PlannedCheck("http", "eu-west-1", {"url": "https://page.example/"})
    region_check = RegionCheck(Clients(), ledger, cards, lambda: NOW, seconds=1.0)
    try:
        answer = region_check.look(replace(STAGE, checks=(CHECK, hanging)))
    finally:
        released.set()
    assert (answer["verdict"], answer["final"]) == ("INCONCLUSIVE", False)
    told = told_of(ledger)
    assert told["reason"] == "eu-west-1 did not answer within 1 seconds"
    assert [finding["verdict"] for finding in told["findings"]] == ["PASS", "INCONCLUSIVE"]


def test_a_region_of_which_a_part_stays_is_not_rolled_back(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.PASS)
    looks.look(replace(ROLLBACK, unrestored="b/k: s3-object has no way back of its own"))
    told = rolled_back(ledger)
    assert told["state"] == "failed"
    assert told["reason"] == "as the test says; not taken back: b/k: s3-object has no way back of its own"


def test_a_region_that_is_back_tells_what_proved_that(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.PASS)
    looks.look(replace(ROLLBACK, origin="proven by execution 4f1c0a2e"))
    told = rolled_back(ledger)
    assert told["state"] == "done"
    assert told["reason"] == "as the test says, proven by execution 4f1c0a2e"


def test_what_crosscheck_itself_took_back_is_no_later_deployment(
    looks: Looks, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A region of two actions was rolled back, and a retry repeated one of them: what is left is no whole release."""
    began = replace(CHECK, run=ActionRun("Deploy", "D", "Succeeded", NOW - 600))
    back = RollbackProgress("Deploy", "eu-west-1", 1, RollbackState.DONE, "2 of 2 tasks run", NOW - 300)
    ledger.merge(RELEASE, back.to_fact())
    moved = replace(began.finding(Verdict.INCONCLUSIVE, "my-service:6 runs"), moved_on=True)
    monkeypatch.setattr("check_region.region_check.run_current", lambda *_: moved)
    answer = looks.look(replace(STAGE, attempt=2, checks=(began,)))
    while not answer["final"]:
        answer = looks.look(replace(STAGE, attempt=2, checks=(began,)), answer)
    assert answer["verdict"] == "FAIL"
    assert told_of(ledger)["reason"] == "it was taken back: 2 of 2 tasks run"


@pytest.mark.parametrize("behind", [0, 20, 3_600])
def test_f55_a_look_is_never_earlier_than_it_was_asked_for(looks: Looks, sees: Sees, behind: int) -> None:
    """Step Functions' clock may be ahead of the function's, and every look may have another machine's."""
    sees(Verdict.PASS)
    answer, waited = looks.look(STAGE), 0
    while not answer["final"]:
        waited += answer["wait"]
        looks.now = NOW - behind
        answer = looks.look(STAGE, answer)
    assert (answer["verdict"], waited) == ("PASS", 60)


def test_a_check_that_a_person_skipped_fails_its_region_no_more(looks: Looks, ledger: Ledger, sees: Sees) -> None:
    sees(Verdict.FAIL)
    first = looks.look(STAGE)
    name = check_id("Deploy", "eu-west-1", CHECK.kind, CHECK.target)
    skipped = SkippedCheck(
        "Deploy", "eu-west-1", name, CHECK.kind, CHECK.target, 1, "U0123456789", NOW + 5, "known, being mended"
    )
    ledger.merge(RELEASE, skipped.to_fact())
    second = looks.look(STAGE, first)
    assert (second["verdict"], second["final"]) == ("PASS", False)
    while not second["final"]:
        second = looks.look(STAGE, second)
    told = told_of(ledger)
    assert (told["verdict"], told["final"]) == ("PASS", True)
    assert "skipped by a person: known, being mended; last seen: as the test says" in told["reason"]
