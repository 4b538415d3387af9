"""Custom::ArtifactStores in a stack of one's own: created, changed, removed."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Self

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.account import Account
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

PREFIX = "pipeline-artifacts-s"
WAIT = {"Delay": 1, "MaxAttempts": 180}


class StoresStack:
    """A stack with nothing but stores."""

    def __init__(self, outside: Outside, provider: str, name: str) -> None:
        self._client = outside.client("cloudformation")
        self._provider = provider
        self.name = name

    def create(self, regions: Sequence[str], **properties: Any) -> None:
        """Create the stack."""
        self._client.create_stack(StackName=self.name, TemplateBody=self._template(regions, properties))
        self._client.get_waiter("stack_create_complete").wait(StackName=self.name, WaiterConfig=WAIT)

    def update(self, regions: Sequence[str], **properties: Any) -> None:
        """Update the stack."""
        self._client.update_stack(StackName=self.name, TemplateBody=self._template(regions, properties))
        self._client.get_waiter("stack_update_complete").wait(StackName=self.name, WaiterConfig=WAIT)

    def delete(self) -> None:
        """Delete the stack."""
        self._client.delete_stack(StackName=self.name)
        self._client.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig=WAIT)

    def _template(self, regions: Sequence[str], properties: dict[str, Any]) -> str:
        common = {"ServiceToken": self._provider, "ServiceTimeout": 300, "Prefix": PREFIX, "Regions": list(regions)}
        resource = {"Type": "Custom::ArtifactStores", "Properties": {**common, **properties}}
        return json.dumps({"Resources": {"Mine": resource}})


class LiveWriter:
    """Writes to a bucket without a pause, whole objects and uploads in parts, until the bucket is gone."""

    def __init__(self, outside: Outside, region: str, bucket: str) -> None:
        self._s3 = outside.client("s3", region)
        self._bucket = bucket
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self.wrote = threading.Event()
        self.refusals: set[str] = set()

    def _write(self) -> None:
        number = 0
        while not self._ended.is_set():
            number += 1
            try:
                self._s3.put_object(Bucket=self._bucket, Key=f"artifact-{number % 7}", Body=b"%d" % number)
                self._s3.create_multipart_upload(Bucket=self._bucket, Key="big")
                self.wrote.set()
            except ClientError as error:
                self.refusals.add(error.response["Error"]["Code"])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


@pytest.fixture
def stack(account: Account, outside: Outside) -> StoresStack:
    return StoresStack(outside, account.outputs["RegionalProviderArn"], "own-stores")


def _bucket(outside: Outside, region: str) -> str:
    return f"{PREFIX}-{region}-{outside.client('sts').get_caller_identity()['Account']}"


def _exists(outside: Outside, region: str) -> bool:
    try:
        outside.client("s3", region).head_bucket(Bucket=_bucket(outside, region))
    except ClientError as error:
        assert error.response["Error"]["Code"] in {"404", "NoSuchBucket"}  # noqa: PT017 - any other refusal is a failure
        return False
    return True


def _aliases(outside: Outside, region: str) -> list[str]:
    listed = outside.client("kms", region).list_aliases()["Aliases"]
    return [alias["AliasName"] for alias in listed if alias["AliasName"] == f"alias/{PREFIX}"]


def _parameters(outside: Outside) -> list[str]:
    found = outside.client("ssm").get_parameters_by_path(Path="/crosscheck/own-stores", Recursive=True)
    return sorted(parameter["Name"] for parameter in found["Parameters"])


def test_a_store_is_private_encrypted_versioned_and_named_in_a_parameter(stack: StoresStack, outside: Outside) -> None:
    stack.create(["eu-west-3"], OnDelete="Empty")
    s3, bucket = outside.client("s3", "eu-west-3"), _bucket(outside, "eu-west-3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    blocks = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(blocks.values()) == {True}
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    key = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    assert rule["BucketKeyEnabled"]
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert outside.client("kms", "eu-west-3").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    name = f"/crosscheck/own-stores/{PREFIX}/eu-west-3"
    value = outside.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert json.loads(value) == {"type": "S3", "location": bucket, "encryptionKey": {"id": key, "type": "KMS"}}
    stack.delete()


def test_f25_regions_come_and_go_and_empty_leaves_nothing(stack: StoresStack, outside: Outside) -> None:
    stack.create(["eu-west-3", "eu-north-1"], OnDelete="Empty")
    stack.update(["eu-north-1", "us-west-1"], OnDelete="Empty")
    assert [_exists(outside, region) for region in ("eu-west-3", "eu-north-1", "us-west-1")] == [True, True, True]
    for number in range(3):  # versions and a delete marker
        outside.client("s3", "eu-west-3").put_object(Bucket=_bucket(outside, "eu-west-3"), Key="a", Body=b"%d" % number)
    outside.client("s3", "eu-west-3").delete_object(Bucket=_bucket(outside, "eu-west-3"), Key="a")
    stack.delete()
    for region in ("eu-west-3", "eu-north-1", "us-west-1"):
        assert not _exists(outside, region)
        assert _aliases(outside, region) == []
    assert _parameters(outside) == []


def test_f27_retained_stores_are_taken_over_with_what_they_hold(stack: StoresStack, outside: Outside) -> None:
    stack.create(["eu-west-3"])
    s3, bucket = outside.client("s3", "eu-west-3"), _bucket(outside, "eu-west-3")
    s3.put_object(Bucket=bucket, Key="release", Body=b"kept")
    stack.delete()
    assert s3.get_object(Bucket=bucket, Key="release")["Body"].read() == b"kept"
    stack.create(["eu-west-3"], OnDelete="Empty")
    assert s3.get_object(Bucket=bucket, Key="release")["Body"].read() == b"kept"
    stack.delete()
    assert not _exists(outside, "eu-west-3")


def test_f26_somebody_elses_bucket_is_refused_by_name_and_left_alone(stack: StoresStack, outside: Outside) -> None:
    s3, bucket = outside.client("s3", "eu-west-3"), _bucket(outside, "eu-west-3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    with pytest.raises(Exception, match="Waiter StackCreateComplete failed"):
        stack.create(["eu-west-3", "eu-north-1"], OnDelete="Empty")
    happened = outside.client("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in happened)
    assert bucket in reasons
    stack.delete()
    assert _exists(outside, "eu-west-3")
    assert not _exists(outside, "eu-north-1")
    s3.delete_bucket(Bucket=bucket)


def test_a_store_that_is_written_to_without_a_pause_is_closed_emptied_and_removed(
    stack: StoresStack, outside: Outside
) -> None:
    stack.create(["eu-west-3"], OnDelete="Empty")
    with LiveWriter(outside, "eu-west-3", _bucket(outside, "eu-west-3")) as writer:
        assert writer.wrote.wait(60)
        stack.delete()
    assert "AccessDenied" in writer.refusals, "the bucket was closed while the writer was at work"
    assert writer.refusals <= {"AccessDenied", "NoSuchBucket"}
    assert not _exists(outside, "eu-west-3")


def _forge(account: Account, outside: Outside, **request: Any) -> None:
    """Invoke the provider with a request that CloudFormation did not send, and wait for its end."""
    content = {"ResponseURL": f"{account.emulator.url}/_ministack/cfn-response/forged", "RequestId": "forged"} | request
    provider, payload = account.outputs["RegionalProviderArn"], json.dumps(content).encode()
    answer = outside.client("lambda").invoke(FunctionName=provider, Payload=payload)
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_f66_a_forged_delete_that_names_somebodys_stack_touches_nothing(
    account: Account, stack: StoresStack, outside: Outside
) -> None:
    stack.create(["eu-west-3"])
    s3, bucket = outside.client("s3", "eu-west-3"), _bucket(outside, "eu-west-3")
    s3.put_object(Bucket=bucket, Key="release", Body=b"kept")
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    named = {"StackName": stack.name, "LogicalResourceId": "Mine"}
    found = outside.client("cloudformation").describe_stack_resource(**named)["StackResourceDetail"]
    wanted = {"Prefix": PREFIX, "Regions": ["eu-west-3"], "OnDelete": "Empty"}
    for kind in ("Delete", "Update", "Create"):
        _forge(
            account,
            outside,
            RequestType=kind,
            StackId=found["StackId"],
            LogicalResourceId="Mine",
            ResourceType="Custom::ArtifactStores",
            PhysicalResourceId=found["PhysicalResourceId"],
            ResourceProperties=wanted,
        )
    assert s3.get_object(Bucket=bucket, Key="release")["Body"].read() == b"kept"
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == before
    assert _parameters(outside) == [f"/crosscheck/own-stores/{PREFIX}/eu-west-3"]
    stack.delete()
    assert _exists(outside, "eu-west-3"), "the owners chose to keep it, and no forged request has changed that"
    stack.create(["eu-west-3"], OnDelete="Empty")
    stack.delete()
    assert not _exists(outside, "eu-west-3")


def test_another_prefix_replaces_the_stores_and_the_old_ones_are_emptied(stack: StoresStack, outside: Outside) -> None:
    stack.create(["eu-west-3"], OnDelete="Empty")
    outside.client("s3", "eu-west-3").put_object(Bucket=_bucket(outside, "eu-west-3"), Key="a", Body=b"x")
    stack.update(["eu-west-3"], OnDelete="Empty", Prefix=f"{PREFIX}-two")
    assert not _exists(outside, "eu-west-3")
    assert _parameters(outside) == [f"/crosscheck/own-stores/{PREFIX}-two/eu-west-3"]
    stack.delete()
    assert _parameters(outside) == []


def test_a_buckets_policy_denies_the_owner_of_the_account_too(outside: Outside) -> None:
    s3, bucket = outside.client("s3"), "denied-to-all"
    s3.create_bucket(Bucket=bucket)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        s3.create_multipart_upload(Bucket=bucket, Key="a")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    s3.delete_bucket_policy(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
