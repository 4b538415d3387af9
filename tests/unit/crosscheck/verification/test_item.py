from __future__ import annotations

import json
from dataclasses import replace

import pytest

from crosscheck import json_documents
from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.verification.engine import Limits
from crosscheck.verification.item import LONGEST_WAIT, Purpose, VerificationItem, parse_item
from crosscheck.verification.progress import Progress

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
    limits=Limits(soak=30.0, deadline=1_800.0, failures=2, unknown_looks=5, unknown_passes=True),
    longest_wait=224.5,
    stage="Deploy",
    attempt=2,
    mode="auto",
    left_to_codepipeline="CodePipeline retries it",
    gate_verdict="FAIL",
    deployed_regions=("eu-west-1", "sa-east-1"),
    regions=("eu-west-1",),
    target="s:7",
    origin="proven by execution 4f1c0a2e",
    unrestored="b/k: s3-object has no way back of its own",
)
PROGRESS = Progress(
    since=1_800_000_000.25,
    look=3,
    pass_since=1_800_000_060.5,
    passed=True,
    unread=1,
    fails={"00000a": 1},
    unknown={"00000b": 2},
    waited=5.5,
    waiting_since=1_800_000_070.0,
)
PLAIN = VerificationItem(Purpose.IMAGE, ImageSubject("us-east-1", "r", "sha256:" + "0" * 64), "eu-west-1", since=1.0)


@pytest.mark.parametrize("item", [FULL, PLAIN, replace(FULL, progress=PROGRESS)])
def test_an_item_travels_as_json(item: VerificationItem) -> None:
    assert parse_item(json.loads(json.dumps(item.to_json()))) == item


def test_what_the_state_machine_reads_is_always_there() -> None:
    document = PLAIN.to_json()
    assert (document["purpose"], document["mode"], document["region"]) == ("image", "off", "eu-west-1")


def test_one_look_decides_where_nothing_else_is_said() -> None:
    item = parse_item(PLAIN.to_json())
    assert (item.limits, item.longest_wait, item.progress) == (Limits(), LONGEST_WAIT, None)


def test_the_state_machine_adds_what_the_last_look_answered() -> None:
    looked = {"verdict": "FAIL", "final": False, "wait": 15, "progress": json_documents.write(PROGRESS)}
    added = {"looked": looked, "error": {"Error": "States.Timeout"}, "rolled_back": {"state": "failed"}}
    assert parse_item({**FULL.to_json(), **added}) == replace(FULL, progress=PROGRESS)


def test_the_progress_of_the_last_look_takes_the_place_of_the_one_before() -> None:
    document = replace(PLAIN, progress=Progress(since=1.0, look=1)).to_json()
    looked = {"verdict": "PENDING", "final": False, "wait": 15, "progress": {"since": 1.0, "look": 2}}
    assert parse_item({**document, "looked": looked}).progress == Progress(since=1.0, look=2)


def test_a_final_look_adds_no_progress() -> None:
    assert parse_item({**FULL.to_json(), "looked": {"verdict": "FAIL", "final": True}}) == FULL


def test_a_subject_of_another_making_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not a subject's key"):
        parse_item({**PLAIN.to_json(), "subject": "something else"})


@pytest.mark.parametrize(
    "other",
    [{"confirm": "FAIL"}, {"limits": {"soak": "60"}}, {"purpose": "sighting"}, {"looked": {"progress": {"looks": 2}}}],
)
def test_what_another_version_wrote_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="the item of a verification is not what this version wrote"):
        parse_item({**PLAIN.to_json(), **other})


@pytest.mark.parametrize(
    "check",
    [
        PlannedCheck("plan", "eu-west-1", {}, unsupported="not verified"),
        PlannedCheck("artifact-store", "eu-west-1", {}),
        PlannedCheck("ecs-service", "", {"cluster": "", "service": ""}, ActionRun("", "", "")),
    ],
)
def test_what_is_empty_travels_as_well(check: PlannedCheck) -> None:
    item = replace(FULL, region="", since=0.0, checks=(check,))
    assert parse_item(json.loads(json.dumps(item.to_json()))) == item
