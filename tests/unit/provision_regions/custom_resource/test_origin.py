"""Requests that do not come from CloudFormation: whoever may invoke the function writes whatever they like."""

from typing import Any

import pytest

from provision_regions.custom_resource.request import Status
from tests.fakes.regions.ecr_world import RegistryWorld, rule
from tests.fakes.regions.ecr_world import properties as replication
from tests.fakes.regions.ecr_world import succeed as replicate
from tests.fakes.regions.errors import refusal
from tests.fakes.regions.forwarding_world import ForwardingWorld
from tests.fakes.regions.forwarding_world import properties as forwarding
from tests.fakes.regions.forwarding_world import succeed as forward
from tests.fakes.regions.requests import Told, event, properties, provider_context, request, run, sent, served
from tests.fakes.regions.stores import EMPTY, EU, HOME, bucket_name, created, live_keys
from tests.fakes.regions.world import World

STACK = "arn:aws:cloudformation:us-east-1:111122223333:stack/shop/0f"
ID = "crosscheck/us-east-1/shop/Stores/pipeline-artifacts"
OTHER = "pipeline-artifacts-two"


@pytest.fixture
def world() -> World:
    """One resource that its owners made to be retained, with an artifact in it."""
    found = World()
    created(found, HOME, EU)
    found.s3.put_object(bucket_name(EU), "artifact.zip")
    found.journal.clear()
    return found


def forged(world: World, kind: str, wanted: dict[str, object], **changes: Any) -> Told:
    """A request that CloudFormation never sent."""
    return served(request(kind, wanted, **changes), provider_context(world))


def assert_untouched(world: World) -> None:
    assert world.changes == []
    assert len(world.s3.buckets[bucket_name(EU)].versions) == 1
    assert len(live_keys(world)) == 2


def test_f66_a_forged_delete_that_empties_touches_nothing(world: World) -> None:
    answer = forged(world, "Delete", properties(HOME, EU, **EMPTY))
    assert answer.status is Status.FAILED
    assert answer.reason.startswith("CloudFormation does not confirm this Delete: 'Stores' of ")
    assert "CREATE_COMPLETE" in answer.reason
    assert_untouched(world)


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_f66_a_forged_create_or_update_touches_nothing(world: World, kind: str) -> None:
    assert forged(world, kind, properties("ap-southeast-1", **EMPTY)).status is Status.FAILED
    assert_untouched(world)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"StackId": STACK.replace("shop", "nobodys")}, "there is no 'Stores' of"),
        ({"LogicalResourceId": "Others"}, "there is no 'Others' of"),
        ({"StackId": STACK.replace("111122223333", "999900001111")}, "the stack is none of arn:aws:cloudformation"),
        ({"StackId": STACK.replace("us-east-1", "eu-west-1")}, "the stack is none of arn:aws:cloudformation"),
        ({"StackId": STACK.replace("aws:", "aws-cn:", 1)}, "the stack is none of arn:aws:cloudformation"),
        ({"StackId": "shop"}, "the stack is none of arn:aws:cloudformation"),
        ({"StackId": ""}, "the stack is none of arn:aws:cloudformation"),
    ],
)
@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_a_stack_or_a_resource_that_is_not_there(world: World, kind: str, changes: dict[str, Any], words: str) -> None:
    answer = forged(world, kind, properties(EU, **EMPTY), **changes)
    assert answer.status is Status.FAILED
    assert words in answer.reason
    assert_untouched(world)


