"""An action of another account uses the store under its own role, which the policies of bucket and key admit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.codepipeline.artifact_store import ArtifactStore
from tests.fakes.buckets import FakeBucket, FakeBuckets
from tests.fakes.json_protocol import FakeClients, RefusedError
from tests.fakes.kms import FakeKms

REGION = "eu-west-1"
OTHER, THIRD = "999988887777", "444455556666"
ROLE = f"arn:aws:iam::{OTHER}:role/deploy"
ROOT = f"arn:aws:iam::{OTHER}:root"
KEY = "00000000-0000-4000-8000-000000000001"
READ, DECRYPT = "s3:GetObject", "kms:Decrypt"
BUCKET_LACKS = (
    f"account {OTHER} is not admitted: add to the bucket's policy Allow {ROOT} s3:GetObject, s3:GetObjectVersion on "
    "arn:aws:s3:::store/*"
)
KEY_LACKS = (
    f"account {OTHER} is not admitted: add to the policy of its key {KEY} Allow {ROOT} kms:Decrypt, kms:DescribeKey "
    "on *"
)
REMEDY = " (ReaderAccounts of Custom::ArtifactStores writes it)"

type Statement = dict[str, Any]


def allow(action: Any, resource: Any = "*", principal: Any = None, **more: Any) -> Statement:
    who = {"AWS": ROOT} if principal is None else principal
    return {"Effect": "Allow", "Principal": who, "Action": action, "Resource": resource, **more}


@dataclass(frozen=True)
class World:
    """A store that another account's actions use."""

    bucket: FakeBucket
    kms: FakeKms
    aws: FakeClients
    key: str

    def admit(self, bucket: Any, key: Any) -> None:
        """Give the bucket and the key these statements."""
        self.bucket.policy = json.dumps({"Version": "2012-10-17", "Statement": bucket})
        self.kms.policies[KEY] = json.dumps({"Version": "2012-10-17", "Statement": key})

    def run(self, **roles: str) -> Finding:
        planned = PlannedCheck("artifact-store", REGION, {"bucket": "store", "key": self.key, **roles})
        return ArtifactStore().run(planned, self.aws)


@pytest.fixture
def world() -> World:
    bucket = FakeBucket(REGION, encryption="aws:kms")
    s3, kms = FakeBuckets(store=bucket), FakeKms(REGION)
    return World(bucket, kms, FakeClients({("s3", None): s3, ("kms", REGION): kms}), kms.add())


def test_a_store_that_knows_its_own_account_only_lacks_two_statements(world: World) -> None:
    finding = world.run(readers=ROLE)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"store store: {BUCKET_LACKS}{REMEDY}; {KEY_LACKS}{REMEDY}"


def test_a_store_that_only_its_own_account_uses_needs_neither(world: World) -> None:
    assert world.run().verdict is Verdict.PASS
    assert world.kms.called("GetKeyPolicy") == []


@pytest.mark.parametrize("principal", [{"AWS": ROOT}, {"AWS": [ROLE, "arn:aws:iam::1:root"]}, {"AWS": OTHER}, "*"])
@pytest.mark.parametrize("action", ["s3:GetObject", "s3:*", "s3:get*", ["s3:PutObject", "s3:Get?bject"]])
def test_a_statement_admits_by_account_or_role_and_by_pattern(world: World, principal: Any, action: Any) -> None:
    key = allow(["kms:Decrypt", "kms:DescribeKey"], principal=principal)
    world.admit([allow(action, "arn:aws:s3:::store/*", principal)], key)
    finding = world.run(readers=ROLE)
    assert finding.verdict is Verdict.PASS
    assert (finding.values["bucket policy"], finding.values["key policy"]) == ("admits", "admits")


@pytest.mark.parametrize(
    "statement",
    [
        allow(READ, "arn:aws:s3:::store"),
        allow(READ, "arn:aws:s3:::store-2/*"),
        allow("s3:GetObjectVersion", "arn:aws:s3:::store/*"),
        allow(READ, "arn:aws:s3:::store/*", {"AWS": f"arn:aws:iam::{OTHER}:role/other"}),
        allow(READ, "arn:aws:s3:::store/*", {"AWS": f"arn:aws:iam::{THIRD}:root"}),
        allow(READ, "arn:aws:s3:::store/*", {"Service": "codebuild.amazonaws.com"}),
        allow(READ, "arn:aws:s3:::store/*", Effect="Deny"),
    ],
)
def test_a_statement_about_something_else_admits_nobody(world: World, statement: Statement) -> None:
    world.admit([statement], [allow(DECRYPT)])
    finding = world.run(readers=ROLE)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"store store: {BUCKET_LACKS}{REMEDY}"


@pytest.mark.parametrize(
    "statement",
    [
        allow(READ, "arn:aws:s3:::store/my-pipeline/*"),
        allow(READ, "arn:aws:s3:::sto*"),
        allow(READ, "*", "*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
        allow(READ, "*", {"AWS": "AROAEXAMPLEID"}),
        {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}, "NotAction": "s3:Put*", "NotResource": "a"},
    ],
)
def test_what_may_admit_is_not_called_missing(world: World, statement: Statement) -> None:
    world.admit(statement, allow(DECRYPT))
    assert world.run(readers=ROLE).verdict is Verdict.PASS


def test_every_account_is_named_with_what_its_actions_do(world: World) -> None:
    third = f"arn:aws:iam::{THIRD}:role/build"
    world.admit([allow(READ, "arn:aws:s3:::store/*")], [allow(DECRYPT)])
    finding = world.run(readers=f"{third},{ROLE}", writers=third)
    root = f"arn:aws:iam::{THIRD}:root"
    assert finding.reason == (
        f"store store: account {THIRD} is not admitted: add to the bucket's policy Allow {root} s3:GetObject, "
        f"s3:GetObjectVersion, s3:PutObject on arn:aws:s3:::store/*; account {THIRD} is not admitted: add to the "
        f"policy of its key {KEY} Allow {root} kms:Decrypt, kms:DescribeKey, kms:GenerateDataKey on *"
    )


def test_a_partition_of_its_own_stays_in_the_statements(world: World) -> None:
    assert "Allow arn:aws-cn:iam::1:root s3:GetObject, s3:GetObjectVersion on arn:aws-cn:s3:::store/*" in (
        world.run(readers="arn:aws-cn:iam::1:role/x").reason
    )


@pytest.mark.parametrize(("service", "operation"), [("s3", "GetBucketPolicy"), ("kms", "GetKeyPolicy")])
def test_a_policy_that_may_not_be_read_is_inconclusive_and_names_the_right(
    world: World, service: str, operation: str
) -> None:
    world.admit([allow(READ, "arn:aws:s3:::store/*")], [allow(DECRYPT)])
    fake = world.kms if service == "kms" else world.aws.fakes["s3", None]
    fake.refuse(operation, RefusedError("AccessDenied" if service == "s3" else "AccessDeniedException", status=403))
    finding = world.run(readers=ROLE)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert f"(Crosscheck needs {service}:{operation} on " in finding.reason
