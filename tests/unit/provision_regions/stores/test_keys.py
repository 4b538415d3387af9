"""F31, F32: the key is found before it is made, revived, and never somebody else's."""

import json

import pytest

from provision_regions.custom_resource.request import Status
from tests.fakes.regions.errors import refusal
from tests.fakes.regions.requests import properties, run
from tests.fakes.regions.stores import EMPTY, EU, bucket_name, created, live_keys
from tests.fakes.regions.world import World


def test_f31_our_key_pending_deletion_is_revived() -> None:
    world = World()
    created(world, EU)
    (key,) = world.kms.keys.values()
    key.state = "PendingDeletion"
    assert created(world, EU).data[f"{EU}.KeyArn"] == key.arn
    assert key.state == "Enabled"
    assert len(world.kms.keys) == 1
    world.s3.put_object(bucket_name(EU), "artifact.zip")


@pytest.mark.parametrize(
    ("operation", "code"), [("EnableKey", "KMSInvalidStateException"), ("EnableKeyRotation", "DisabledException")]
)
def test_f31_a_revived_keys_state_that_is_not_known_everywhere_yet_is_waited_for(operation: str, code: str) -> None:
    world = World()
    created(world, EU)
    (key,) = world.kms.keys.values()
    key.state, key.rotation = "PendingDeletion", False
    world.fail(operation, EU, refusal(code), times=2)
    created(world, EU)
    assert (key.state, key.rotation) == ("Enabled", True)


def test_f31_a_strangers_key_pending_deletion_loses_the_alias() -> None:
    world = World()
    strange = world.kms.add_key(EU, state="PendingDeletion")
    world.kms.aliases[EU, "alias/pipeline-artifacts"] = strange.arn
    answer = created(world, EU)
    assert strange.state == "PendingDeletion"
    assert world.kms.aliases == {(EU, "alias/pipeline-artifacts"): answer.data[f"{EU}.KeyArn"]}
    assert answer.data[f"{EU}.KeyArn"] != strange.arn


def test_f31_a_store_made_again_after_empty_gets_its_key_back() -> None:
    world = World()
    first = created(world, EU, **EMPTY)
    run(world, "Delete", properties(EU, **EMPTY))
    assert created(world, EU, **EMPTY).data == first.data


def test_f32_the_key_policy_names_no_role() -> None:
    world = World()
    created(world, EU)
    (key,) = world.kms.keys.values()
    principals = [entry["Principal"] for entry in json.loads(key.policy)["Statement"]]
    assert principals == [{"AWS": "arn:aws:iam::111122223333:root"}] * 2


def test_f32_a_key_that_shuts_us_out_is_passed_by() -> None:
    world = World()
    world.kms.add_key(EU, closed=True)
    created(world, EU)
    assert len(world.kms.keys) == 2


def test_f32_a_new_key_is_made_although_its_tag_gives_us_no_right_yet() -> None:
    """The fake refuses a policy where KMS may look whether the caller could change it again."""
    world = World()
    created(world, EU)
    (key,) = live_keys(world)
    key.policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    created(world, EU)
    assert json.loads(key.policy)["Statement"]


@pytest.mark.parametrize("operation", ["EnableKeyRotation", "CreateAlias"])
def test_a_new_keys_tag_that_does_not_count_yet_is_waited_for(operation: str) -> None:
    world = World()
    times = 2 if operation == "CreateAlias" else 40
    world.fail(operation, EU, refusal("AccessDeniedException", "no identity-based policy allows it"), times=times)
    created(world, EU)
    assert len(world.kms.keys) == 1
    assert len(world.called([operation])) == times + 1


def test_a_rollback_right_after_the_key_was_made_waits_for_its_tag() -> None:
    world = World()
    created(world, EU, **EMPTY)
    world.fail("ScheduleKeyDeletion", EU, refusal("AccessDeniedException"), times=40)
    assert run(world, "Delete", properties(EU, **EMPTY)).status is Status.SUCCESS
    assert live_keys(world) == []


def test_f32_keys_that_shut_us_out_are_asked_once() -> None:
    world = World()
    for _ in range(3):
        world.kms.add_key(EU, closed=True)
    created(world, EU)
    assert len(world.called(["ListResourceTags"])) == 3


def test_two_runs_of_one_request_at_once_end_with_one_key() -> None:
    world = World()
    other: list[str] = []

    def other_run_is_faster(operation: str, region: str) -> None:
        if operation == "CreateAlias" and not other:
            other.append("running")
            created(world, EU)

    world.before = other_run_is_faster
    answer = created(world, EU)
    (key,) = live_keys(world)
    assert answer.data[f"{EU}.KeyArn"] == key.arn
