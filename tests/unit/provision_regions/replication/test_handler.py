"""The example events, through the function's handler."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from provision_regions import serve as serving
from provision_regions.handler import handler
from tests.builders.lambdas import Context
from tests.fakes.regions.ecr_world import ASIA, EU, RegistryWorld, rule
from tests.fakes.regions.inbox import Inbox, inbox
from tests.fakes.regions.requests import EVENTS


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


def answer_to(box: Inbox, kind: str) -> dict[str, Any]:
    event = json.loads((EVENTS / f"custom_replication_rules_{kind}.json").read_text())
    handler(event | {"ResponseURL": box.url}, Context(remaining_milliseconds=300_000))
    ((_, answer),) = box.puts
    box.puts.clear()
    return dict(json.loads(answer))


def test_the_example_events_one_after_the_other(box: Inbox, world: RegistryWorld) -> None:
    created = answer_to(box, "create")
    assert (created["Status"], created["Data"]) == ("SUCCESS", {"Rules": "1"})
    assert world.ecr.rules == [rule(ASIA, EU, prefixes=("my-service",))]
    updated = answer_to(box, "update")
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert world.ecr.rules == [rule(ASIA, EU, prefixes=("my-service", "my-worker"))]
    assert answer_to(box, "delete")["Status"] == "SUCCESS"
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})
