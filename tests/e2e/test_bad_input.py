"""What nobody should send: each gets a clear error, nothing is lost and nothing hangs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.emulator.service_events import service_event_putter
from tests.builders import events
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from local.account import Account
    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


def _resource(outside: Outside, logical_id: str) -> str:
    stack = outside.description["stack"]
    found = outside.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def _logged(outside: Outside, log_group: str, text: str) -> list[str]:
    pages = (
        outside.client("logs").get_paginator("filter_log_events").paginate(logGroupName=_resource(outside, log_group))
    )
    return [event["message"] for page in pages for event in page["events"] if text in event["message"]]


def _wait_for_log(outside: Outside, log_group: str, text: str) -> None:
    """What a function logs is there after the function's end, later than what it did."""
    wait_until(lambda: _logged(outside, log_group, text), f"{text} in a log")


def test_f05_f08_an_event_of_unknown_shape_ends_in_the_dead_letter_queue(account: Account, outside: Outside) -> None:
    event = events.load("codepipeline_stage_started")
    del event["detail"]["stage"]
    put = service_event_putter(account.aws, account.emulator.service_token)
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    put("us-east-1", entry)
    sqs, queue = outside.client("sqs"), _resource(outside, "EventsDeadLetters")

    def kept() -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        return messages

    (message,) = wait_until(kept, "a message in the dead-letter queue")
    assert json.loads(message["Body"])["detail"] == event["detail"]
    _wait_for_log(outside, "RecordEventsLogs", "stage of detail is missing")
    _wait_for_log(outside, "RecordEventsLogs", '"UnreadableEvents"')


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ('{"sokk_minutes": 1}', "sokk_minutes"),
        ("{not json", "JSON"),
        ('{"regions": ["mars-north-1"]}', "mars-north-1"),
        ('{"execution": "00000000-0000-4000-8000-000000000000"}', "execution"),
    ],
)
def test_f12_f19_a_malformed_job_fails_its_action_with_the_reason(
    canary: CanaryService, outside: Outside, parameters: str, reason: str
) -> None:
    definition = canary.definition()
    definition["stages"][3]["actions"][0]["configuration"]["UserParameters"] = parameters
    canary.client.update_pipeline(pipeline=definition)
    try:
        execution = canary.push("Release under a wrong gate")
        assert canary.wait(execution) == "Failed"
    finally:
        canary.client.update_pipeline(pipeline=canary.definition())
    (failed,) = [action for action in canary.actions(execution) if action["status"] == "Failed"]
    assert failed["output"]["executionResult"]["errorDetails"]["code"] == "ConfigurationError"
    assert reason in failed["output"]["executionResult"]["errorDetails"]["message"]
    outside.ended_card(execution, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Prefix": "Capitals", "Regions": ["eu-west-1"]}, "Prefix"),
        ({"Prefix": "pipeline-artifacts-x", "Regions": ["nowhere-9"]}, "nowhere-9"),
        ({"Prefix": "pipeline-artifacts-x", "Regions": ["eu-west-1", "eu-west-1"]}, "eu-west-1"),
        ({"Prefix": "pipeline-artifacts-x", "Regions": []}, "Regions"),
        ({"Prefix": "pipeline-artifacts-x", "Regions": ["eu-west-1"], "Encrypt": "no"}, "Encrypt"),
        ({"Prefix": "elsewhere", "Regions": ["eu-west-1"]}, "pipeline-artifacts"),
    ],
)
def test_wrong_properties_fail_the_stack_with_the_reason_and_make_nothing(
    account: Account, outside: Outside, properties: dict[str, Any], reason: str
) -> None:
    token = {"ServiceToken": account.outputs["RegionalProviderArn"], "ServiceTimeout": 60}
    template = {"Resources": {"Mine": {"Type": "Custom::ArtifactStores", "Properties": {**token, **properties}}}}
    client, name = outside.client("cloudformation"), f"wrong-{abs(hash(str(properties)))}"
    before = [bucket["Name"] for bucket in outside.client("s3").list_buckets()["Buckets"]]
    client.create_stack(StackName=name, TemplateBody=json.dumps(template), OnFailure="DO_NOTHING")

    def failed() -> str:
        happened = client.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [e["ResourceStatusReason"] for e in happened if e["ResourceStatus"] == "CREATE_FAILED"]
        return next((text for text in reasons if reason in text), "")

    assert wait_until(failed, f"a failure that names {reason}")
    assert [bucket["Name"] for bucket in outside.client("s3").list_buckets()["Buckets"]] == before


def test_a_missing_slack_secret_is_logged_counted_and_loses_no_card(
    account: Account, canary: CanaryService, outside: Outside
) -> None:
    account.deploy(SlackSecret="crosscheck/not-there-yet")
    try:
        execution = canary.push("Release without a secret")
        canary.wait(execution)
        _wait_for_log(outside, "UpdateCardLogs", "not-there-yet cannot be read")
        _wait_for_log(outside, "UpdateCardLogs", '"CardsDelayed"')
        assert outside.cards(execution) == []
        value = json.dumps({"bot_token": account.bot_token})
        outside.client("secretsmanager").create_secret(Name="crosscheck/not-there-yet", SecretString=value)
        assert outside.ended_card(execution)["metadata"]["event_payload"]["state"] == "SUCCEEDED"
        assert len(outside.cards(execution)) == 1
    finally:
        account.deploy()
