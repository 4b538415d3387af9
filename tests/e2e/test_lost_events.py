"""Releases whose events are lost: the schedule finds them, their cards come right and their stages are verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local.account import STACK
from tests.e2e.canary_regions import AP, ENDED, EU, US, Running, running, told
from tests.e2e.outside import Outside, wait_until
from tests.e2e.verifications import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.cards import Card
    from local.scenarios.canary_service import CanaryService

pytestmark = pytest.mark.e2e

STAGES = ("Source", "Build", "DeployPrimary", "ValidatePrimary", "DeploySecondary", "ValidateSecondary")
HEALED_WITHIN = 300.0  # seconds after the release has ended


@dataclass(frozen=True)
class Unheard:
    """A release whose events were lost; its regions before and after it, and its cards at its end."""

    execution: str
    before: dict[str, Running]
    after: dict[str, Running]
    cards: list[Card]


@dataclass(frozen=True)
class Unheards:
    """Two of them, one after the other: what is lost of both is found by the same runs."""

    of_all: Unheard
    of_some: Unheard


@pytest.fixture(scope="module")
def lost(canary: CanaryService) -> Iterator[Unheards]:
    """The stack's schedule runs every minute meanwhile, as often as AWS lets one run."""
    outside = Outside(canary.account.describe())
    scheduler = outside.client("scheduler")
    found = scheduler.get_schedule(Name=f"{STACK}-reconcile")
    schedule = {key: found[key] for key in ("Name", "FlexibleTimeWindow", "Target")}
    scheduler.update_schedule(**schedule, ScheduleExpression="rate(1 minute)")
    of_all = _release(canary, outside, "Nobody hears of it", "Succeeded", drop=1.0)
    outside.deployments(AP, "unhealthy")
    of_some = _release(canary, outside, "Some hear of it", "Failed", drop=0.3, seed=5)
    yield Unheards(of_all, of_some)
    scheduler.update_schedule(**schedule, ScheduleExpression=found["ScheduleExpression"])


def _release(canary: CanaryService, outside: Outside, message: str, status: str, **faults: Any) -> Unheard:
    before = running(outside)
    outside.events(**faults)
    execution = canary.push(message)
    assert canary.wait(execution) == status
    outside.events(drop=0.0)
    return Unheard(execution, before, running(outside), outside.cards(execution))


def awaited(canary: CanaryService, outside: Outside, execution: str) -> None:
    """Wait until the release has its card, and each of its stages a verification that has ended well."""
    client, machine = outside.client("stepfunctions"), canary.account.outputs["VerifyStateMachineArn"]

    def verified() -> bool:
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine)
        ended = {each["name"] for page in pages for each in page["executions"] if each["status"] == "SUCCEEDED"}
        return bool(outside.cards(execution)) and {name_of(execution, stage) for stage in STAGES} <= ended

    wait_until(verified, f"what was lost of {execution}", HEALED_WITHIN)


def test_f03_a_release_of_which_every_event_is_lost_has_a_right_card_and_is_verified(
    canary: CanaryService, outside: Outside, lost: Unheards
) -> None:
    execution, before, after = lost.of_all.execution, lost.of_all.before, lost.of_all.after
    [heard_of_by_its_gates_alone] = lost.of_all.cards
    assert heard_of_by_its_gates_alone["metadata"]["event_payload"]["state"] not in ENDED
    awaited(canary, outside, execution)
    told(outside, execution, us="passed", eu="passed", ap="passed")
    assert all(after[region].is_new(before[region]) for region in (US, EU, AP))


def test_f03_a_release_of_which_every_third_event_is_lost_is_taken_back_where_it_failed(
    canary: CanaryService, outside: Outside, lost: Unheards
) -> None:
    execution, before = lost.of_some.execution, lost.of_some.before
    awaited(canary, outside, execution)
    told(outside, execution, us="passed", eu="passed", ap="rolled_back")
    after = running(outside)
    assert after[AP].is_back(before[AP])
    assert after[US].is_new(before[US])
    assert after[EU].is_new(before[EU])


def test_f03_what_was_found_once_is_not_found_again(canary: CanaryService, outside: Outside, lost: Unheards) -> None:
    """Two more runs find nothing, and call nobody."""
    for release, ap in ((lost.of_all, "passed"), (lost.of_some, "rolled_back")):
        awaited(canary, outside, release.execution)
        told(outside, release.execution, us="passed", eu="passed", ap=ap)
    calls = len(outside.history())
    client = outside.client("lambda")
    [name] = [
        each["FunctionName"]
        for page in client.get_paginator("list_functions").paginate()
        for each in page["Functions"]
        if each["Handler"] == "reconcile.handler.handler"
    ]
    for _ in range(2):
        answer = client.invoke(FunctionName=name)
        assert "FunctionError" not in answer
        assert b'"lost": 0' in answer["Payload"].read()
    assert len(outside.history()) == calls
