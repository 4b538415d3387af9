"""The preflight checks against moto's S3, KMS, ECR and ECS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.codepipeline.artifact_store import ArtifactStore
from crosscheck.services.ecr.image_replication import ImageReplication
from crosscheck.services.s3.source_bucket import SourceBucket

if TYPE_CHECKING:
    from mypy_boto3_s3.literals import BucketLocationConstraintType

REGION = "eu-west-1"
HOME = "us-east-1"
ACCOUNT = "123456789012"


@pytest.fixture
def aws() -> Iterator[Clients]:
    with mock_aws():
        yield Clients(boto3.Session(region_name=HOME))


def bucket(
    aws: Clients, name: str, region: BucketLocationConstraintType = "eu-west-1", *, versioned: bool = True
) -> None:
    client = aws.client("s3", region)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    rule: Any = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    if versioned:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def store(aws: Clients, name: str, key: str) -> Finding:
    planned = PlannedCheck("artifact-store", REGION, {"bucket": name, "key": key})
    return ArtifactStore().run(planned, aws)


def key(aws: Clients, region: str = REGION, **given: Any) -> str:
    return aws.client("kms", region).create_key(**given)["KeyMetadata"]["Arn"]


def short(arn: str) -> str:
    """The id, which is all that moto takes for a change of state."""
    return arn.rpartition("/")[2]


def test_a_good_store(aws: Clients) -> None:
    bucket(aws, "store")
    finding = store(aws, "store", key(aws))
    assert finding.verdict is Verdict.PASS
    assert finding.values["encryption"] == "aws:kms"


def test_a_key_by_its_alias(aws: Clients) -> None:
    bucket(aws, "store")
    aws.client("kms", REGION).create_alias(AliasName="alias/artifacts", TargetKeyId=key(aws))
    assert store(aws, "store", "alias/artifacts").verdict is Verdict.PASS
    assert "there is no key alias/other in eu-west-1" in store(aws, "store", "alias/other").reason


def test_a_store_of_another_region_without_versions(aws: Clients) -> None:
    bucket(aws, "elsewhere", "ap-southeast-1")
    bucket(aws, "plain", versioned=False)
    assert "it is in ap-southeast-1, but CodePipeline needs it in eu-west-1" in store(aws, "elsewhere", key(aws)).reason
    assert store(aws, "plain", key(aws)).warning.startswith("the versioning of its artifact store is off")
    assert store(aws, "gone", key(aws)).reason.startswith("store gone: there is no such bucket")


def test_a_store_that_another_account_may_not_read(aws: Clients) -> None:
    bucket(aws, "store")
    planned = PlannedCheck(
        "artifact-store", REGION, {"bucket": "store", "key": key(aws), "readers": "arn:aws:iam::999988887777:role/x"}
    )
    finding = ArtifactStore().run(planned, aws)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.count("account 999988887777 is not admitted: add to the") == 2
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "999988887777"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::store/*",
    }
    aws.client("s3", REGION).put_bucket_policy(
        Bucket="store", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    assert ArtifactStore().run(planned, aws).reason.count("is not admitted") == 1


def test_f31_a_key_on_its_way_out(aws: Clients) -> None:
    bucket(aws, "store")
    disabled, deleted = key(aws), key(aws)
    aws.client("kms", REGION).disable_key(KeyId=short(disabled))
    aws.client("kms", REGION).schedule_key_deletion(KeyId=short(deleted), PendingWindowInDays=7)
    assert "is Disabled: enable it" in store(aws, "store", disabled).reason
    assert "is PendingDeletion: cancel its deletion" in store(aws, "store", deleted).reason
    signing = key(aws, KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    assert "is RSA_2048: S3 takes symmetric encryption keys only" in store(aws, "store", signing).reason


def test_a_source(aws: Clients) -> None:
    bucket(aws, "source")
    aws.client("s3", REGION).put_object(Bucket="source", Key="app.zip", Body=b"1")
    aws.client("s3", REGION).put_object(Bucket="source", Key="gone.zip", Body=b"1")
    aws.client("s3", REGION).delete_object(Bucket="source", Key="gone.zip")

    def look(name: str) -> Verdict:
        return SourceBucket().run(PlannedCheck("source-bucket", REGION, {"bucket": "source", "key": name}), aws).verdict

    assert [look("app.zip"), look("app"), look("gone.zip")] == [Verdict.PASS, Verdict.FAIL, Verdict.FAIL]


def test_a_service_that_pulls_from_another_region(aws: Clients) -> None:
    ecs = aws.client("ecs", REGION)
    ecs.create_cluster(clusterName="production")
    image = f"{ACCOUNT}.dkr.ecr.{HOME}.amazonaws.com/shop:1"
    ecs.register_task_definition(family="shop", containerDefinitions=[{"name": "app", "image": image, "memory": 128}])
    ecs.create_service(cluster="production", serviceName="shop", taskDefinition="shop", desiredCount=1)

    def look() -> Finding:
        planned = PlannedCheck("image-replication", REGION, {"cluster": "production", "service": "shop"})
        return ImageReplication().run(planned, aws)

    assert "; replicate it and name eu-west-1's own registry" in look().warning
    rule: Any = {
        "destinations": [{"region": REGION, "registryId": ACCOUNT}],
        "repositoryFilters": [{"filter": "sho", "filterType": "PREFIX_MATCH"}],
    }
    aws.client("ecr", HOME).put_replication_configuration(replicationConfiguration={"rules": [rule]})
    finding = look()
    assert finding.verdict is Verdict.PASS
    assert finding.warning.startswith("task definition shop pulls shop from us-east-1")
    assert "; it is replicated: name eu-west-1's own registry" in finding.warning
