"""F22, F23, F25 and what else may happen to a request for `Custom::EventForwarding`."""

import json

import pytest

from provision_regions.context import partition_named
from provision_regions.custom_resource.request import Status
from tests.fakes.regions.errors import refusal
from tests.fakes.regions.events import FakeRule
from tests.fakes.regions.forwarding_world import (
    ASIA,
    EU,
    HOME,
    LONDON,
    NAME,
    OWNER,
    ROLE,
    ForwardingWorld,
    properties,
    run,
    succeed,
)
from tests.fakes.regions.requests import Told
from tests.fakes.regions.world import SCP

BUS = "arn:aws:events:us-east-1:111122223333:event-bus/default"
TARGET = {"Id": "home", "Arn": BUS, "RoleArn": ROLE}
OURS = {"crosscheck:owner": OWNER}


@pytest.fixture
def world() -> ForwardingWorld:
    return ForwardingWorld()


def rule(world: ForwardingWorld, region: str) -> FakeRule:
    return world.events.rules[region, NAME]


def assert_forwarding_from(world: ForwardingWorld, *regions: str) -> None:
    assert sorted(world.events.rules) == sorted((region, NAME) for region in regions)
    for region in regions:
        found = rule(world, region)
        assert json.loads(found.pattern)["region"] == [region]
        assert (found.state, found.tags, list(found.targets.values())) == ("ENABLED", OURS, [TARGET])


def assert_nothing_left(world: ForwardingWorld) -> None:
    assert world.events.rules == {}
    assert world.ssm.parameters == {}


def test_create_update_and_delete(world: ForwardingWorld) -> None:
    created = succeed(world, "Create", properties(EU, ASIA))
    assert created.data == {"RuleName": NAME}
    assert_forwarding_from(world, EU, ASIA)
    updated = succeed(world, "Update", properties(EU, LONDON), old=properties(EU, ASIA))
    assert updated == created
    assert_forwarding_from(world, EU, LONDON)
    succeed(world, "Delete", properties(EU, LONDON))
    assert_nothing_left(world)


def test_the_same_again_writes_nothing(world: ForwardingWorld) -> None:
    first = succeed(world, "Create", properties(EU, ASIA))
    world.journal.clear()
    assert succeed(world, "Create", properties(ASIA, EU)) == first
    assert world.changes == []


def test_f10_there_is_never_a_rule_in_the_home_region(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(HOME, EU))
    assert_forwarding_from(world, EU)
    succeed(world, "Update", properties(HOME))
    assert (world.events.rules, world.records) == ({}, {})


@pytest.mark.parametrize("wanted", [properties(), properties(HOME), {"Regions": ""}])
def test_without_regions_nothing_is_made(world: ForwardingWorld, wanted: dict[str, object]) -> None:
    for kind in ("Create", "Update", "Delete"):
        succeed(world, kind, wanted, role="")
    assert world.changes == []
    assert {service for service, *_ in world.journal} == {"cloudformation", "ssm"}


def test_every_region_of_the_partition_fits(world: ForwardingWorld) -> None:
    regions = sorted(partition_named("aws").regions)
    succeed(world, "Create", properties(*regions))
    assert len(world.events.rules) == len(regions) - 1
    succeed(world, "Delete", properties(*regions))
    assert_nothing_left(world)


@pytest.mark.parametrize("tags", [{}, {"crosscheck:owner": "us-east-1/other/Forwarding"}, {"team": "web"}])
def test_a_rule_of_somebody_else_is_refused_and_nothing_is_changed(
    world: ForwardingWorld, tags: dict[str, str]
) -> None:
    theirs = world.events.add_rule(ASIA, NAME, tags=dict(tags), targets={"x": {"Id": "x", "Arn": BUS}})
    answer = run(world, "Create", properties(EU, ASIA))
    assert answer.status is Status.FAILED
    assert answer.reason.startswith(f"{ASIA}: the EventBridge rule {NAME} exists and is not ours")
    assert world.changes == []
    succeed(world, "Delete", properties(EU, ASIA))
    assert world.events.rules == {(ASIA, NAME): theirs}
    assert (theirs.tags, list(theirs.targets)) == (tags, ["x"])


