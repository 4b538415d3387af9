"""The example events, through the function's handler."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from provision_regions import serve as serving
from tests.fakes.regions.ecr_world import ASIA, EU, RegistryWorld, rule
from tests.fakes.regions.handled import answer_of
from tests.fakes.regions.inbox import Inbox, inbox
from tests.fakes.regions.requests import EVENTS
from tests.fakes.regions.world import World


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with inbox() as found:
        monkeypatch.setenv("CROSSCHECK_RESPONSE_HOST", found.host)
        monkeypatch.setenv("ARTIFACT_STORE_PREFIX", "pipeline-artifacts")
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        yield found


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> RegistryWorld:
    found = RegistryWorld()
    clients = found.clients
    monkeypatch.setattr(serving, "_clients", lambda: clients)
    monkeypatch.setattr("provision_regions.replication.resource.SETTLE_SECONDS", 0.0)
    return found


def answer_to(box: Inbox, world: World, kind: str) -> dict[str, Any]:
    return answer_of(box, world, json.loads((EVENTS / f"custom_replication_rules_{kind}.json").read_text()))


def test_the_example_events_one_after_the_other(box: Inbox, world: RegistryWorld) -> None:
    created = answer_to(box, world, "create")
    assert (created["Status"], created["Data"]) == ("SUCCESS", {"Rules": "1"})
    assert world.ecr.rules == [rule(ASIA, EU, prefixes=("my-service",))]
    updated = answer_to(box, world, "update")
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert world.ecr.rules == [rule(ASIA, EU, prefixes=("my-service", "my-worker"))]
    assert answer_to(box, world, "delete")["Status"] == "SUCCESS"
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})
