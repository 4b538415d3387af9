"""The example events, through the function's handler."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from provision_regions import serve as serving
from tests.fakes.regions.forwarding_world import ASIA, EU, LONDON, ROLE, ForwardingWorld
from tests.fakes.regions.handled import answer_of
from tests.fakes.regions.inbox import Inbox, inbox
from tests.fakes.regions.requests import EVENTS
from tests.fakes.regions.world import World


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


def answer_to(box: Inbox, world: World, kind: str) -> dict[str, Any]:
    return answer_of(box, world, json.loads((EVENTS / f"custom_event_forwarding_{kind}.json").read_text()))


def test_the_example_events_one_after_the_other(
    box: Inbox, world: ForwardingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDING_ROLE_ARN", ROLE)
    created = answer_to(box, world, "create")
    assert created["Status"] == "SUCCESS", created["Reason"]
    ((region, name),) = world.events.rules
    assert (region, created["Data"]) == (EU, {"RuleName": name})
    assert answer_to(box, world, "update")["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert world.events.regions == [ASIA, LONDON]
    assert {rule.targets["home"]["RoleArn"] for rule in world.events.rules.values()} == {ROLE}
    assert answer_to(box, world, "delete")["Status"] == "SUCCESS"
    assert (world.events.rules, world.ssm.parameters) == ({}, {})


def test_f21_a_missing_setting_is_answered(box: Inbox, world: ForwardingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORWARDING_ROLE_ARN", raising=False)
    assert "FORWARDING_ROLE_ARN is missing" in answer_to(box, world, "create")["Reason"]
    assert world.changes == []
