"""The check ``artifact-store``: CodePipeline can keep the artifacts of a region's actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crosscheck.aws_errors import ignoring
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.parameters import text
from crosscheck.contracts.partial_results import Facet, combine, read_facet, remarks, values
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.definition import PipelineDefinition, without_empty
from crosscheck.services.codepipeline import store_access
from crosscheck.services.codepipeline.store_access import bucket_access, foreign_roles, key_access
from crosscheck.services.s3.buckets import location, read_versioning

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef
    from mypy_boto3_s3 import S3Client

REMEDY = "for example with Custom::ArtifactStores"
# https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html: in no other state does a key encrypt.
_USABLE = frozenset({"Enabled", "Updating"})
_REMEDIES = {
    "Disabled": "enable it",
    "PendingDeletion": "cancel its deletion and enable it, or name another key",
    "PendingReplicaDeletion": "cancel its deletion and enable it, or name another key",
    "PendingImport": "import its key material",
    "Unavailable": "connect its key store again",
}
_ARN = re.compile(r"[^:]*:[^:]*:[^:]*:(?P<region>[^:]*):[^:]*:")


class ArtifactStore(Check):
    """Looks at the bucket and the key that the pipeline's definition names for the region; without a bucket, it names
    none. ``readers`` and ``writers`` are the roles of other accounts whose actions get and make artifacts there.

    It fails for what breaks this release. A bucket without versions or encryption of its own works: CodePipeline names
    the key itself, and each execution's artifacts have keys of their own.
    """

    kind = "artifact-store"
    permissions = store_access.PERMISSIONS | {
        "kms:DescribeKey",
        "s3:GetBucketLocation",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
    }
    parameters = {"bucket": text(), "key": text(2048), "readers": text(2048), "writers": text(2048)}

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """The store of every region in which an action runs, and of the pipeline's own region."""
        regions = {definition.region} | {action.region for action in definition.actions}
        for region in sorted(regions):
            store = definition.stores.get(region)
            named = {"bucket": store.bucket, "key": store.key, **_roles(definition, region)} if store else {}
            yield PlannedCheck(self.kind, region, without_empty(named))

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the bucket and its key."""
        bucket, region = planned.parameters.get("bucket", ""), planned.region
        if not bucket:
            missing = f"the pipeline has no artifact store in {region}: add one to its artifactStores, {REMEDY}"
            return planned.finding(Verdict.FAIL, missing)
        place = read_facet(partial(_place, aws.client("s3", region), bucket, region), region, bucket)
        aspects = {"location": place} if place.problem else {"location": place, **_settings(planned, bucket, aws)}
        proven = f"store {bucket} is in {region}, its key usable"
        outcome = combine(list(aspects.values()), proven, f"store {bucket}: ")
        found = planned.finding(outcome.verdict, outcome.reason, values(aspects))
        return replace(found, warning=remarks(aspects))


def _roles(definition: PipelineDefinition, region: str) -> Mapping[str, str]:
    """The roles of other accounts whose actions get artifacts of the region's store, and of those that make some."""
    foreign = [a for a in definition.actions if a.region == region and a.crosses_from(definition.account)]
    readers, writers = {a.role for a in foreign if a.inputs}, {a.role for a in foreign if a.outputs}
    return {"readers": ",".join(sorted(readers)), "writers": ",".join(sorted(writers))}


def _settings(planned: PlannedCheck, bucket: str, aws: Clients) -> Mapping[str, Facet]:
    region, client = planned.region, aws.client("s3", planned.region)
    named, foreign = planned.parameters.get("key", ""), foreign_roles(planned.parameters)
    accounts = sorted({role.account for role in foreign})
    key = read_facet(partial(_key, aws, region, named, accounts), region, f"the key {short_key(named)}")
    aspects = {
        "versioning": read_facet(partial(_versioning, client, bucket), region, bucket),
        "encryption": read_facet(partial(_encryption, client, bucket), region, bucket),
        "key": key,
    }
    if foreign:
        aspects["bucket policy"] = read_facet(partial(bucket_access, client, bucket, foreign), region, bucket)
    if foreign and not key.problem and not key.unknown:
        policy = partial(key_access, aws.client("kms", region), named, short_key(named), foreign)
        aspects["key policy"] = read_facet(policy, region, f"the key {short_key(named)}")
    return aspects


