"""A stack of an older version is updated to this one while releases run. ``make upgrade`` builds that version."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.account import HOME_REGION, RUNS, STACK, Account
from local.scenarios.canary_service import CanaryService
from tests.e2e.clicks import Person
from tests.e2e.outside import Outside, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.upgrade

# What holds what people have: nothing of it may be made anew.
KEPT = ("Ledger", "CardQueue", "EventsQueue", "Stores", "Forwarding", "PipelineArtifactPolicy", "ArtifactReadPolicy")
SOAK = 1.5  # minutes of real time: longer than the update takes
SLOWLY = 5.0  # CodePipeline gives a job up after 20 minutes without an answer, which an update of seconds is not
APPROVE = "approve:Promote/Go-Ahead"


class SlowGates(CanaryService):
    """Release A, whose first gate observes its region for long."""

    def definition(self) -> dict[str, Any]:
        """The usual one, with more patience."""
        definition = super().definition()
        primary, *_ = (stage for stage in definition["stages"] if stage["name"] == "ValidatePrimary")
        asked = json.loads(primary["actions"][0]["configuration"]["UserParameters"])
        patient = {**asked, "soak_minutes": SOAK, "deadline_minutes": 10}
        primary["actions"][0]["configuration"]["UserParameters"] = json.dumps(patient)
        return definition

    def runs(self, execution: str) -> dict[str, tuple[str, str]]:
        """The status of every action that the execution has begun, and what it says."""
        return {each["actionName"]: (each["status"], str(each.get("output"))) for each in self.actions(execution)}


@pytest.fixture(scope="module")
def old() -> Iterator[Account]:
    """An account with the older version's stack."""
    with Account(RUNS / f"upgrade-{os.getpid()}") as account:
        account.deploy(Path(os.environ["CROSSCHECK_UPGRADE_FROM"]), RollbackMode="auto")
        yield account


def _things(account: Account) -> dict[str, str]:
    """The physical ids of what the stack holds."""
    client = account.aws.client("cloudformation", HOME_REGION)
    pages = client.get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
    }


def _contents(account: Account) -> dict[str, Any]:
    """Every store with its key, and every version of every object in it."""
    found: dict[str, Any] = {}
    for region, store in json.loads(account.outputs["ArtifactStores"]).items():
        pages = (
            account.aws.client("s3", region).get_paginator("list_object_versions").paginate(Bucket=store["location"])
        )
        versions = {(each["Key"], each["VersionId"]) for page in pages for each in page.get("Versions", [])}
        found[region] = (store, versions)
    return found


def _dead_letters(account: Account) -> dict[str, int]:
    client = account.aws.client("sqs", HOME_REGION)
    urls = [url for url in client.list_queues()["QueueUrls"] if "DeadLetters" in url]
    asked = {"AttributeNames": ["ApproximateNumberOfMessages"]}
    return {
        url: int(client.get_queue_attributes(QueueUrl=url, **asked)["Attributes"]["ApproximateNumberOfMessages"])
        for url in urls
    }


def test_releases_in_flight_survive_the_update(old: Account) -> None:
    outside, speed = Outside(old.describe()), old.clock.speed
    canary = SlowGates(old)
    canary.prepare()
    done = canary.create_pipeline()
    assert canary.wait(done, 400) == "Succeeded"
    outside.ended_card(done)
    canary.ask_before("DeploySecondary", "Update first?")
    person = Person(outside)
    waiting = canary.push("A release that waits for a person")
    person.sees(waiting, APPROVE)
    observed = canary.push("A release that is observed meanwhile")
    wait_until(lambda: "InProgress" in canary.runs(observed).get("Validate-US-East", ""), "the first gate", 120)
    before = outside.card(observed, lambda payload: payload["regions"].get("us-east-1") == "verifying")
    things, contents, cards = _things(old), _contents(old), outside.cards(done)
    address = old.outputs["InteractionsUrl"]

    old.set_speed(SLOWLY)
    old.deploy(RollbackMode="auto")
    status, said = canary.runs(observed)["Validate-US-East"]
    old.set_speed(speed)

    assert status == "InProgress", said or "the update took longer than the gate observes"
    for execution in (waiting, observed):
        person.clicks(execution, APPROVE)
        assert canary.wait(execution, 400) == "Succeeded"
    regions = dict.fromkeys(canary.regions, "passed")
    ended = {each: outside.ended_card(each) for each in (done, observed, waiting)}
    assert all(card["metadata"]["event_payload"]["regions"] == regions for card in ended.values())
    assert {each: len(outside.cards(each)) for each in ended} == dict.fromkeys(ended, 1)
    assert ended[observed]["ts"] == before["ts"]
    assert [ended[done]] == cards, "a release that had ended is not told anew"
    assert {name: _things(old)[name] for name in KEPT} == {name: things[name] for name in KEPT}
    assert old.outputs["InteractionsUrl"] == address
    for region, (store, versions) in contents.items():
        now, kept = _contents(old)[region]
        assert (now, versions - kept) == (store, set())
    assert set(_dead_letters(old).values()) == {0}
