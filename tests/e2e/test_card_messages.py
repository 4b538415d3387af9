"""The messages of a release in Slack: a person is told once, and a card that cannot be edited goes on elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.account import TEAM_CHANNEL
from tests.e2e.outside import Outside, wait_until, words
from tests.e2e.own_pipeline import OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines, answer_approval, asking

if TYPE_CHECKING:
    from local.account import Account
    from local.cards import Card

pytestmark = pytest.mark.e2e

NAME, ON_CALL = "asked", "S0ONCALL"


@pytest.fixture(scope="module")
def pipeline(account: Account) -> SmallPipeline:
    """A pipeline that asks a person, who has answered its first execution."""
    outside = Outside(account.describe())
    own = OwnPipeline(outside, NAME, ("eu-west-1",), account.outputs)
    source = own.create_source("a note")
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, own.create_role(), {})
    made = SmallPipelines(own, release).create(NAME, asking())
    arn = made.client.get_pipeline(name=NAME)["metadata"]["pipelineArn"]
    made.client.tag_resource(resourceArn=arn, tags=[{"key": "crosscheck:notify", "value": ON_CALL}])
    answer_approval(made, made.first, "Approved", "go on")
    assert made.ended(made.first) == "Succeeded"
    return made


def waiting_card(outside: Outside, execution: str) -> Card:
    """The execution's card, once it says that a person has to act."""

    def look() -> Card:
        found = outside.cards(execution)
        return found[0] if found and "waits for approval of " in words(found[0]) else {}

    return wait_until(look, f"a card of {execution} that waits")


def replies(outside: Outside, card: Card) -> list[dict[str, Any]]:
    """What was told in the card's thread."""
    shown: dict[str, list[dict[str, Any]]] = requests.get(f"{outside.description['slack']}/messages", timeout=60).json()
    return [message for messages in shown.values() for message in messages if message.get("thread_ts") == card["ts"]]


def test_who_has_to_approve_is_told_once_however_often_events_come(pipeline: SmallPipeline, outside: Outside) -> None:
    outside.events(shuffle=True, duplicate=1.0, seed=7)
    execution = pipeline.start()
    card = waiting_card(outside, execution)
    wait_until(lambda: replies(outside, card), "the reply")
    answer_approval(pipeline, execution, "Approved", "go on")
    assert pipeline.ended(execution) == "Succeeded"
    outside.ended_card(execution)
    (reply,) = replies(outside, card)
    assert reply["subtype"] == "thread_broadcast"
    assert reply["text"].startswith(f"<!subteam^{ON_CALL}> *{NAME}*")
    assert "*Ask / Sign-off* waits for an approval" in reply["text"]
    assert f"/pipelines/{NAME}/view?region=us-east-1#/Ask/Sign-off/approve/" in reply["text"]
    assert len(outside.cards(execution)) == 1


@pytest.mark.parametrize("error", ["cant_update_message", "edit_window_closed"])
def test_f70_a_card_that_cannot_be_edited_goes_on_in_another_one(
    pipeline: SmallPipeline, outside: Outside, error: str
) -> None:
    execution = pipeline.start()
    before = waiting_card(outside, execution)
    fault = {"method": "chat.update", "error": error}
    requests.post(f"{outside.description['slack']}/faults", json=fault, timeout=60).raise_for_status()
    answer_approval(pipeline, execution, "Approved", "go on")
    assert pipeline.ended(execution) == "Succeeded"

    def anew() -> Card:
        found = outside.cards(execution)
        ended = len(found) > 1 and found[1]["metadata"]["event_payload"]["state"] == "SUCCEEDED"
        return found[1] if ended else {}

    card = wait_until(anew, "the card that goes on")
    frozen, live = outside.cards(execution)
    assert (frozen["ts"], live["ts"]) == (before["ts"], card["ts"])
    assert frozen["metadata"]["event_payload"]["state"] == "STARTED"
    assert "continues the card of" in words(live)
    assert before["ts"] in words(live)


def test_a_pipelines_tag_brings_its_cards_and_replies_to_a_channel_of_its_own(
    pipeline: SmallPipeline, outside: Outside
) -> None:
    arn = pipeline.client.get_pipeline(name=NAME)["metadata"]["pipelineArn"]
    pipeline.client.tag_resource(resourceArn=arn, tags=[{"key": "crosscheck:channel", "value": TEAM_CHANNEL}])
    execution = pipeline.start()
    card = waiting_card(outside, execution)
    (reply,) = wait_until(lambda: replies(outside, card), "the reply")
    answer_approval(pipeline, execution, "Approved", "go on")
    outside.ended_card(execution)
    shown: dict[str, list[Card]] = requests.get(f"{outside.description['slack']}/messages", timeout=60).json()
    assert {card["ts"], reply["ts"]} <= {message["ts"] for message in shown[TEAM_CHANNEL]}
    assert all(
        call["channel"] == TEAM_CHANNEL for call in outside.history() if execution in json.dumps(call["payload"])
    )
    pipeline.client.untag_resource(resourceArn=arn, tagKeys=["crosscheck:channel"])
