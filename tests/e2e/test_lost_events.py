"""Releases whose events are lost: the schedule finds them, their cards come right and their stages are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.canary_regions import AP, ENDED, EU, US, running, told
from tests.e2e.outside import wait_until
from tests.e2e.verifications import name_of

if TYPE_CHECKING:
    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

STAGES = ("Source", "Build", "DeployPrimary", "ValidatePrimary", "DeploySecondary", "ValidateSecondary")
HEALED_WITHIN = 300.0  # seconds after the release has ended


def awaited(canary: CanaryService, outside: Outside, execution: str) -> None:
    """Wait until the release has its card, and each of its stages a verification that has ended well."""
    client, machine = outside.client("stepfunctions"), canary.account.outputs["VerifyStateMachineArn"]

    def verified() -> bool:
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine)
        ended = {each["name"] for page in pages for each in page["executions"] if each["status"] == "SUCCEEDED"}
        return bool(outside.cards(execution)) and {name_of(execution, stage) for stage in STAGES} <= ended

    wait_until(verified, f"what was lost of {execution}", HEALED_WITHIN)


def test_f03_a_release_of_which_every_event_is_lost_has_a_right_card_and_is_verified(
    canary: CanaryService, outside: Outside
) -> None:
    before = running(outside)
    outside.events(drop=1.0)
    execution = canary.push("Nobody hears of it")
    assert canary.wait(execution) == "Succeeded"
    outside.events(drop=0.0)
    [heard_of_by_its_gates_alone] = outside.cards(execution)
    assert heard_of_by_its_gates_alone["metadata"]["event_payload"]["state"] not in ENDED
    awaited(canary, outside, execution)
    told(outside, execution, us="passed", eu="passed", ap="passed")
    calls = len(outside.history())
    after = running(outside)
    assert all(after[region].is_new(before[region]) for region in (US, EU, AP))
    _nothing_changes(canary, outside, calls)


def _nothing_changes(canary: CanaryService, outside: Outside, calls: int) -> None:
    """Two more runs find nothing, and call nobody."""
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


def test_f03_a_release_of_which_every_third_event_is_lost_is_taken_back_where_it_failed(
    canary: CanaryService, outside: Outside
) -> None:
    before = running(outside)
    outside.deployments(AP, "unhealthy")
    outside.events(drop=0.3, seed=5)
    execution = canary.push("Some hear of it")
    assert canary.wait(execution) == "Failed"
    outside.events(drop=0.0)
    awaited(canary, outside, execution)
    told(outside, execution, us="passed", eu="passed", ap="rolled_back")
    after = running(outside)
    assert after[AP].is_back(before[AP])
    assert after[US].is_new(before[US])
    assert after[EU].is_new(before[EU])
