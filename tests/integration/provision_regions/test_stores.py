"""The same requests over moto and over the strict fake: what the fake says must be what an implementation of AWS says.

moto ignores ExpectedBucketOwner, encrypts under keys pending deletion and has no opt-in regions; those are only
tested over the fake.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from crosscheck.clients import Clients
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Status
from provision_regions.ownership.names import OWNER_TAG
from tests.fakes.regions.requests import OWNER, Told, event, properties, provider_context, sent
from tests.fakes.regions.session import FakeSession
from tests.fakes.regions.world import World

HOME, EU = "us-east-1", "eu-west-1"
ALIAS = "alias/pipeline-artifacts"
EMPTY = {"OnDelete": "Empty"}


class MotoSession:
    """moto's session, but CloudFormation is the world's: at a stack of moto's nothing is ever in progress."""

    def __init__(self, world: World) -> None:
        self._moto = boto3.Session(region_name=HOME)
        self._world = FakeSession(HOME, world.call)
        self.region_name = HOME

    def client(self, service: Any, **named: Any) -> Any:
        return (self._world if service == "cloudformation" else self._moto).client(service, **named)


@dataclass(frozen=True)
class Account:
    world: World
    context: ProviderContext

    def client(self, service: Any, region: str) -> Any:
        return self.context.clients.client(service, region)


def over_moto(world: World) -> ProviderContext:
    clients = Clients(cast("boto3.Session", MotoSession(world)))
    return replace(provider_context(world), clients=clients)


@pytest.fixture(params=["fake", "moto"])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    world = World()
    if request.param == "fake":
        yield Account(world, provider_context(world))
        return
    with mock_aws():
        yield Account(world, over_moto(world))


def run(account: Account, kind: str, *regions: str, **changes: Any) -> Told:
    return sent(account.world, event(kind, properties(*regions, **changes)), account.context)


def bucket(region: str) -> dict[str, Any]:
    return {"Bucket": f"pipeline-artifacts-{region}-111122223333", "ExpectedBucketOwner": "111122223333"}


def key_state(account: Account, arn: str) -> str | None:
    return cast("str | None", account.client("kms", EU).describe_key(KeyId=arn)["KeyMetadata"].get("KeyState"))


def test_create_again_and_delete(account: Account) -> None:
    first = run(account, "Create", HOME, EU, ExpireArtifactsAfterDays="3", **EMPTY)
    assert first.status is Status.SUCCESS
    assert run(account, "Update", HOME, EU, **EMPTY).data == first.data
    s3, kms, ssm = (
        account.client("s3", EU),
        account.client("kms", EU),
        account.client("ssm", HOME),
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

    assert run(account, "Delete", HOME, EU, **EMPTY).status is Status.SUCCESS
    assert key_state(account, arn) == "PendingDeletion"
    assert ssm.get_parameters(Names=[f"{first.data['ParameterPath']}/{EU}"])["Parameters"] == []
    for region in (HOME, EU):
        with pytest.raises(Exception, match="NoSuchBucket"):
            account.client("s3", region).get_bucket_tagging(**bucket(region))


def test_f31_made_again_after_the_key_was_scheduled_for_deletion(account: Account) -> None:
    first = run(account, "Create", EU, **EMPTY)
    run(account, "Delete", EU, **EMPTY)
    assert run(account, "Create", EU, **EMPTY).data == first.data
    assert key_state(account, first.data[f"{EU}.KeyArn"]) == "Enabled"


def test_f27_retained_and_taken_over(account: Account) -> None:
    first = run(account, "Create", EU)
    assert run(account, "Delete", EU).status is Status.SUCCESS
    assert run(account, "Create", EU).data == first.data


def test_f23_nothing_to_delete(account: Account) -> None:
    assert run(account, "Delete", EU, **EMPTY).status is Status.SUCCESS


def without_tls_only(params: dict[str, Any], **_: object) -> None:
    """moto looks at no condition and would deny everything."""
    policy = json.loads(params["Policy"])
    policy["Statement"] = [entry for entry in policy["Statement"] if "Condition" not in entry]
    params["Policy"] = json.dumps(policy)


def test_f33_versions_markers_and_uploads_go() -> None:
    with mock_aws():
        number = boto3.client("sts", region_name=HOME).get_caller_identity()["Account"]
        world = World(account=number)
        context = over_moto(world)
        stack = f"arn:aws:cloudformation:{HOME}:{number}:stack/shop/0f"
        name = f"pipeline-artifacts-{EU}-{number}"
        wanted = properties(EU, **EMPTY)
        context.clients.client("s3", EU).meta.events.register(
            "provide-client-params.s3.PutBucketPolicy", without_tls_only
        )
        assert sent(world, event("Create", wanted, StackId=stack), context).status is Status.SUCCESS
        s3 = context.clients.client("s3", EU)
        for part in range(20):
            s3.put_object(Bucket=name, Key=f"run/{part % 5} ü+&.zip", Body=b"x")
        s3.delete_object(Bucket=name, Key="run/1 ü+&.zip")
        s3.create_multipart_upload(Bucket=name, Key="half")
        assert sent(world, event("Delete", wanted, StackId=stack), context).status is Status.SUCCESS
        assert s3.list_buckets()["Buckets"] == []
