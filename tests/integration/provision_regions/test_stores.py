"""The same requests over moto and over the strict fake: what the fake says must be what an implementation of AWS says.

moto ignores ExpectedBucketOwner, encrypts under keys pending deletion and has no opt-in regions; those are only
tested over the fake.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from crosscheck.clients import Clients
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Status
from provision_regions.ownership.names import OWNER_TAG
from tests.fakes.regions.requests import OWNER, Told, properties, provider_context, request, served
from tests.fakes.regions.world import World

HOME, EU = "us-east-1", "eu-west-1"
ALIAS = "alias/pipeline-artifacts"
EMPTY = {"OnDelete": "Empty"}


@pytest.fixture(params=["fake", "moto"])
def context(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderContext]:
    if request.param == "fake":
        yield provider_context(World())
        return
    with mock_aws():
        yield replace(provider_context(World()), clients=Clients(boto3.Session(region_name=HOME)))


def run(context: ProviderContext, kind: str, *regions: str, **changes: Any) -> Told:
    return served(request(kind, properties(*regions, **changes)), context)


def bucket(region: str) -> dict[str, Any]:
    return {"Bucket": f"pipeline-artifacts-{region}-111122223333", "ExpectedBucketOwner": "111122223333"}


def key_state(context: ProviderContext, arn: str) -> str | None:
    return context.clients.client("kms", EU).describe_key(KeyId=arn)["KeyMetadata"].get("KeyState")


def test_create_again_and_delete(context: ProviderContext) -> None:
    first = run(context, "Create", HOME, EU, ExpireArtifactsAfterDays="3", **EMPTY)
    assert first.status is Status.SUCCESS
    assert run(context, "Update", HOME, EU, **EMPTY).data == first.data
    s3, kms, ssm = (
        context.clients.client("s3", EU),
        context.clients.client("kms", EU),
        context.clients.client("ssm", HOME),
    )
    assert s3.get_bucket_tagging(**bucket(EU))["TagSet"] == [{"Key": OWNER_TAG, "Value": OWNER}]
    (statement,) = json.loads(s3.get_bucket_policy(**bucket(EU))["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    rules = s3.get_bucket_lifecycle_configuration(**bucket(EU))["Rules"]
    assert sorted(rule["ID"] for rule in rules) == ["crosscheck-noncurrent", "crosscheck-uploads"]
    arn = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"]
    assert first.data[f"{EU}.KeyArn"] == arn
    (parameter,) = ssm.get_parameters(Names=[f"{first.data['ParameterPath']}/{EU}"])["Parameters"]
    assert json.loads(parameter["Value"])["encryptionKey"]["id"] == arn

    assert run(context, "Delete", HOME, EU, **EMPTY).status is Status.SUCCESS
    assert key_state(context, arn) == "PendingDeletion"
    assert ssm.get_parameters(Names=[f"{first.data['ParameterPath']}/{EU}"])["Parameters"] == []
    for region in (HOME, EU):
        with pytest.raises(Exception, match="NoSuchBucket"):
            context.clients.client("s3", region).get_bucket_tagging(**bucket(region))


def test_f31_made_again_after_the_key_was_scheduled_for_deletion(context: ProviderContext) -> None:
    first = run(context, "Create", EU, **EMPTY)
    run(context, "Delete", EU, **EMPTY)
    assert run(context, "Create", EU, **EMPTY).data == first.data
    assert key_state(context, first.data[f"{EU}.KeyArn"]) == "Enabled"


def test_f27_retained_and_taken_over(context: ProviderContext) -> None:
    first = run(context, "Create", EU)
    assert run(context, "Delete", EU).status is Status.SUCCESS
    assert run(context, "Create", EU).data == first.data


def test_f23_nothing_to_delete(context: ProviderContext) -> None:
    assert run(context, "Delete", EU, **EMPTY).status is Status.SUCCESS


def without_tls_only(params: dict[str, Any], **_: object) -> None:
    """moto looks at no condition and would deny everything."""
    policy = json.loads(params["Policy"])
    policy["Statement"] = [entry for entry in policy["Statement"] if "Condition" not in entry]
    params["Policy"] = json.dumps(policy)


def test_f33_versions_markers_and_uploads_go() -> None:
    with mock_aws():
        account = boto3.client("sts", region_name=HOME).get_caller_identity()["Account"]
        clients = Clients(boto3.Session(region_name=HOME))
        context = replace(provider_context(World()), clients=clients, account=account)
        stack = f"arn:aws:cloudformation:{HOME}:{account}:stack/shop/0f"
        name = f"pipeline-artifacts-{EU}-{account}"
        wanted = properties(EU, **EMPTY)
        clients.client("s3", EU).meta.events.register("provide-client-params.s3.PutBucketPolicy", without_tls_only)
        assert served(request("Create", wanted, StackId=stack), context).status is Status.SUCCESS
        s3 = clients.client("s3", EU)
        for number in range(20):
            s3.put_object(Bucket=name, Key=f"run/{number % 5} ü+&.zip", Body=b"x")
        s3.delete_object(Bucket=name, Key="run/1 ü+&.zip")
        s3.create_multipart_upload(Bucket=name, Key="half")
        assert served(request("Delete", wanted, StackId=stack), context).status is Status.SUCCESS
        assert s3.list_buckets()["Buckets"] == []
