"""F21 and F34: whatever happens, CloudFormation gets one answer."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crosscheck.errors import UnreadableEventError
from provision_regions import serve as serving
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Request
from provision_regions.custom_resource.respond import ForeignHostError
from provision_regions.handler import handler
from provision_regions.ownership.current_request import ReplacedError
from provision_regions.region_results import UnfinishedError
from tests.builders.lambdas import Context
from tests.fakes.regions.handled import answer_of
from tests.fakes.regions.inbox import Inbox, inbox
from tests.fakes.regions.requests import event, event_named, properties
from tests.fakes.regions.world import World

ROOT = Path(__file__).parents[3]


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with inbox() as found:
        monkeypatch.setenv("CROSSCHECK_RESPONSE_HOST", found.host)
        monkeypatch.setenv("ARTIFACT_STORE_PREFIX", "pipeline-artifacts")
        yield found


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World()
    clients = found.clients
    monkeypatch.setattr(serving, "_clients", lambda: clients)
    return found


def test_the_example_events_one_after_the_other(box: Inbox, world: World) -> None:
    created = answer_of(box, world, event_named("create"))
    assert created["Status"] == "SUCCESS", created["Reason"]
    assert created["PhysicalResourceId"] == event_named("delete")["PhysicalResourceId"]
    assert set(json.loads(created["Data"]["ArtifactStores"])) == {"us-east-1", "eu-west-1", "ap-southeast-1"}
    assert answer_of(box, world, event_named("update"))["Status"] == "SUCCESS"
    assert answer_of(box, world, event_named("delete"))["Status"] == "SUCCESS"
    assert world.s3.buckets == {}
    assert world.ssm.parameters == {}


def test_wrong_properties_are_answered(box: Inbox, world: World) -> None:
    answer = answer_of(box, world, event("Create", properties("nowhere-9", Prefix="other")))
    assert answer["Status"] == "FAILED"
    assert "nowhere-9" in answer["Reason"]
    assert "ArtifactStorePrefix" in answer["Reason"]
    assert answer["PhysicalResourceId"] == "crosscheck/us-east-1/shop/Stores/other"
    assert world.changes == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"RequestType": "Purge"}, "unknown RequestType 'Purge'"),
        ({"RequestType": None}, "unknown RequestType ''"),
        ({"ResourceType": "Custom::Nothing"}, "unknown resource type 'Custom::Nothing'"),
        ({"ResourceProperties": None}, "Prefix is missing"),
    ],
)
def test_odd_requests_are_answered(box: Inbox, world: World, change: dict[str, Any], words: str) -> None:
    answer = answer_of(box, world, event("Create", properties("eu-west-1"), **change))
    assert answer["Status"] == "FAILED"
    assert words in answer["Reason"]
    assert world.changes == []


def test_f21_a_missing_setting_is_answered(box: Inbox, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARTIFACT_STORE_PREFIX")
    assert (
        "ARTIFACT_STORE_PREFIX is missing" in answer_of(box, world, event("Create", properties("eu-west-1")))["Reason"]
    )


def test_f21_a_mistake_of_ours_is_answered(box: Inbox, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_clients", lambda: None)
    answer = answer_of(box, world, event("Create", properties("eu-west-1")))
    assert answer["Status"] == "FAILED"
    assert "AttributeError" in answer["Reason"]


def test_a_request_that_another_one_has_replaced_does_nothing_and_says_so(box: Inbox, world: World) -> None:
    content = event("Create", properties("eu-west-1"))
    name = "/crosscheck/_records/shop/Stores/CurrentRequest"
    text = json.dumps({"request": "the-next-one", "replaced": [content["RequestId"]]})
    world.ssm.PutParameter("us-east-1", name, text, Type="String")
    answer = answer_of(box, world, content)
    assert (answer["Status"], world.changes) == ("FAILED", [])
    assert answer["Reason"] == "a later request has replaced this one already; nothing more was done"


def test_a_second_run_of_a_delete_does_not_take_the_answer_of_the_first_back(
    box: Inbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def done_by_the_other_run(_request: Request, _context: ProviderContext) -> None:
        raise ReplacedError

    done = replace(serving.RESOURCES["Custom::ArtifactStores"], remove=done_by_the_other_run)
    monkeypatch.setattr(serving, "RESOURCES", {"Custom::ArtifactStores": done})
    content = event("Delete", properties("eu-west-1"))
    world.stacks.begin(content)
    handler({**content, "ResponseURL": box.url}, Context(remaining_milliseconds=900_000))
    assert box.puts == []


@pytest.mark.parametrize("kind", ["create", "delete"])
def test_f21_a_missing_layer_is_answered(kind: str) -> None:
    """In a process of its own, with the functions' code and nothing else to import."""
    with inbox(500) as box:
        content = event_named(kind) | {"ResponseURL": box.url}
        code = "import json,sys; from provision_regions.handler import handler; handler(json.load(sys.stdin), None)"
        environment = os.environ | {"AWS_REGION": "us-east-1", "CROSSCHECK_RESPONSE_HOST": box.host}
        ended = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-S", "-c", code],
            env=environment | {"PYTHONPATH": str(ROOT / "functions")},
            input=json.dumps(content).encode(),
            capture_output=True,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr.decode()
    answers = [json.loads(answer) for _, answer in box.puts]
    assert len(answers) == 2, "the first attempt was refused"
    assert answers[1]["Status"] == "FAILED"
    assert "ModuleNotFoundError" in answers[1]["Reason"]
    assert answers[1]["PhysicalResourceId"] == event_named("delete")["PhysicalResourceId"]
    assert {name for name, _ in box.puts} == {""}
    assert b"planted-secret" not in ended.stdout + ended.stderr


