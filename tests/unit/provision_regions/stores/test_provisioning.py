"""A Create: what it makes, what it refuses, what it survives (F26 to F30, F35)."""

import itertools
import json
import threading

import pytest

from provision_regions.context import partition_named
from provision_regions.custom_resource.request import Status
from provision_regions.ownership.names import ADOPT_TAG, OWNER_TAG
from provision_regions.region_results import UnfinishedError
from tests.fakes.regions.errors import refusal
from tests.fakes.regions.requests import OWNER, PREFIX, properties, run, without_waiting
from tests.fakes.regions.s3 import FakeBucket
from tests.fakes.regions.stores import ASIA, EMPTY, EU, HOME, assert_nothing_left, bucket_name, created
from tests.fakes.regions.world import World


def test_a_store_has_everything_that_the_contract_names() -> None:
    world = World()
    created(world, EU, ExpireArtifactsAfterDays="90")
    bucket = world.s3.buckets[bucket_name(EU)]
    (key,) = world.kms.keys.values()
    assert bucket.region == EU
    assert bucket.tags == {OWNER_TAG: OWNER}
    assert bucket.settings["versioning"] == {"Status": "Enabled"}
    assert bucket.settings["public access"] == dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    assert bucket.settings["ownership"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (rule,) = bucket.settings["encryption"]["Rules"]
    assert rule["BucketKeyEnabled"] is True
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key.arn}
    rules = {rule["ID"]: rule for rule in bucket.settings["lifecycle"]["Rules"]}
    assert rules["crosscheck-noncurrent"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rules["crosscheck-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rules["crosscheck-current"]["Expiration"] == {"Days": 90}
    assert key.rotation
    assert key.tags[OWNER_TAG] == OWNER
    assert world.kms.aliases == {(EU, "alias/pipeline-artifacts"): key.arn}
    store = {"type": "S3", "location": bucket.name, "encryptionKey": {"id": key.arn, "type": "KMS"}}
    assert json.loads(world.ssm.values(HOME)[f"/crosscheck/shop/{PREFIX}/{EU}"]) == store


def test_attributes_name_every_store() -> None:
    answer = created(World(), EU, ASIA)
    assert answer.physical_id == f"crosscheck/us-east-1/shop/Stores/{PREFIX}"
    assert answer.data["ParameterPath"] == f"/crosscheck/shop/{PREFIX}"
    assert answer.data[f"{EU}.Bucket"] == bucket_name(EU)
    stores = json.loads(answer.data["ArtifactStores"])
    assert list(stores) == [EU, ASIA]
    assert stores[ASIA]["encryptionKey"]["id"] == answer.data[f"{ASIA}.KeyArn"]


def test_the_parameters_of_all_regions_are_written_at_once_and_read_at_once() -> None:
    world, meet = World(), threading.Barrier(2)
    written = itertools.count(1)

    def wait_for_the_other(operation: str, _region: str) -> None:
        # The first two that are written, and the last two, are the request and the record.
        if operation == "ListTagsForResource" or (operation == "PutParameter" and next(written) in {3, 4}):
            meet.wait(timeout=10)

    world.before = wait_for_the_other
    created(world, EU, ASIA)
    update = run(world, "Update", properties(EU, ASIA), properties(EU, ASIA))
    assert update.status is Status.SUCCESS
    assert {f"/crosscheck/shop/{PREFIX}/{region}" for region in (EU, ASIA)} < world.ssm.values(HOME).keys()


def test_a_parameter_that_hangs_is_left_to_the_next_run() -> None:
    world, held, written = World(), threading.Event(), itertools.count(1)

    def hold(operation: str, _region: str) -> None:
        if operation == "PutParameter" and next(written) == 3:
            held.wait(timeout=10)

    world.before = hold
    with pytest.raises(UnfinishedError, match="left: the parameters"):
        run(world, "Create", properties(EU, ASIA), retrying=without_waiting(lambda: 61.0))
    held.set()
    assert run(world, "Create", properties(EU, ASIA)).status is Status.SUCCESS


def test_every_call_that_takes_it_says_whose_bucket_is_meant() -> None:
    world = World()
    created(world, EU, **EMPTY)
    run(world, "Delete", properties(EU, **EMPTY))
    calls = [
        params for service, _, operation, params in world.journal if service == "s3" and operation != "CreateBucket"
    ]
    assert calls
    assert {params.get("ExpectedBucketOwner") for params in calls} == {"111122223333"}


def test_home_is_included_without_a_quarrel_when_it_is_also_listed() -> None:
    world = World()
    created(world, EU, HOME, IncludeHome="true")
    assert set(world.s3.buckets) == {bucket_name(EU), bucket_name(HOME)}


@pytest.mark.parametrize("owner", ["999900001111", "111122223333"])
def test_f26_a_bucket_of_somebody_else_is_named_and_nothing_is_changed_anywhere(owner: str) -> None:
    world = World()
    strange = FakeBucket(bucket_name(ASIA), ASIA, owner)
    world.s3.buckets[strange.name] = strange
    answer = run(world, "Create", properties(EU, ASIA, **EMPTY))
    assert answer.status is Status.FAILED
    assert strange.name in answer.reason
    assert world.changes == []
    assert run(world, "Delete", properties(EU, ASIA, **EMPTY)).status is Status.SUCCESS
    assert world.changes == [] or set(world.changes) == {"DeleteParameters"}
    assert world.s3.buckets == {strange.name: strange}


def test_f26_a_bucket_that_another_account_takes_at_the_last_moment() -> None:
    world = World()
    world.fail("CreateBucket", EU, refusal("BucketAlreadyExists"))
    answer = run(world, "Create", properties(EU))
    assert f"{EU}: the bucket {bucket_name(EU)} belongs to another account" in answer.reason


def test_f26_a_strangers_alias_and_a_strangers_parameter_are_refused() -> None:
    world = World()
    world.kms.aliases[EU, "alias/pipeline-artifacts"] = world.kms.add_key(EU).arn
    assert "alias/pipeline-artifacts" in run(world, "Create", properties(EU)).reason
    world = World()
    world.call("ssm", HOME, "PutParameter", {"Name": f"/crosscheck/shop/{PREFIX}/{EU}", "Value": "x", "Type": "String"})
    answer = run(world, "Create", properties(EU))
    assert answer.status is Status.FAILED
    assert f"/crosscheck/shop/{PREFIX}/{EU}" in answer.reason
    assert world.s3.buckets == {}


def test_f26_a_second_resource_with_the_same_prefix_is_refused() -> None:
    world = World()
    created(world, EU)
    answer = run(world, "Create", properties(EU), LogicalResourceId="Others")
    assert answer.status is Status.FAILED
    assert len(world.kms.keys) == 1


def test_an_adopted_store_is_used_and_never_emptied() -> None:
    world = World()
    key = world.kms.add_key(EU, {ADOPT_TAG: OWNER})
    world.kms.aliases[EU, "alias/pipeline-artifacts"] = key.arn
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Theirs", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "r"}],
    }
    tags = {ADOPT_TAG: OWNER, "team": "shop"}
    bucket = FakeBucket(bucket_name(EU), EU, "111122223333", tags, policy=json.dumps(policy))
    world.s3.buckets[bucket.name] = bucket
    assert created(world, EU, **EMPTY).data[f"{EU}.KeyArn"] == key.arn
    assert bucket.tags == tags
    assert "lifecycle" not in bucket.settings
    assert [entry["Sid"] for entry in json.loads(bucket.policy)["Statement"]] == ["Theirs", "CrosscheckTlsOnly"]
    world.s3.put_object(bucket.name, "artifact.zip")
    assert run(world, "Delete", properties(EU, **EMPTY)).status is Status.SUCCESS
    assert len(bucket.versions) == 1
    assert key.state == "Enabled"
    assert world.ssm.parameters == {}


def test_f27_a_retained_store_is_taken_over_with_what_is_in_it() -> None:
    world = World()
    first = created(world, EU, HOME)
    world.s3.put_object(bucket_name(EU), "artifact.zip")
    assert run(world, "Delete", properties(EU, HOME)).status is Status.SUCCESS
    assert world.ssm.parameters == {}
    assert created(world, EU, HOME).data == first.data
    assert len(world.s3.buckets[bucket_name(EU)].versions) == 1


OF_S3 = ("OperationAborted", "SlowDown", "InternalError")
TRANSIENT = [
    *((operation, code) for operation in ("CreateBucket", "PutBucketPolicy", "DeleteObjects") for code in OF_S3),
    ("CreateKey", "ThrottlingException"),
    ("CreateKey", "KMSInternalException"),
    ("PutParameter", "ThrottlingException"),
    ("PutParameter", "TooManyUpdates"),
    ("PutParameter", "InternalServerError"),
]


@pytest.mark.parametrize(("operation", "code"), TRANSIENT)
def test_f28_transient_refusals_are_repeated(operation: str, code: str) -> None:
    world = World()
    world.fail(operation, HOME, refusal(code), times=2)
    created(world, HOME, **EMPTY)
    world.s3.put_object(bucket_name(HOME), "artifact.zip")
    assert run(world, "Delete", properties(HOME, **EMPTY)).status is Status.SUCCESS
    assert_nothing_left(world)


def test_f28_throttling_without_an_end_is_answered() -> None:
    world = World()
    world.fail("PutBucketVersioning", EU, refusal("SlowDown", "Please reduce your request rate"))
    answer = run(world, "Create", properties(EU))
    assert answer.status is Status.FAILED
    assert "SlowDown" in answer.reason


def test_f28_a_bucket_not_known_everywhere_yet_is_waited_for() -> None:
    world = World()
    world.fail("PutBucketTagging", EU, refusal("NoSuchBucket"), times=3)
    world.fail("CreateAlias", EU, refusal("NotFoundException"), times=3)
    created(world, EU)


def test_a_role_that_is_not_known_everywhere_yet_is_waited_for() -> None:
    world = World()
    world.fail("GetBucketTagging", EU, refusal("AccessDenied", "no identity-based policy allows it"), times=4)
    for operation in ("DescribeKey", "CreateKey"):
        world.fail(operation, EU, refusal("AccessDeniedException", "no identity-based policy allows it"), times=4)
    created(world, EU)


def test_a_bucket_just_made_is_waited_for_longer_than_one_that_was_there() -> None:
    world = World()
    denied = refusal("AccessDenied", "no identity-based policy allows it", "PutBucketEncryption")
    world.fail("PutBucketEncryption", EU, denied, times=40)
    created(world, EU)
    world.fail("PutBucketEncryption", EU, denied, times=40)
    assert f"{EU}: denied: PutBucketEncryption" in run(world, "Update", properties(EU)).reason


@pytest.mark.parametrize("stack", ["plans", "_records"])
def test_a_stack_whose_parameters_would_be_ours_is_refused_before_anything_is_made(stack: str) -> None:
    world = World()
    stack_id = f"arn:aws:cloudformation:us-east-1:111122223333:stack/{stack}/0f"
    answer = run(world, "Create", properties(EU), StackId=stack_id)
    assert f"must not be called '{stack}'" in answer.reason
    assert world.changes == []
    assert run(world, "Delete", properties(EU, **EMPTY), StackId=stack_id).status is Status.SUCCESS


def test_f29_a_region_that_region_not_enabled_is_named_before_anything_is_made() -> None:
    world = World(disabled={"me-south-1"})
    answer = run(world, "Create", properties(EU, "me-south-1", **EMPTY))
    assert answer.status is Status.FAILED
    assert "me-south-1: the region is not enabled" in answer.reason
    assert world.changes == []
    assert run(world, "Delete", properties(EU, "me-south-1", **EMPTY)).status is Status.SUCCESS


@pytest.mark.parametrize("operation", ["CreateKey", "CreateBucket", "DescribeKey", "PutBucketEncryption"])
def test_f30_a_service_control_policy_keeps_its_words(operation: str) -> None:
    world = World()
    world.deny_by_scp(ASIA, operation)
    answer = run(world, "Create", properties(EU, ASIA))
    assert f"{ASIA}: denied: {operation}" in answer.reason
    assert "explicit deny in a service control policy" in answer.reason


def test_f35_string_properties() -> None:
    world = World()
    created(world, Regions=f"{EU}, {ASIA}", ExpireArtifactsAfterDays="5", IncludeHome="false", ServiceTimeout="3300")
    assert len(world.s3.buckets) == 2


def test_all_regions_of_aws_at_once() -> None:
    world = World()
    regions = sorted(partition_named("aws").regions)
    answer = created(world, *regions)
    assert answer.data["ArtifactStores"] == f"ssm:/crosscheck/shop/{PREFIX}"
    assert len(world.s3.buckets) == len(regions)
    assert len([name for name in world.ssm.values(HOME) if "_records" not in name]) == len(regions)
