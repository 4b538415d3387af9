"""Preflight: what would break a release in some region stands on its card from the start, with the fix in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import Outside, words
from tests.e2e.own_pipeline import HOME, OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines
from tests.e2e.tagged_pipeline import bucket_in, create_tagged
from tests.e2e.verifications import said

if TYPE_CHECKING:
    from local.account import Account
    from local.cards import Card

pytestmark = pytest.mark.e2e

EU = "eu-west-1"
SERVICE = "unreplicated"  # no prefix that the stack replicates


@dataclass(frozen=True)
class Fragile:
    """A pipeline with stores of its own, which tests break and mend."""

    outside: Outside
    pipeline: SmallPipeline
    stores: dict[str, str]
    key: str
    source: str

    def version(self, bucket: str, region: str, status: str) -> None:
        """Turn a bucket's versioning on or off."""
        s3 = self.outside.client("s3", region)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

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
    release = own.definition(declared, source, own.create_role(), {})
    stage = SmallPipelines(own, release).deploying()
    pipeline = create_tagged(outside, {**release, "stages": [release["stages"][0], stage]})
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return Fragile(outside, pipeline, stores, key, source)


def test_a_source_without_versions_is_named(fragile: Fragile) -> None:
    fragile.version(fragile.source, HOME, "Suspended")
    try:
        fix = "turn versioning on, CodePipeline needs it, and rollback as well"
        card = fragile.said(f"source {fragile.source}: its versioning is suspended: {fix}")
    finally:
        fragile.version(fragile.source, HOME, "Enabled")
    assert f":x: *{HOME}* source" in words(card)


def test_a_store_without_versions_is_named(fragile: Fragile) -> None:
    store = fragile.stores[EU]
    fragile.version(store, EU, "Suspended")
    try:
        fragile.said(f":x: *{EU}* store {store}: its versioning is suspended: turn it on")
    finally:
        fragile.version(store, EU, "Enabled")


def test_a_store_with_a_disabled_key_is_named(fragile: Fragile) -> None:
    kms = fragile.outside.client("kms", EU)
    kms.disable_key(KeyId=fragile.key)
    try:
        key = fragile.key.rpartition("/")[2]
        fragile.said(f":x: *{EU}* store {fragile.stores[EU]}: its key {key} is Disabled: enable it")
    finally:
        kms.enable_key(KeyId=fragile.key)


def test_a_region_that_no_replication_rule_covers_is_named(fragile: Fragile) -> None:
    card = fragile.said(f"no replication rule brings {SERVICE} from {HOME} to {EU}: ")
    text = words(card)
    assert f":x: *{EU}* no replication rule" in text
    assert f"pulls {SERVICE} from {HOME}: a regional outage there stops pulls in {EU}; replicate it" in text
