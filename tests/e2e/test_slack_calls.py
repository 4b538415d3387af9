"""What a release of 26 events costs in Slack: 4 stages with 2 actions each, in the deployed stack."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import Outside, wait_until
from tests.e2e.own_pipeline import OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
NAME = "chatty"
MOST_CALLS = 8


@pytest.fixture(scope="module")
def pipeline(account: Account) -> SmallPipeline:
    outside = Outside(account.describe())
    own = OwnPipeline(outside, NAME, (EU, AP), account.outputs)
    source = own.create_source("a page")
    for region in (EU, AP):
        location: Any = {"LocationConstraint": region}
        outside.client("s3", region).create_bucket(Bucket=f"{NAME}-{region}", CreateBucketConfiguration=location)
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, own.create_role(), {})
    [first] = release["stages"][0]["actions"]
    again = {**copy.deepcopy(first), "name": "Again", "outputArtifacts": [{"name": "Same"}]}
    release["stages"][0]["actions"].append(again)
    stages = [{"name": name, "actions": [_to(region, name) for region in (EU, AP)]} for name in ("One", "Two", "Three")]
    made = SmallPipelines(own, release).create(NAME, *stages)
    assert made.ended(made.first) == "Succeeded"
    return made


def _to(region: str, folder: str) -> dict[str, Any]:
    return {
        "name": f"To-{region}",
        "region": region,
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"},
        "configuration": {"BucketName": f"{NAME}-{region}", "Extract": "true", "ObjectKey": folder},
        "inputArtifacts": [{"name": "Release"}],
    }


def test_a_release_of_26_events_takes_8_calls_at_most_and_ends_with_a_right_card(
    pipeline: SmallPipeline, outside: Outside
) -> None:
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Succeeded"
    assert len(pipeline.actions(execution)) == 8

    def proven() -> bool:
        states = [card["metadata"]["event_payload"] for card in outside.cards(execution)]
        return any(state["state"] == "SUCCEEDED" and {*state["regions"].values()} == {"passed"} for state in states)

    wait_until(proven, "a card that says that every region has passed")
    [card] = outside.cards(execution)
    calls = [call for call in outside.history() if execution in json.dumps(call["payload"])]
    assert len(calls) <= MOST_CALLS
    assert [call["payload"] for call in outside.history() if call["payload"].get("thread_ts") == card["ts"]] == []
