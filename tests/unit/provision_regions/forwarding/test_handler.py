"""The example events, through the function's handler."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from provision_regions import serve as serving
from provision_regions.handler import handler
from tests.builders.lambdas import Context
from tests.fakes.regions.forwarding_world import ASIA, EU, LONDON, ROLE, ForwardingWorld
from tests.fakes.regions.inbox import Inbox, inbox
from tests.fakes.regions.requests import EVENTS


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with inbox() as found:
        monkeypatch.setenv("CROSSCHECK_RESPONSE_HOST", found.host)
        monkeypatch.setenv("ARTIFACT_STORE_PREFIX", "pipeline-artifacts")
        yield found


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> ForwardingWorld:
    found = ForwardingWorld()
    clients = found.clients
    monkeypatch.setattr(serving, "_clients", lambda: clients)
    return found


def answer_to(box: Inbox, kind: str) -> dict[str, Any]:
    event = json.loads((EVENTS / f"custom_event_forwarding_{kind}.json").read_text())
    handler(event | {"ResponseURL": box.url}, Context(remaining_milliseconds=300_000))
    ((_, answer),) = box.puts
    box.puts.clear()
    return dict(json.loads(answer))


def test_the_example_events_one_after_the_other(
    box: Inbox, world: ForwardingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDING_ROLE_ARN", ROLE)
    created = answer_to(box, "create")
    assert created["Status"] == "SUCCESS", created["Reason"]
    ((region, name),) = world.events.rules
    assert (region, created["Data"]) == (EU, {"RuleName": name})
    assert answer_to(box, "update")["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert world.events.regions == [ASIA, LONDON]
    assert {rule.targets["home"]["RoleArn"] for rule in world.events.rules.values()} == {ROLE}
    assert answer_to(box, "delete")["Status"] == "SUCCESS"
    assert (world.events.rules, world.ssm.parameters) == ({}, {})


def test_f21_a_missing_setting_is_answered(box: Inbox, world: ForwardingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORWARDING_ROLE_ARN", raising=False)
    assert "FORWARDING_ROLE_ARN is missing" in answer_to(box, "create")["Reason"]
    assert world.changes == []