def test_f34_the_answer_is_delivered_at_the_third_attempt(
    box: Inbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    box.statuses = [500, 503]
    world.stacks.begin(event("Delete", properties("eu-west-1")))
    handler({**event("Delete", properties("eu-west-1")), "ResponseURL": box.url}, Context())
    assert [json.loads(answer)["Status"] for _, answer in box.puts] == ["SUCCESS"] * 3


def test_f33_near_the_timeout_lambda_shall_deliver_again(box: Inbox, world: World) -> None:
    wanted = properties("eu-west-1", OnDelete="Empty")
    assert answer_of(box, world, event("Create", wanted))["Status"] == "SUCCESS"
    bucket = world.s3.buckets["pipeline-artifacts-eu-west-1-111122223333"]
    bucket.versions = [{"Key": "k", "VersionId": "v"}]

    class Fading(Context):
        def get_remaining_time_in_millis(self) -> int:
            return 900_000 if "DeleteObjects" not in world.called(["DeleteObjects"]) else 1

    world.stacks.begin(event("Delete", wanted))
    with pytest.raises(UnfinishedError):
        handler({**event("Delete", wanted), "ResponseURL": box.url}, Fading())
    assert box.puts == []
    assert answer_of(box, world, event("Delete", wanted))["Status"] == "SUCCESS"


def test_a_foreign_response_url_does_nothing_and_is_logged_without_its_query(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "https://evil.example/x?X-Amz-Signature=planted-secret"
    with pytest.raises(ForeignHostError):
        handler({**event("Create", properties("eu-west-1")), "ResponseURL": url}, Context())
    assert world.journal == []
    assert "planted-secret" not in "".join(capsys.readouterr())


def test_without_a_response_url_nobody_can_be_answered(world: World) -> None:
    with pytest.raises(UnreadableEventError, match="no ResponseURL"):
        handler({**event("Create", properties("eu-west-1")), "ResponseURL": ""}, Context())
    assert world.journal == []


def test_f50_the_response_url_is_in_no_log(
    box: Inbox, world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer_of(box, world, event("Create", properties("eu-west-1")))
    answer_of(box, world, event("Create", properties("nowhere-9")))
    written = "".join(capsys.readouterr()) + caplog.text
    assert "request served" in written
    assert "planted-secret" not in written