def test_a_rule_that_somebody_has_made_his_own_is_not_removed(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU, ASIA))
    rule(world, EU).tags = {"crosscheck:owner": "mine"}
    succeed(world, "Delete", properties(EU, ASIA))
    assert world.events.regions == [EU]


def test_two_resources_have_rules_of_their_own(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU), LogicalResourceId="One")
    succeed(world, "Create", properties(EU), LogicalResourceId="Two")
    assert world.events.regions == [EU, EU]
    succeed(world, "Delete", properties(EU), LogicalResourceId="One")
    ((_, kept),) = world.events.rules.items()
    assert kept.tags == {"crosscheck:owner": "us-east-1/shop/Two"}


def test_f22_create_fails_in_one_region_then_delete_leaves_nothing(world: ForwardingWorld) -> None:
    world.fail("PutTargets", ASIA, refusal("AccessDeniedException", "no"))
    answer = run(world, "Create", properties(EU, ASIA, LONDON))
    assert answer.status is Status.FAILED
    assert answer.reason == f"{ASIA}: denied: : AccessDeniedException: no"
    assert world.events.regions == [ASIA, EU, LONDON]
    world.revive()
    deleted = run(world, "Delete", properties(EU, ASIA, LONDON), PhysicalResourceId=answer.physical_id)
    assert deleted == Told(Status.SUCCESS, answer.physical_id)
    assert_nothing_left(world)


@pytest.mark.parametrize("wrong", [{}, {"Regions": 5}, {"Regions": ["nowhere-9"]}, {"Nonsense": "x"}])
@pytest.mark.parametrize(
    "stack", [f"arn:aws:cloudformation:us-east-1:111122223333:stack/{name}/0f" for name in ("shop", "plans")]
)
def test_f23_delete_of_what_never_existed_succeeds(
    world: ForwardingWorld, wrong: dict[str, object], stack: str
) -> None:
    answer = run(world, "Delete", properties(EU) | wrong, PhysicalResourceId="whatever-it-was", StackId=stack)
    assert answer == Told(Status.SUCCESS, "whatever-it-was")
    assert world.changes == []


def test_f23_delete_of_what_somebody_removed_already_succeeds(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU, ASIA))
    world.events.rules.clear()
    succeed(world, "Delete", properties(EU, ASIA))
    assert_nothing_left(world)


def test_two_runs_of_one_create_at_once_both_succeed(world: ForwardingWorld) -> None:
    other: list[Told] = []

    def other_run_is_faster(operation: str, region: str) -> None:
        if operation == "PutParameter" and not other:
            world.before = lambda operation, region: None
            other.append(succeed(world, "Create", properties(EU)))

    world.before = other_run_is_faster
    assert [succeed(world, "Create", properties(EU))] == other
    assert_forwarding_from(world, EU)
    succeed(world, "Delete", properties(EU))
    assert_nothing_left(world)


def test_f25_update_that_fails_rolls_back_to_the_old_properties(world: ForwardingWorld) -> None:
    old, new = properties(EU, ASIA), properties(EU, LONDON)
    succeed(world, "Create", old)
    world.fail("PutTargets", LONDON, refusal("LimitExceededException", "too many"))
    failed = run(world, "Update", new, old)
    assert failed.status is Status.FAILED
    world.revive()
    back = run(world, "Update", old, new)
    assert (back.status, back.physical_id) == (Status.SUCCESS, failed.physical_id)
    assert_forwarding_from(world, EU, ASIA)
    succeed(world, "Delete", old)
    assert_nothing_left(world)


def test_f25_a_region_that_could_not_be_removed_is_removed_by_the_delete(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU, ASIA))
    world.fail("DeleteRule", ASIA, refusal("AccessDeniedException", "no"))
    assert run(world, "Update", properties(EU), properties(EU, ASIA)).status is Status.FAILED
    world.revive()
    succeed(world, "Delete", properties(EU))
    assert_nothing_left(world)


def test_f25_an_update_to_nonsense_changes_nothing_and_keeps_the_id(world: ForwardingWorld) -> None:
    created = succeed(world, "Create", properties(EU))
    world.journal.clear()
    answer = run(world, "Update", properties("nowhere-9", EU))
    assert (answer.status, answer.physical_id) == (Status.FAILED, created.physical_id)
    assert "nowhere-9" in answer.reason
    assert world.changes == []


