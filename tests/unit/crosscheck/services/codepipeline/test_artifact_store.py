from __future__ import annotations

from dataclasses import dataclass

import pytest
from botocore.exceptions import ConnectTimeoutError

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.codepipeline.artifact_store import ArtifactStore
from tests.fakes.buckets import FakeBucket, FakeBuckets
from tests.fakes.json_protocol import FakeClients, RefusedError
from tests.fakes.kms import FakeKms

REGION = "eu-west-1"
OTHER = "999988887777"
ROLE = f"arn:aws:iam::{OTHER}:role/deploy"
DENIED = RefusedError("AccessDenied", "planted-session-token", status=403)


@dataclass(frozen=True)
class World:
    """One region with a good store and its key, and a key of another region."""

    s3: FakeBuckets
    kms: FakeKms
    aws: FakeClients
    key: str

    def run(self, **parameters: str) -> Finding:
        told = {"bucket": "store", "key": self.key, **parameters}
        return ArtifactStore().run(
            PlannedCheck("artifact-store", REGION, {k: v for k, v in told.items() if v}), self.aws
        )


@pytest.fixture
def world() -> World:
    s3, kms = FakeBuckets(store=FakeBucket(REGION, encryption="aws:kms")), FakeKms(REGION)
    return World(s3, kms, FakeClients({("s3", None): s3, ("kms", REGION): kms}), kms.add(alias="alias/artifacts"))


def test_a_good_store_passes_with_what_was_seen(world: World) -> None:
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert finding.reason == "store store is in eu-west-1, its key usable"
    assert finding.values == {
        "location": "eu-west-1",
        "versioning": "Enabled",
        "encryption": "aws:kms",
        "key": "00000000-0000-4000-8000-000000000001 Enabled",
    }


def test_a_store_without_a_key_of_its_own_passes(world: World) -> None:
    world.s3.buckets["store"].encryption = "AES256"
    assert world.run(key="").verdict is Verdict.PASS
    assert world.kms.calls == []


@pytest.mark.parametrize("named", ["alias/artifacts", "00000000-0000-4000-8000-000000000001"])
def test_a_key_may_be_named_by_alias_or_id(world: World, named: str) -> None:
    assert world.run(key=named).verdict is Verdict.PASS


def test_no_store_at_all_fails_with_the_fix(world: World) -> None:
    finding = world.run(bucket="", key="")
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        "the pipeline has no artifact store in eu-west-1: add one to its artifactStores, for example with "
        "Custom::ArtifactStores"
    )


@pytest.mark.parametrize("elsewhere", ["us-east-1", "ap-southeast-1"])
def test_a_store_in_another_region_fails_and_is_not_looked_into(world: World, elsewhere: str) -> None:
    world.s3.buckets["store"].region = elsewhere
    finding = world.run()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        f"store store: it is in {elsewhere}, but CodePipeline needs it in eu-west-1: create a store there, for example "
        "with Custom::ArtifactStores"
    )
    assert {name for name, _ in world.s3.calls} == {"GetBucketLocation"}


def test_a_bucket_that_s3_calls_by_the_old_name_of_its_region(world: World) -> None:
    world.s3.buckets["store"].constraint = "EU"
    finding = world.run()
    assert (finding.verdict, finding.values["location"]) == (Verdict.PASS, REGION)


def test_a_bucket_that_does_not_exist_fails(world: World) -> None:
    finding = world.run(bucket="gone")
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.startswith("store gone: there is no such bucket: create it in eu-west-1")


@pytest.mark.parametrize(("status", "word"), [("", "off"), ("Suspended", "suspended")])
def test_a_store_without_versions_works_and_is_remarked_upon(world: World, status: str, word: str) -> None:
    world.s3.buckets["store"].versioning = status
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert finding.warning == f"the versioning of its artifact store is {word}: what is deleted there is gone"


def test_a_store_without_default_encryption_works_and_is_remarked_upon(world: World) -> None:
    world.s3.buckets["store"].encryption = ""
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert finding.warning == "its artifact store has no default encryption: turn it on"