def _place(client: S3Client, bucket: str, region: str) -> Facet:
    found = location(client, bucket)
    if not found:
        return Facet(problem=f"there is no such bucket: create it in {region}, {REMEDY}")
    if found != region:
        where = f"it is in {found}, but CodePipeline needs it in {region}"
        return Facet(found, f"{where}: create a store there, {REMEDY}")
    return Facet(found)


def _versioning(client: S3Client, bucket: str) -> Facet:
    status = read_versioning(client, bucket)
    unwise = f"the versioning of its artifact store is {status.lower()}: what is deleted there is gone"
    return Facet(status, remark="" if status == "Enabled" else unwise)


def _encryption(client: S3Client, bucket: str) -> Facet:
    with ignoring("ServerSideEncryptionConfigurationNotFoundError"):
        for rule in client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]:
            if "ApplyServerSideEncryptionByDefault" in rule:
                return Facet(str(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]))
    return Facet("none", remark="its artifact store has no default encryption: turn it on")


def _key(aws: Clients, region: str, named: str, foreign: Sequence[str]) -> Facet:
    problem = name_refused(named, region, foreign)
    if problem or not named:
        return Facet(problem=problem)
    return read_key(aws.client("kms", region), named, region, foreign)


def name_refused(named: str, region: str, foreign: Sequence[str]) -> str:
    """What is wrong with the way in which the pipeline names the key; empty where nothing is.

    ``foreign`` are the other accounts whose actions use the store. Across accounts CodePipeline needs a customer key,
    and an alias would be looked up in the other account.
    """
    arn = _ARN.match(named)
    elsewhere = arn["region"] if arn else ""
    if elsewhere and elsewhere != region:
        return f"its key {short_key(named)} is in {elsewhere}, but CodePipeline needs one in {region}: name a key there"
    if not foreign:
        return ""
    across = f"an action of account {', '.join(foreign)} uses the store"
    if not named:
        return f"{across}: name a customer key, by id or ARN (S3's own key does not work across accounts)"
    if short_key(named).startswith("alias/"):
        return f"{across}: name the key by id or ARN, not by the alias {short_key(named)}"
    return ""


def read_key(client: KMSClient, named: str, region: str, foreign: Sequence[str]) -> Facet:
    """Whether KMS says that the key encrypts, and for whom."""
    try:
        metadata = client.describe_key(KeyId=named)["KeyMetadata"]
    except (client.exceptions.NotFoundException, client.exceptions.InvalidArnException):
        return Facet(problem=f"there is no key {short_key(named)} in {region}: name one that is there")
    state = str(metadata.get("KeyState", ""))  # the type knows only the words of today
    problem = _refused(metadata, state, f"its key {short_key(named)}", foreign)
    return Facet(f"{metadata['KeyId']} {state}".strip(), problem)


def _refused(metadata: KeyMetadataTypeDef, state: str, key: str, foreign: Sequence[str]) -> str:
    if state not in _USABLE:
        remedy = _REMEDIES.get(state, "make it usable, or name another key")
        return f"{key} is {state or 'in an unknown state'}: {remedy}"
    if metadata.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return f"{key} is {metadata['KeySpec']}: S3 takes symmetric encryption keys only, name one"
    if foreign and metadata.get("KeyManager") == "AWS":
        return f"{key} is AWS's own, which account {', '.join(foreign)} cannot use: name a customer key, by id or ARN"
    return ""


def short_key(named: str) -> str:
    """A key for people: an ARN without what comes before the id or the alias."""
    return named.split(":", 5)[-1].removeprefix("key/") if _ARN.match(named) else named
