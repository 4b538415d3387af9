"""What ``control`` and Slack's faults do to the account, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.e2e.outside import Outside, wait_until
from tests.e2e.small_pipelines import SmallPipelines, answer_approval, asking

if TYPE_CHECKING:
    from local.account import Account
    from tests.e2e.small_pipelines import SmallPipeline

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
SERVICE = "control"


@pytest.fixture(scope="module")
def pipelines(account: Account) -> SmallPipelines:
    return SmallPipelines.prepare(Outside(account.describe()), SERVICE, (EU, AP), account.outputs)


@pytest.fixture(scope="module")
def ungated(pipelines: SmallPipelines) -> SmallPipeline:
    """A pipeline without a gate: of its releases only events tell. Its first execution is behind it."""
    pipeline = pipelines.create("control-ungated", pipelines.deploying())
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return pipeline


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/push", {"branch": "main"}, "repository must be a text"),
        ("/push", {"repository": "my-org/my-service", "message": 7}, "message must be a text"),
        ("/clock", {}, "speed must be a number above 0"),
        ("/clock", {"speed": 0}, "speed must be a number above 0"),
        ("/clock", {"speed": "fast"}, "speed must be a number above 0"),
        ("/clock", {"spede": 60}, "unknown key 'spede'; known: speed"),
        ("/reset", {"all": True}, "unknown key 'all'; known: none"),
        ("/replication", {"outcome": "fail"}, "region must be a text"),
        ("/replication", {"region": "nowhere-9"}, "region must be a region of AWS"),
        ("/replication", {"region": EU, "delay_seconds": -1}, "delay_seconds must be a number from 0"),
        ("/replication", {"region": EU, "delay_seconds": True}, "delay_seconds must be a number from 0"),
        ("/replication", {"region": EU, "outcome": "late"}, "outcome must be one of complete, fail"),
        ("/deployments", {"region": EU, "provider": "Heroku", "outcome": "fail"}, "provider must be one of CodeDeploy"),
        ("/deployments", {"provider": "ECS", "outcome": "fail"}, "region must be a text"),
        ("/deployments", {"region": EU, "provider": "ECS"}, "outcome must be a text"),
        ("/deployments", {"region": EU, "provider": "ECS", "outcome": "sick"}, "outcome must be one of healthy"),
        ("/deployments", {"region": EU, "provider": "ECS", "outcome": "fail", "service": 7}, "service must be a text"),
        ("/deployments", {"region": "nowhere-9", "provider": "ECS", "outcome": "fail"}, "region must be a region"),
        ("/events", {"drop": 1.5}, "drop must be a number from 0 to 1"),
        ("/events", {"duplicate": "often"}, "duplicate must be a number from 0 to 1"),
        ("/events", {"shuffle": "yes"}, "shuffle must be true or false"),
        ("/events", {"seed": "seven"}, "seed must be a whole number"),
        ("/events", {"lose": 1}, "unknown key 'lose'; known: drop, duplicate, hold, seed, shuffle"),
    ],
)
def test_wrong_input_is_answered_in_words(outside: Outside, path: str, body: dict[str, Any], reason: str) -> None:
    answer = outside.post(path, body)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]


@pytest.mark.parametrize("path", ["/clock", "/deployments", "/events", "/push", "/replication", "/reset"])
@pytest.mark.parametrize("body", ["{not json", "[]", '"fast"'])
def test_what_is_no_json_object_is_refused(outside: Outside, path: str, body: str) -> None:
    answer = requests.post(f"{outside.description['control']}{path}", data=body, timeout=60)
    assert answer.status_code == 400
    assert answer.json() == {"error": "the body must be a JSON object"}


def test_f03_a_release_whose_events_are_all_lost_has_no_card_until_that_is_noticed(
    ungated: SmallPipeline, outside: Outside
) -> None:
    outside.events(drop=1, seed=1)
    lost = ungated.start()
    assert ungated.ended(lost) == "Succeeded"
    assert ungated.ended(ungated.start()) == "Succeeded"  # by now the last event of the one before is out, and lost
    outside.post("/reset", {}).raise_for_status()
    told = ungated.start()
    assert ungated.ended(told) == "Succeeded"
    card = outside.ended_card(told)  # cards come in order: what was lost would have been shown before
    assert card["metadata"]["event_payload"]["state"] == "SUCCEEDED"
    assert all(float(late["ts"]) > float(card["ts"]) for late in outside.cards(lost))


def test_f38_throttled_by_slack_the_card_waits_and_ends_right(pipelines: SmallPipelines, outside: Outside) -> None:
    _fault(outside, method="chat.postMessage", status=429, retry_after=1).raise_for_status()
    before = len(outside.history())
    pipeline = pipelines.create("control-throttled", asking())
    outside.card(pipeline.first, lambda payload: payload["state"] == "STARTED")
    _fault(outside, method="chat.update", status=429, retry_after=1).raise_for_status()
    answer_approval(pipeline, pipeline.first, "Approved", "go")
    assert outside.ended_card(pipeline.first)["metadata"]["event_payload"]["state"] == "SUCCEEDED"
    calls = outside.history()[before:]
    # Each fault meets one call: a card, a reply in a thread, perhaps of a release whose lost events are healed now.
    throttled = [call["method"] for call in calls if call["status"] == 429]
    assert sorted(throttled) == ["chat.postMessage", "chat.update"]
    ours = [call for call in calls if _execution(call["payload"]) == pipeline.first]
    assert [(call["method"], call["status"]) for call in ours].count(("chat.postMessage", 200)) == 1
    assert (ours[-1]["method"], ours[-1]["status"]) == ("chat.update", 200)
    assert len(outside.cards(pipeline.first)) == 1


def _execution(payload: dict[str, Any]) -> str:
    return str((payload.get("metadata") or {}).get("event_payload", {}).get("execution", ""))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"method": "chat.postMessage", "status": 999}, "status must be a whole number from 200 to 599"),
        ({"method": "chat.shout", "status": 429}, "method must be one of"),
        ({"method": "chat.update", "status": 500, "retry_after": 3}, "retry_after goes with status 429 only"),
    ],
)
def test_a_wrong_fault_is_refused_in_words(outside: Outside, fault: dict[str, Any], reason: str) -> None:
    answer = _fault(outside, **fault)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]


def test_each_region_serves_its_own_page(ungated: SmallPipeline, outside: Outside) -> None:
    body = {"region": AP, "provider": "ECS", "service": SERVICE, "outcome": "unhealthy"}
    outside.post("/deployments", body).raise_for_status()
    assert ungated.ended(ungated.start()) == "Succeeded"

    def page(region: str) -> tuple[int, str]:
        answer = requests.get(f"{outside.description['web']}/{region}/{SERVICE}", timeout=60)
        return answer.status_code, answer.json()["status"]

    assert page(EU) == (200, "ok")
    wait_until(lambda: page(AP) == (503, "unavailable"), "the failure of the tasks")
    outside.post("/reset", {}).raise_for_status()
    assert ungated.ended(ungated.start()) == "Succeeded"
    assert page(AP) == (200, "ok")


def test_what_nobody_deployed_has_no_page(outside: Outside) -> None:
    answer = requests.get(f"{outside.description['web']}/{EU}/nothing-here", timeout=60)
    assert answer.status_code == 404
    assert "nothing-here" in answer.json()["error"]


def _fault(outside: Outside, **fault: Any) -> requests.Response:
    return requests.post(f"{outside.description['slack']}/faults", json=fault, timeout=60)
