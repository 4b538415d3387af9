"""A role that somebody named in a store's policy is gone: AWS shows its id, and takes no policy that names it."""

import json

import pytest

from provision_regions.custom_resource.request import Status
from provision_regions.stores.refused_policies import deleted_principals
from tests.fakes.regions.principals import DELETED, beside_deleted
from tests.fakes.regions.requests import properties, run
from tests.fakes.regions.s3 import FakeBucket
from tests.fakes.regions.stores import EMPTY, EU, assert_nothing_left, bucket_name, created
from tests.fakes.regions.world import World

READER = {"ReaderAccounts": ["999988887777"]}


def store() -> tuple[World, FakeBucket]:
    """A store whose bucket somebody let a role read that is gone."""
    world = World()
    created(world, EU, **EMPTY)
    bucket = world.s3.buckets[bucket_name(EU)]
    bucket.policy = beside_deleted(bucket.policy, Action="s3:GetObject", Resource=f"arn:aws:s3:::{bucket.name}/*")
    world.journal.clear()
    return world, bucket


def test_a_delete_that_empties_is_not_stopped_by_a_principal_that_is_gone() -> None:
    world, bucket = store()
    world.s3.put_object(bucket.name, "artifact.zip")
    answer = run(world, "Delete", properties(EU, **EMPTY))
    assert answer.status is Status.SUCCESS, answer.reason
    assert_nothing_left(world)


def test_a_writer_who_is_faster_is_told_with_the_reason_why_he_could_write() -> None:
    world, bucket = store()
    before = bucket.policy
    world.s3.put_object(bucket.name, "artifact.zip")
    world.before = lambda operation, region: (
        world.s3.put_object(bucket.name, "late.zip") if operation == "DeleteBucket" else None
    )
    answer = run(world, "Delete", properties(EU, **EMPTY))
    assert answer.status is Status.FAILED
    assert "is still not empty, and could not be closed to writers" in answer.reason
    assert DELETED in answer.reason
    assert bucket.policy == before


def test_an_update_that_changes_nothing_of_ours_writes_no_policy() -> None:
    world, bucket = store()
    before = bucket.policy
    (key,) = world.kms.keys.values()
    key.policy = beside_deleted(key.policy, Action="kms:Decrypt", Resource="*")
    answer = run(world, "Update", properties(EU, ExpireArtifactsAfterDays="9", **EMPTY))
    assert answer.status is Status.SUCCESS, answer.reason
    assert bucket.policy == before
    assert world.called(["PutBucketPolicy", "PutKeyPolicy"]) == []


def test_an_update_that_has_to_change_the_buckets_policy_says_what_to_do_and_loses_nobodys_statement() -> None:
    world, bucket = store()
    document = json.loads(bucket.policy)
    bucket.policy = json.dumps({**document, "Statement": document["Statement"][1:]})
    before = bucket.policy
    answer = run(world, "Update", properties(EU, **EMPTY))
    assert answer.status is Status.FAILED
    assert answer.reason == (
        f"{EU}: the policy of the bucket {bucket.name} was refused, and left as it is: MalformedPolicy: Invalid "
        f"principal in policy. It names {DELETED}, as AWS shows a role or user that was deleted: take that out of it, "
        "and try again"
    )
    assert bucket.policy == before


def test_an_update_that_has_to_change_the_keys_policy_says_so_as_well() -> None:
    world, _ = store()
    (key,) = world.kms.keys.values()
    key.policy = before = beside_deleted(key.policy, Action="kms:Decrypt", Resource="*")
    answer = run(world, "Update", properties(EU, **EMPTY, **READER))
    assert answer.status is Status.FAILED
    assert f"the policy of the key {key.arn} was refused" in answer.reason
    assert f"It names {DELETED}" in answer.reason
    assert key.policy == before


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ({"Principal": "*"}, []),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:role/Reader"}}, []),
        ({"Principal": {"AWS": ["111122223333", DELETED]}}, [DELETED]),
        ({"NotPrincipal": {"AWS": [DELETED]}}, [DELETED]),
        ({"Principal": {"Service": "cloudtrail.amazonaws.com"}}, []),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:userid": DELETED}}}, []),
    ],
)
def test_only_principals_count_that_are_shown_by_their_ids(statement: dict[str, object], found: list[str]) -> None:
    assert deleted_principals({"Statement": [statement]}) == found
