"""Custom::EventForwarding: releases of pipelines in other regions reach the home region's ledger and Slack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local.account import Account
    from local.scenarios.data_residency import DataResidency
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

HOME = "us-east-1"
PARIS, STOCKHOLM = "eu-west-3", "eu-north-1"
STACK = "own-forwarding"
WAIT = {"Delay": 1, "MaxAttempts": 180}
KIND = "ECR Image Action"


class ForwardingStack:
    """A stack with nothing but forwarding."""

    def __init__(self, outside: Outside, provider: str) -> None:
        self._client = outside.client("cloudformation")
        self._provider = provider

    def create(self, regions: Sequence[str]) -> None:
        """Create the stack."""
        self._client.create_stack(StackName=STACK, TemplateBody=self._template(regions))
        self._client.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=WAIT)

    def update(self, regions: Sequence[str]) -> None:
        """Update the stack."""
        self._client.update_stack(StackName=STACK, TemplateBody=self._template(regions))
        self._client.get_waiter("stack_update_complete").wait(StackName=STACK, WaiterConfig=WAIT)

    def delete(self) -> None:
        """Delete the stack."""
        self._client.delete_stack(StackName=STACK)
        self._client.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig=WAIT)

    def _template(self, regions: Sequence[str]) -> str:
        properties = {"ServiceToken": self._provider, "ServiceTimeout": 300, "Regions": list(regions)}
        return json.dumps({"Resources": {"Mine": {"Type": "Custom::EventForwarding", "Properties": properties}}})


@pytest.fixture
def stack(account: Account, outside: Outside) -> ForwardingStack:
    return ForwardingStack(outside, account.outputs["RegionalProviderArn"])


@pytest.fixture
def arrivals(outside: Outside) -> Iterator[str]:
    """A queue in the home region that gets every event of ECR on the home bus; its URL."""
    events, sqs = outside.client("events"), outside.client("sqs")
    url = sqs.create_queue(QueueName="arrivals")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="arrivals", EventPattern=json.dumps({"source": ["aws.ecr"]}))
    events.put_targets(Rule="arrivals", Targets=[{"Id": "queue", "Arn": arn}])
    yield url
    events.remove_targets(Rule="arrivals", Ids=["queue"])
    events.delete_rule(Name="arrivals")
    sqs.delete_queue(QueueUrl=url)


def rules(outside: Outside, region: str) -> list[dict[str, Any]]:
    """The forwarding rules of a region."""
    found: list[dict[str, Any]] = outside.client("events", region).list_rules(NamePrefix="crosscheck-forward-")["Rules"]
    return found


def owned(outside: Outside, region: str) -> list[str]:
    """Whose they are."""
    client = outside.client("events", region)
    tags = [client.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"] for rule in rules(outside, region)]
    return sorted(tag["Value"] for listed in tags for tag in listed)


def received(outside: Outside, url: str, repository: str) -> list[dict[str, Any]]:
    """What arrives about the repository; an event is in its queues before its sender goes on."""
    sqs, found = outside.client("sqs"), []
    for _ in range(3):
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        found += [json.loads(message["Body"]) for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [event for event in found if event["detail"].get("repository-name") == repository]


def emit(account: Account, region: str, repository: str, action: str = "PUSH") -> dict[str, str]:
    """An image without a tag is pushed, which means nothing to Crosscheck."""
    detail = {"action-type": action, "result": "SUCCESS", "repository-name": repository}
    account.events.emit(region, "aws.ecr", KIND, [f"arn:aws:ecr:{region}:x"], detail)
    return detail


def records(outside: Outside) -> list[str]:
    """The names of what is recorded of the stack."""
    found = outside.client("ssm").get_parameters_by_path(Path=f"/crosscheck/_records/{STACK}", Recursive=True)
    return [parameter["Name"] for parameter in found["Parameters"]]


def test_the_stacks_own_regions_forward_and_home_has_no_rule(account: Account, outside: Outside) -> None:
    regions = outside.description["regions"]
    assert regions[0] == HOME
    for region in regions[1:]:
        assert "us-east-1/crosscheck/Forwarding" in owned(outside, region)
    assert rules(outside, HOME) == []


def test_f71_an_event_arrives_with_its_own_account_and_region_and_a_new_id_and_time(
    account: Account, outside: Outside, arrivals: str
) -> None:
    emit(account, "eu-west-1", "d-FORWARDED", action="DELETE")  # nothing at home reads it
    sent = outside.client("events", "eu-west-1")
    sent.put_rule(Name="departures", EventPattern=json.dumps({"source": ["aws.ecr"]}))
    here = outside.client("sqs", "eu-west-1")
    url = here.create_queue(QueueName="departures")["QueueUrl"]
    arn = here.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sent.put_targets(Rule="departures", Targets=[{"Id": "queue", "Arn": arn}])
    detail = emit(account, "eu-west-1", "d-FORWARDED")
    (left,) = here.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"]
    sent.remove_targets(Rule="departures", Ids=["queue"])
    sent.delete_rule(Name="departures")
    (event,) = received(outside, arrivals, "d-FORWARDED")
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.ecr", KIND, detail)
    assert event["id"] != json.loads(left["Body"])["id"]
    assert (event["region"], event["account"]) == ("eu-west-1", account.account_id)
    assert event["resources"] == ["arn:aws:ecr:eu-west-1:x"]


def test_f10_an_event_of_the_home_region_arrives_once(account: Account, outside: Outside, arrivals: str) -> None:
    emit(account, HOME, "d-HOME")
    assert len(received(outside, arrivals, "d-HOME")) == 1


def test_f25_regions_come_and_go_and_no_rule_is_left(
    account: Account, outside: Outside, stack: ForwardingStack, arrivals: str
) -> None:
    mine = f"{HOME}/{STACK}/Mine"
    stack.create([HOME, PARIS, STOCKHOLM])
    assert [owned(outside, region) for region in (HOME, PARIS, STOCKHOLM)] == [[], [mine], [mine]]
    emit(account, PARIS, "d-BEFORE")
    assert len(received(outside, arrivals, "d-BEFORE")) == 1
    stack.update([STOCKHOLM, "ca-central-1"])
    assert [owned(outside, region) for region in (PARIS, STOCKHOLM, "ca-central-1")] == [[], [mine], [mine]]
    emit(account, PARIS, "d-AFTER")
    assert received(outside, arrivals, "d-AFTER") == []
    stack.delete()
    for region in (HOME, PARIS, STOCKHOLM, "ca-central-1"):
        assert rules(outside, region) == []
    assert records(outside) == []


def test_a_rule_of_that_name_that_is_not_ours_fails_the_stack_and_stays(
    outside: Outside, stack: ForwardingStack
) -> None:
    stack.create([PARIS])
    (rule,) = rules(outside, PARIS)
    stack.delete()
    client = outside.client("events", PARIS)
    client.put_rule(Name=rule["Name"], EventPattern='{"source": ["theirs"]}')
    with pytest.raises(Exception, match="Waiter StackCreateComplete failed"):
        stack.create([PARIS, STOCKHOLM])
    happened = outside.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
    assert rule["Name"] in " ".join(event.get("ResourceStatusReason", "") for event in happened)
    stack.delete()
    assert [found["EventPattern"] for found in rules(outside, PARIS)] == ['{"source": ["theirs"]}']
    assert rules(outside, STOCKHOLM) == []
    client.delete_rule(Name=rule["Name"])


def test_the_release_of_a_pipeline_elsewhere_has_one_card(residency: DataResidency, outside: Outside) -> None:
    assert residency.home != HOME
    execution = residency.push("Serve the winter catalogue")
    assert residency.wait(execution) == "Succeeded"
    regions = set(residency.regions)
    card = outside.card(execution, lambda it: (it["state"], set(it["regions"])) == ("SUCCEEDED", regions))
    assert card["metadata"]["event_payload"]["pipeline"] == residency.pipeline
    assert len(outside.cards(execution)) == 1


def test_f10_two_homes_that_forward_to_each_other(account: Account, outside: Outside, arrivals: str) -> None:
    """A second Crosscheck in eu-west-1 would have a rule in the home region; what came from there does not go back."""
    client = outside.client("events")
    back = json.dumps({"source": ["aws.ecr"], "region": [HOME], "account": [account.account_id]})
    client.put_rule(Name="other-home", EventPattern=back)
    bus = f"arn:aws:events:eu-west-1:{account.account_id}:event-bus/default"
    client.put_targets(Rule="other-home", Targets=[{"Id": "home", "Arn": bus, "RoleArn": "arn:aws:iam::1:role/other"}])
    try:
        for region in (HOME, "eu-west-1"):
            emit(account, region, f"d-{region}")
            assert [event["region"] for event in received(outside, arrivals, f"d-{region}")] == [region]
    finally:
        client.remove_targets(Rule="other-home", Ids=["home"])
        client.delete_rule(Name="other-home")