@pytest.mark.parametrize("at_work", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_a_request_counts_only_while_cloudformation_is_at_just_that(world: World, at_work: str, kind: str) -> None:
    world.stacks.begin(event(at_work, properties(HOME, EU)))
    answer = forged(world, kind, properties(HOME, EU))
    assert (answer.status is Status.SUCCESS) == (kind == at_work)


@pytest.mark.parametrize("replaced", [False, True])
@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_a_stack_that_is_found_by_a_part_of_its_arn_is_not_the_one_that_was_named(
    world: World, kind: str, *, replaced: bool
) -> None:
    theirs = STACK.replace("shop", "attackers").replace("0f", "a7")
    forged_arn = theirs.replace("attackers", "shop")
    content = event(kind, properties(HOME, EU), StackId=theirs, PhysicalResourceId=ID)
    world.stacks.begin(content)
    if replaced:  # then only the events tell of it
        del world.stacks.resources[theirs, "Stores"]
    world.stacks.aliases[forged_arn] = theirs
    answer = forged(world, kind, properties(HOME, EU, **EMPTY), StackId=forged_arn, PhysicalResourceId=ID)
    assert answer.status is Status.FAILED
    assert replaced or theirs in answer.reason
    assert_untouched(world)


def test_another_type_of_resource_is_none_of_ours(world: World) -> None:
    world.stacks.begin(event("Delete", properties(HOME, EU), ResourceType="Custom::Theirs"))
    assert forged(world, "Delete", properties(HOME, EU, **EMPTY)).status is Status.FAILED
    assert_untouched(world)


@pytest.mark.parametrize("given", ["crosscheck/us-east-1/other/Stores/pipeline-artifacts", "theirs", ""])
@pytest.mark.parametrize("kind", ["Update", "Delete"])
def test_another_physical_id_is_another_resource(world: World, kind: str, given: str) -> None:
    world.stacks.begin(event(kind, properties(HOME, EU)))
    assert forged(world, kind, properties(HOME, EU), PhysicalResourceId=given).status is Status.FAILED
    assert_untouched(world)


def test_during_a_real_delete_nobody_turns_retain_into_empty_nor_names_other_stores(world: World) -> None:
    created(world, EU, Prefix=OTHER, **EMPTY)
    world.stacks.begin(event("Delete", properties(HOME, EU), PhysicalResourceId=ID))
    del world.stacks.resources[STACK, "Stores"]  # there are two, and CloudFormation shows one at a time
    answer = forged(world, "Delete", properties(HOME, EU, Prefix=OTHER, **EMPTY), PhysicalResourceId=ID)
    assert answer.status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(HOME), bucket_name(EU), bucket_name(EU, OTHER)}
    assert len(live_keys(world)) == 3


def test_during_a_real_delete_nobody_turns_empty_into_retain() -> None:
    world = World()
    created(world, EU, **EMPTY)
    assert run(world, "Delete", properties()).status is Status.SUCCESS
    assert (world.s3.buckets, live_keys(world), world.ssm.parameters) == ({}, [], {})


def test_an_update_that_failed_gave_no_right_to_empty(world: World) -> None:
    world.deny_by_scp("ap-southeast-1", "CreateBucket")
    assert run(world, "Update", properties(HOME, EU, "ap-southeast-1", **EMPTY)).status is Status.FAILED
    world.revive()
    assert run(world, "Delete", properties(HOME, EU, **EMPTY)).status is Status.SUCCESS
    assert {bucket_name(HOME), bucket_name(EU)} <= set(world.s3.buckets)


def test_the_last_update_that_succeeded_says_what_delete_does(world: World) -> None:
    assert run(world, "Update", properties(HOME, EU, **EMPTY)).status is Status.SUCCESS
    assert run(world, "Update", properties(HOME, EU)).status is Status.SUCCESS
    assert run(world, "Delete", properties(HOME, EU)).status is Status.SUCCESS
    assert len(world.s3.buckets[bucket_name(EU)].versions) == 1


def test_the_predecessor_of_a_replacement_is_deleted_while_its_successor_stands(world: World) -> None:
    old, new = properties(HOME, EU, **EMPTY), properties(EU, Prefix=OTHER, **EMPTY)
    assert run(world, "Update", old).status is Status.SUCCESS
    replaced = run(world, "Update", new, PhysicalResourceId=ID)
    assert replaced.physical_id.endswith(OTHER)
    assert forged(world, "Delete", old, PhysicalResourceId=ID).status is Status.FAILED, "not before its turn"
    assert bucket_name(EU) in world.s3.buckets
    assert run(world, "Delete", old, PhysicalResourceId=ID).status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(EU, OTHER)}
    assert forged(world, "Delete", old, PhysicalResourceId=ID).status is Status.FAILED, "nor after it"


