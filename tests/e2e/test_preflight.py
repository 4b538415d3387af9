"""Preflight: what would break a release in some region stands on its card from the start, with the fix in words."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import Outside, words
from tests.e2e.own_pipeline import HOME, TO_ECS, OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines
from tests.e2e.tagged_pipeline import bucket_in, create_tagged
from tests.e2e.verifications import said

if TYPE_CHECKING:
    from local.account import Account
    from local.cards import Card

pytestmark = pytest.mark.e2e

EU = "eu-west-1"
OTHER = "999988887777"
SERVICE = "unreplicated"  # no prefix that the stack replicates
THROUGH_STORES = ("kms:Decrypt", "kms:GenerateDataKey", "s3:GetBucketLocation", "s3:GetObject", "s3:PutObject")


@dataclass(frozen=True)
class Fragile:
    """A pipeline with stores of its own, which tests break and mend; its first card is that of a good release."""

    outside: Outside
    pipeline: SmallPipeline
    stores: dict[str, str]
    key: str
    source: str

    def version(self, bucket: str, region: str, status: str) -> None:
        """Turn a bucket's versioning on or off."""
        s3 = self.outside.client("s3", region)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

    def released(self) -> str:
        """A new execution, once it has ended."""
        execution = self.pipeline.start()
        self.pipeline.ended(execution)
        return execution

    def told(self, execution: str, *texts: str) -> str:
        """What was told in the thread of an execution's card, once it was measured and the texts stand there."""
        return self.outside.told(execution, "*Measured*", *texts)

    def said(self, text: str) -> Card:
        """The card of a new execution, once it says this."""
        execution = self.pipeline.start()
        card = said(self.outside, execution, text)
        self.pipeline.ended(execution)
        return card


def _encrypt(outside: Outside, region: str, bucket: str) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3 = outside.client("s3", region)
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


@pytest.fixture(scope="module")
def fragile(account: Account) -> Fragile:
    outside = Outside(account.describe())
    own = OwnPipeline(outside, SERVICE, (EU,), account.outputs)
    image = own.create_services()
    source = own.create_source(image)
    key = str(outside.client("kms", EU).create_key()["KeyMetadata"]["Arn"])
    stores = {region: bucket_in(outside, region, f"fragile-{region}") for region in (HOME, EU)}
    for region, name in stores.items():
        _encrypt(outside, region, name)
    declared: dict[str, Any] = {region: {"type": "S3", "location": name} for region, name in stores.items()}
    declared[EU]["encryptionKey"] = {"id": key, "type": "KMS"}
    release = own.definition(declared, source, own.create_role(*TO_ECS, *THROUGH_STORES), {})
    stage = SmallPipelines(own, release).deploying()
    pipeline = create_tagged(outside, {**release, "stages": [release["stages"][0], stage]})
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return Fragile(outside, pipeline, stores, key, source)


def test_images_of_the_home_registry_are_a_remark_that_is_told_at_length_once(fragile: Fragile) -> None:
    """The example that most people follow: every region pulls from the registry of one, and the release works."""
    remark = f"task definition {SERVICE} pulls {SERVICE} from {HOME}: a regional outage there stops pulls in {EU}"
    first = fragile.told(fragile.pipeline.first, remark)
    assert f":warning: *{EU}* {remark}; replicate it and name {EU}'s own registry" in first
    assert ":x:" not in first
    assert "Preflight" not in words(fragile.outside.ended_card(fragile.pipeline.first))
    assert remark not in fragile.told(fragile.released())


def test_a_source_without_versions_is_named(fragile: Fragile) -> None:
    fragile.version(fragile.source, HOME, "Suspended")
    try:
        fix = "turn versioning on, CodePipeline needs it, and rollback as well"
        card = fragile.said(f"source {fragile.source}: its versioning is suspended: {fix}")
    finally:
        fragile.version(fragile.source, HOME, "Enabled")
    assert f":x: *{HOME}* source" in words(card)


def test_stores_without_versions_are_one_remark_which_the_next_release_does_not_repeat(fragile: Fragile) -> None:
    remark = (
        f":warning: *{EU}, {HOME}* the versioning of its artifact store is suspended: what is deleted there is gone"
    )
    for region, store in fragile.stores.items():
        fragile.version(store, region, "Suspended")
    try:
        first = fragile.told(fragile.released(), remark)
        assert ":x:" not in first
        assert remark not in fragile.told(fragile.released())
    finally:
        for region, store in fragile.stores.items():
            fragile.version(store, region, "Enabled")


def test_a_store_with_a_disabled_key_is_named(fragile: Fragile) -> None:
    kms = fragile.outside.client("kms", EU)
    kms.disable_key(KeyId=fragile.key)
    try:
        key = fragile.key.rpartition("/")[2]
        fragile.said(f":x: *{EU}* store {fragile.stores[EU]}: its key {key} is Disabled: enable it")
    finally:
        kms.enable_key(KeyId=fragile.key)


def test_a_store_that_another_account_may_not_read_lacks_two_statements(fragile: Fragile) -> None:
    """The statements are read from the policies: the other account itself is nothing that the card needs."""
    client = fragile.outside.client("codepipeline")
    before = client.get_pipeline(name=fragile.pipeline.name)["pipeline"]
    foreign = copy.deepcopy(before)
    foreign["stages"][1]["actions"][0]["roleArn"] = f"arn:aws:iam::{OTHER}:role/deploy"
    client.update_pipeline(pipeline=foreign)
    try:
        text = words(fragile.said("add to the policy of its key"))
    finally:
        client.update_pipeline(pipeline=before)
    store, root = fragile.stores[EU], f"arn:aws:iam::{OTHER}:root"
    assert f":x: *{EU}* store {store}: account {OTHER} is not admitted: add to the bucket's policy Allow {root}" in text
    assert f"s3:GetObject, s3:GetObjectVersion on arn:aws:s3:::{store}/*" in text
    assert f"Allow {root} kms:Decrypt, kms:DescribeKey on *" in text