@pytest.mark.parametrize(
    ("state", "fix"),
    [
        ("Disabled", "enable it"),
        ("PendingDeletion", "cancel its deletion and enable it, or name another key"),
        ("PendingReplicaDeletion", "cancel its deletion and enable it, or name another key"),
        ("PendingImport", "import its key material"),
        ("Unavailable", "connect its key store again"),
        ("Creating", "make it usable, or name another key"),
    ],
)
def test_f31_a_key_that_cannot_be_used_fails_with_its_state(world: World, state: str, fix: str) -> None:
    world.kms.add(KeyState=state)
    finding = world.run()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"store store: its key 00000000-0000-4000-8000-000000000001 is {state}: {fix}"


def test_a_key_that_is_being_updated_encrypts(world: World) -> None:
    world.kms.add(KeyState="Updating")
    assert world.run().verdict is Verdict.PASS


def test_an_asymmetric_key_fails(world: World) -> None:
    world.kms.add(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    assert "is RSA_2048: S3 takes symmetric encryption keys only" in world.run().reason


def test_a_key_of_another_region_fails_without_a_call(world: World) -> None:
    finding = world.run(key=FakeKms("us-east-1").add(7))
    assert finding.verdict is Verdict.FAIL
    assert (
        "its key 00000000-0000-4000-8000-000000000007 is in us-east-1, but CodePipeline needs one in" in finding.reason
    )
    assert world.kms.calls == []


@pytest.mark.parametrize("named", ["alias/gone", "00000000-0000-4000-8000-000000000009"])
def test_a_key_that_does_not_exist_fails(world: World, named: str) -> None:
    finding = world.run(key=named)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"store store: there is no key {named} in eu-west-1: name one that is there"


def test_another_account_needs_a_customer_key_by_id_or_arn(world: World) -> None:
    across = f"store store: an action of account {OTHER} uses the store: "
    by_alias = world.run(readers=ROLE, key="alias/artifacts")
    assert by_alias.verdict is Verdict.FAIL
    assert by_alias.reason.startswith(f"{across}name the key by id or ARN, not by the alias alias/artifacts; ")
    by_alias_arn = world.run(readers=ROLE, key=f"arn:aws:kms:{REGION}:111122223333:alias/artifacts")
    assert by_alias_arn.reason == by_alias.reason
    assert world.run(readers=ROLE, key="").reason.startswith(f"{across}name a customer key, by id or ARN")
    world.kms.add(KeyManager="AWS")
    assert f"AWS's own, which account {OTHER} cannot use: name a customer key" in world.run(readers=ROLE).reason


def test_every_problem_is_named_at_once_and_apart_from_the_remarks(world: World) -> None:
    world.s3.buckets["store"].versioning = world.s3.buckets["store"].encryption = ""
    world.kms.add(KeyState="Disabled")
    finding = world.run()
    assert finding.reason == "store store: its key 00000000-0000-4000-8000-000000000001 is Disabled: enable it"
    assert finding.warning == (
        "the versioning of its artifact store is off: what is deleted there is gone; "
        "its artifact store has no default encryption: turn it on"
    )


@pytest.mark.parametrize(
    ("operation", "right"),
    [
        ("GetBucketLocation", "s3:GetBucketLocation"),
        ("GetBucketVersioning", "s3:GetBucketVersioning"),
        ("GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ],
)
def test_f17_a_denied_read_is_inconclusive_and_names_the_right(world: World, operation: str, right: str) -> None:
    world.s3.refuse(operation, DENIED)
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    told = f"{operation} in eu-west-1 was refused: AccessDenied (Crosscheck needs {right} on store)"
    assert finding.reason == f"store store: {told}"


def test_f17_a_key_that_may_not_be_described_is_inconclusive(world: World) -> None:
    world.kms.refuse("DescribeKey", RefusedError("AccessDeniedException"))
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.endswith("(Crosscheck needs kms:DescribeKey on the key 00000000-0000-4000-8000-000000000001)")


def test_f17_what_is_wrong_is_told_beside_what_is_unknown(world: World) -> None:
    world.s3.refuse("GetBucketEncryption", DENIED)
    world.kms.add(KeyState="Disabled")
    finding = world.run()
    assert finding.verdict is Verdict.FAIL
    assert "is Disabled: enable it; GetBucketEncryption in eu-west-1 was refused" in finding.reason


def test_f20_a_region_that_does_not_answer_is_inconclusive(world: World) -> None:
    world.kms.refuse("DescribeKey", ConnectTimeoutError(endpoint_url="https://kms.eu-west-1.amazonaws.com"))
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "store store: no answer from eu-west-1: ConnectTimeoutError"
