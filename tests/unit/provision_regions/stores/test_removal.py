"""F22, F23, F33, F36: nothing of ours is left, nothing foreign is touched."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from provision_regions.custom_resource.request import Status
from provision_regions.ownership.current_request import ReplacedError
from provision_regions.region_results import RegionsFailedError, UnfinishedError
from provision_regions.stores.resource import remove_stores
from tests.fakes.regions.errors import refusal
from tests.fakes.regions.requests import Told, properties, provider_context, request, run, without_waiting
from tests.fakes.regions.s3 import FakeBucket
from tests.fakes.regions.stores import ASIA, EMPTY, EU, HOME, assert_nothing_left, bucket_name, created, live_keys
from tests.fakes.regions.world import World


@pytest.mark.parametrize("operation", ["CreateKey", "CreateBucket", "PutBucketPolicy", "CreateAlias"])
def test_f22_create_that_fails_in_one_region_then_delete_leaves_nothing(operation: str) -> None:
    world = World()
    world.s3.buckets["somebody-elses"] = FakeBucket("somebody-elses", EU, "111122223333")
    strange_key = world.kms.add_key(EU)
    world.deny_by_scp(ASIA, operation)
    answer = run(world, "Create", properties(EU, ASIA, HOME, **EMPTY))
    assert answer.status is Status.FAILED
    world.revive()
    deleted = run(world, "Delete", properties(EU, ASIA, HOME, **EMPTY), PhysicalResourceId=answer.physical_id)
    assert deleted.status is Status.SUCCESS
    assert deleted.physical_id == answer.physical_id
    assert set(world.s3.buckets) == {"somebody-elses"}
    assert live_keys(world) == [strange_key]
    assert world.ssm.parameters == {}


def test_f22_a_failed_create_with_retain_keeps_what_the_next_create_takes_over() -> None:
    world = World()
    world.deny_by_scp(ASIA, "CreateBucket")
    assert run(world, "Create", properties(EU, ASIA)).status is Status.FAILED
    world.revive()
    assert run(world, "Delete", properties(EU, ASIA)).status is Status.SUCCESS
    assert world.ssm.parameters == {}
    created(world, EU, ASIA)
    assert len(live_keys(world)) == 2


@pytest.mark.parametrize("on_delete", ["Retain", "Empty"])
@pytest.mark.parametrize("wrong", [{}, {"Prefix": "NO"}, {"Regions": ["nowhere-9"]}, {"Regions": 5}, {"Prefix": ["x"]}])
def test_f23_delete_of_what_never_existed_succeeds(on_delete: str, wrong: dict[str, object]) -> None:
    world = World()
    answer = run(world, "Delete", properties(EU, OnDelete=on_delete, **wrong), PhysicalResourceId="whatever-it-was")
    assert answer == Told(Status.SUCCESS, "whatever-it-was")
    assert set(world.changes) <= {"DeleteParameters"}  # of a record that is not there


def test_f33_a_hundred_thousand_versions_with_a_writer_across_three_runs() -> None:
    world = World()
    created(world, EU, **EMPTY)
    name = bucket_name(EU)
    bucket = world.s3.buckets[name]
    for number in range(60_000):
        bucket.versions.append({"Key": f"{number}", "VersionId": "a"})
        bucket.versions.append({"Key": f"{number}", "VersionId": "b", "marker": True})
    for number in range(1100):
        world.s3.start_upload(name, f"{number}")
    refused: list[str] = []

    def write(found: FakeBucket) -> None:
        try:
            world.s3.put_object(found.name, "late.zip")
        except ClientError as error:
            refused.append(str(error))

    world.s3.after_batch = write
    clock = {"left": 0.0}

    def run_of_lambda() -> Told:
        clock["left"] = 900.0
        return run(world, "Delete", properties(EU, **EMPTY), retrying=without_waiting(lambda: clock["left"]))

    world.before = lambda operation, region: clock.update(left=clock["left"] - (15 if "Objects" in operation else 0))
    for _ in range(2):
        with pytest.raises(UnfinishedError, match=EU):
            run_of_lambda()
        assert live_keys(world), "the key must outlive the objects"
    assert run_of_lambda().status is Status.SUCCESS
    assert refused
    assert_nothing_left(world)


def test_f33_the_third_run_answers_with_what_is_left() -> None:
    world = World()
    created(world, EU, **EMPTY)
    world.s3.buckets[bucket_name(EU)].versions = [{"Key": f"{n}", "VersionId": "a"} for n in range(9000)]

    def short_run() -> Told:
        left = iter([900.0] * 8 + [61.0] * 6)
        return run(world, "Delete", properties(EU, **EMPTY), retrying=without_waiting(lambda: next(left, 1.0)))

    for _ in range(2):
        with pytest.raises(UnfinishedError):
            short_run()
    answer = short_run()
    assert answer.status is Status.FAILED
    assert f"not finished in 3 runs of the function, left: {EU}" in answer.reason
    assert run(world, "Delete", properties(EU, **EMPTY), RequestId="again").status is Status.SUCCESS
    assert_nothing_left(world)


def test_f33_what_cannot_be_deleted_is_said_and_the_key_stays() -> None:
    world = World()
    created(world, EU, **EMPTY)
    world.s3.put_object(bucket_name(EU), "artifact.zip")
    world.s3.buckets[bucket_name(EU)].locked = True
    answer = run(world, "Delete", properties(EU, **EMPTY))
    assert answer.status is Status.FAILED
    assert "1 objects" in answer.reason
    assert "object lock" in answer.reason
    assert len(live_keys(world)) == 1
    assert world.ssm.parameters


@pytest.mark.parametrize("key", ["a\x01b.zip", "\x1f", "a\ufffe", "a+b %25 ü.zip", "a\r\nb"])
def test_f33_no_writer_makes_a_key_that_a_delete_stumbles_over(key: str) -> None:
    world = World()
    created(world, EU, **EMPTY)
    for each in (key, "artifact.zip"):
        world.s3.put_object(bucket_name(EU), each)
        world.s3.delete_object(bucket_name(EU), each)
        world.s3.start_upload(bucket_name(EU), each)
    assert run(world, "Delete", properties(EU, **EMPTY)).status is Status.SUCCESS
    assert_nothing_left(world)


def test_a_prefix_that_the_function_has_lost_is_said_to_be_the_reason() -> None:
    world = World()
    created(world, EU, **EMPTY)
    world.fail("GetBucketTagging", EU, refusal("AccessDenied", "no identity-based policy allows it"))
    asked = request("Delete", properties(EU, **EMPTY))
    context = replace(provider_context(world), store_prefix="artifacts")
    with pytest.raises(RegionsFailedError, match="end with ArtifactStorePrefix, which is 'artifacts' now"):
        remove_stores(asked, context)
    assert "ArtifactStorePrefix" not in run(world, "Delete", properties(EU, **EMPTY)).reason


def test_f36_a_role_that_lost_its_policy_is_answered_with_the_denial() -> None:
    world = World()
    created(world, EU, **EMPTY)
    world.deny_by_scp(EU, "GetBucketTagging")
    answer = run(world, "Delete", properties(EU, **EMPTY))
    assert answer.status is Status.FAILED
    assert bucket_name(EU) in answer.reason
    assert len(live_keys(world)) == 1


@pytest.mark.parametrize("operation", ["DeleteBucket", "DeleteAlias", "ScheduleKeyDeletion", "ListTagsForResource"])
def test_of_two_runs_of_a_delete_at_once_the_faster_one_answers(operation: str) -> None:
    world = World()
    created(world, EU, **EMPTY)
    other: list[Status] = []

    def other_run_is_faster(called: str, region: str) -> None:
        if called == operation and not other:
            other.append(Status.FAILED)
            other[0] = run(world, "Delete", properties(EU, **EMPTY)).status

    world.before = other_run_is_faster
    with pytest.raises(ReplacedError):  # there is no answer
        run(world, "Delete", properties(EU, **EMPTY))
    assert other == [Status.SUCCESS]
    assert_nothing_left(world)


@pytest.mark.parametrize(("text", "problem"), [("{", "is no JSON"), ("[]", "is no JSON object")])
def test_a_record_that_somebody_broke_is_named_with_what_to_do(text: str, problem: str) -> None:
    world = World()
    created(world, EU)
    (record,) = world.records
    whole = {"Name": record, "Type": "String", "Overwrite": True}
    good = world.call("ssm", HOME, "GetParameters", {"Names": [record]})["Parameters"][0]["Value"]
    world.call("ssm", HOME, "PutParameter", {**whole, "Value": text})
    answer = run(world, "Delete", properties(EU))
    assert answer.status is Status.FAILED
    assert answer.reason == (
        f"the record {record} {problem}, as Crosscheck never writes it: put back an earlier value (aws ssm "
        f"get-parameter-history --name {record}), and try again"
    )
    world.call("ssm", HOME, "PutParameter", {**whole, "Value": good})
    assert run(world, "Delete", properties(EU)).status is Status.SUCCESS
