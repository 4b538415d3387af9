from __future__ import annotations

import json

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.verification.item import Purpose, VerificationItem, parse_item

RUN = ActionRun(
    "Deploy",
    "To-Europe",
    "Succeeded",
    1.5,
    {"FileName": "images.json"},
    {"In": Artifact("b", "k")},
    external="ecs-svc/1",
)
FULL = VerificationItem(
    purpose=Purpose.STAGE,
    subject=Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555"),
    region="eu-west-1",
    since=1_800_000_000.25,
    checks=(PlannedCheck("ecs-service", "eu-west-1", {"cluster": "c", "service": "s"}, RUN),),
    stage="Deploy",
    attempt=2,
    deadline=1_800_001_800.0,
    soak=30.0,
    mode="auto",
    left="left",
    judged="FAIL",
    regions=("eu-west-1", "sa-east-1"),
    target="s:7",
    baseline={"lambda-alias f/live": "7"},
)
PLAIN = VerificationItem(Purpose.IMAGE, ImageSubject("us-east-1", "r", "sha256:" + "0" * 64), "eu-west-1", since=1.0)


@pytest.mark.parametrize("item", [FULL, PLAIN])
def test_an_item_travels_as_json(item: VerificationItem) -> None:
    assert parse_item(json.loads(json.dumps(item.to_json()))) == item


def test_the_state_machine_adds_what_it_knows() -> None:
    looked = {"verdict": "FAIL", "final": False, "wait": 15, "passed": True}
    item = parse_item({**FULL.to_json(), "looked": looked, "confirm": "FAIL", "last": True})
    assert (item.confirm, item.last, item.passed) == ("FAIL", True, True)


def test_a_subject_of_another_making_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not a subject's key"):
        parse_item({**PLAIN.to_json(), "subject": "something else"})
