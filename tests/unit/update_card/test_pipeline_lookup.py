"""What a card keeps of a pipeline's definition."""

import json
from typing import TYPE_CHECKING, Any, cast

from crosscheck.ledger.execution_facts import Outline, OutlineAction, OutlineStage
from crosscheck.pipelines.definition import parse_definition
from update_card.pipeline_lookup import outline

if TYPE_CHECKING:
    from mypy_boto3_codepipeline.type_defs import PipelineDeclarationOutputTypeDef


def test_a_card_needs_the_actions_of_every_stage_with_their_regions() -> None:
    kind = {"category": "Deploy", "owner": "AWS", "provider": "ECS", "version": "1"}
    home: dict[str, Any] = {"name": "Home", "actionTypeId": kind, "configuration": {"ServiceName": "s"}}
    stages = [{"name": "World", "actions": [home, {**home, "name": "Far", "region": "eu-west-1"}]}]
    declared = {"name": "shop", "version": 3, "stages": stages}
    definition = parse_definition(cast("PipelineDeclarationOutputTypeDef", declared), "us-east-1")
    actions = (OutlineAction("Home", "Deploy", "ECS", "us-east-1"), OutlineAction("Far", "Deploy", "ECS", "eu-west-1"))
    assert outline(definition) == Outline(3, (OutlineStage("World", actions),))


def test_a_card_needs_what_an_approval_says_and_whom_it_notifies() -> None:
    kind = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    note = " " * 490 + "Look at https://me:hunter2hunter2@canary.example first"
    asked = {"CustomData": note, "NotificationArn": "arn:aws:sns:us-east-1:111122223333:on-call"}
    action = {"name": "Sign-off", "actionTypeId": kind, "configuration": asked}
    declared = {"name": "shop", "version": 3, "stages": [{"name": "Approve", "actions": [action]}]}
    definition = parse_definition(cast("PipelineDeclarationOutputTypeDef", declared), "us-east-1")
    (approval,) = outline(definition).to_fact(1.0).latest["stages"][0]["actions"]
    assert (approval["note"], approval["topic"]) == ("Look at https://canary.example first", "on-call")


def test_f54_an_outline_fits_into_an_item_whatever_its_approvals_say() -> None:
    kind = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    topic = "arn:aws:sns:us-east-1:111122223333:" + "t" * 256
    asked = {"CustomData": "\u00fc" * 1_000, "NotificationArn": topic}
    actions = [{"name": f"{number:0100d}", "actionTypeId": kind, "configuration": asked} for number in range(50)]
    stages = [{"name": f"{number:0100d}", "actions": actions} for number in range(20)]
    declared = {"name": "shop", "version": 3, "stages": stages}
    definition = parse_definition(cast("PipelineDeclarationOutputTypeDef", declared), "us-east-1")
    stored = outline(definition).to_fact(1.0).latest
    assert len(json.dumps(stored, ensure_ascii=False).encode()) < 380_000
    assert sum(len(stage["actions"]) for stage in stored["stages"]) == 1_000