def test_f28_throttling_and_single_targets_that_fail_are_repeated(world: ForwardingWorld) -> None:
    for operation in ("DescribeRule", "PutRule", "PutTargets", "RemoveTargets", "DeleteRule"):
        world.fail(operation, EU, refusal("ThrottlingException"), times=2)
        world.fail(operation, EU, refusal("InternalException"), times=1)
        if operation != "DescribeRule":
            world.fail(operation, EU, refusal("ConcurrentModificationException"), times=1)
    world.events.busy = 2
    succeed(world, "Create", properties(EU))
    assert_forwarding_from(world, EU)
    world.events.busy = 2
    succeed(world, "Delete", properties(EU))
    assert_nothing_left(world)


def test_a_target_that_goes_on_failing_is_told(world: ForwardingWorld) -> None:
    world.events.busy = 10**6
    answer = run(world, "Create", properties(EU))
    assert answer.status is Status.FAILED
    assert answer.reason.startswith(f"{EU}: refused: PutTargets: ConcurrentModificationException")


def test_f29_a_region_that_region_not_enabled_is_named_and_nothing_is_made(world: ForwardingWorld) -> None:
    world.disabled = {"me-south-1"}
    answer = run(world, "Create", properties(EU, "me-south-1"))
    assert answer.status is Status.FAILED
    assert answer.reason.startswith("me-south-1: the region is not enabled for this account")
    assert world.changes == []
    succeed(world, "Delete", properties(EU, "me-south-1"))


def test_f29_a_region_that_was_disabled_since_can_be_taken_off_the_list(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU, "me-south-1"))
    world.disabled = {"me-south-1"}
    succeed(world, "Update", properties(EU))
    assert world.events.regions == [EU, "me-south-1"]
    deleted = run(world, "Delete", properties(EU))
    assert deleted.status is Status.FAILED
    assert deleted.reason.startswith("me-south-1: the region is not enabled for this account")
    world.disabled = set()
    succeed(world, "Delete", properties(EU))
    assert_nothing_left(world)


def test_f30_a_denial_keeps_awss_words(world: ForwardingWorld) -> None:
    world.fail("PutRule", EU, refusal("AccessDeniedException", SCP.format(operation="events:PutRule"), "PutRule", 403))
    answer = run(world, "Create", properties(EU))
    assert answer.reason.startswith(f"{EU}: denied: PutRule: AccessDeniedException: ")
    assert "explicit deny in a service control policy" in answer.reason


def test_f32_a_role_that_eventbridge_does_not_know_yet_is_waited_for(world: ForwardingWorld) -> None:
    world.events.role_unknown = 5
    succeed(world, "Create", properties(EU))
    assert_forwarding_from(world, EU)


def test_f37_the_next_update_mends_what_somebody_changed(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU, ASIA, LONDON))
    rule(world, EU).state = "DISABLED"
    rule(world, ASIA).pattern = '{"source": ["aws.ec2"]}'
    rule(world, LONDON).targets = {}
    succeed(world, "Update", properties(EU, ASIA, LONDON))
    assert_forwarding_from(world, EU, ASIA, LONDON)


def test_a_target_that_somebody_added_stays_until_the_rule_goes(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU))
    theirs = {"Id": "theirs", "Arn": "arn:aws:sqs:eu-west-1:111122223333:q"}
    rule(world, EU).targets["theirs"] = theirs
    succeed(world, "Update", properties(EU))
    assert list(rule(world, EU).targets.values()) == [TARGET, theirs]
    succeed(world, "Delete", properties(EU))
    assert_nothing_left(world)


def test_another_role_is_put_into_the_target(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU), role=f"{ROLE}-before")
    succeed(world, "Update", properties(EU))
    assert_forwarding_from(world, EU)


def test_f21_a_missing_role_is_answered_and_a_delete_needs_none(world: ForwardingWorld) -> None:
    succeed(world, "Create", properties(EU))
    assert "FORWARDING_ROLE_ARN is missing" in run(world, "Update", properties(EU), role="").reason
    succeed(world, "Delete", properties(EU), role="")
    assert_nothing_left(world)