@pytest.mark.parametrize("given", [ID, f"{ID}-two"])
def test_the_rollback_of_a_replacement_may_name_either_id(world: World, given: str) -> None:
    assert run(world, "Update", properties(EU, Prefix=OTHER), PhysicalResourceId=ID).status is Status.SUCCESS
    content = event("Update", properties(HOME, EU), PhysicalResourceId=given)
    world.stacks.begin(content)
    world.stacks.resources[STACK, "Stores"].physical_id = f"{ID}-two"
    assert forged(world, "Update", properties(HOME, EU), PhysicalResourceId=given).physical_id == ID


def test_a_create_that_was_given_up_is_removed_under_the_id_that_cloudformation_made_up() -> None:
    world = World()
    world.deny_by_scp(EU, "PutBucketPolicy")
    world.stacks.begin(event("Create", properties(EU, **EMPTY)))
    forged(world, "Create", properties(EU, **EMPTY))
    world.revive()
    assert bucket_name(EU) in world.s3.buckets
    answer = run(world, "Delete", properties(EU, **EMPTY), PhysicalResourceId="shop-Stores-1KXQ")
    assert answer == Told(Status.SUCCESS, "shop-Stores-1KXQ")
    assert (world.s3.buckets, live_keys(world)) == ({}, [])


def test_a_state_that_is_not_seen_at_once_is_looked_at_again() -> None:
    world = World()
    content = event("Create", properties(EU))
    seen: list[str] = []

    def show_late(operation: str, region: str) -> None:
        seen.append(operation)
        if seen.count("DescribeStackResource") == 3:
            world.stacks.begin(content)

    world.before = show_late
    assert forged(world, "Create", properties(EU)).status is Status.SUCCESS


def test_throttling_is_repeated(world: World) -> None:
    world.fail("DescribeStackResource", HOME, refusal("Throttling", "Rate exceeded"), times=5)
    assert run(world, "Update", properties(HOME, EU)).status is Status.SUCCESS


@pytest.mark.parametrize("code", ["Throttling", "AccessDenied", "InternalFailure"])
def test_without_cloudformations_answer_nothing_is_done_and_the_reason_is_said(world: World, code: str) -> None:
    world.fail("DescribeStackResource", HOME, refusal(code, "no", "DescribeStackResource"))
    answer = run(world, "Delete", properties(HOME, EU, **EMPTY))
    assert answer.status is Status.FAILED
    assert f"DescribeStackResource: {code}: no" in answer.reason
    assert_untouched(world)


def test_f66_rules_of_registries_and_buses_are_kept_from_forged_requests_too() -> None:
    registries, buses = RegistryWorld(), ForwardingWorld()
    replicate(registries, "Create", replication(EU))
    forward(buses, "Create", forwarding(EU))
    named = {"LogicalResourceId": "Replication", "ResourceType": "Custom::ReplicationRules"}
    assert forged(registries, "Delete", replication(EU), **named).status is Status.FAILED
    named = {"LogicalResourceId": "Forwarding", "ResourceType": "Custom::EventForwarding"}
    assert forged(buses, "Delete", forwarding(EU), **named).status is Status.FAILED
    assert registries.ecr.rules == [rule(EU, prefixes=("my-service",))]
    assert buses.events.regions == [EU]


def test_a_second_delivery_after_the_answer_changes_nothing(world: World) -> None:
    content = event("Update", properties(HOME, EU, **EMPTY))
    assert sent(world, content, provider_context(world)).status is Status.SUCCESS
    world.journal.clear()
    assert forged(world, "Update", properties(HOME, EU, **EMPTY)).status is Status.FAILED
    assert world.changes == []
