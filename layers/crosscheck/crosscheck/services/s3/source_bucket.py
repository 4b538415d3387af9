"""The check ``source-bucket``: the S3 source of a pipeline has versions, and the object that is released."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.parameters import text
from crosscheck.contracts.partial_results import Facet, combine, read_facet, values
from crosscheck.contracts.verdicts import Finding
from crosscheck.pipelines.definition import PipelineDefinition, without_empty
from crosscheck.services.s3.buckets import location, read_versioning

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REMEDY = "turn versioning on, CodePipeline needs it, and rollback as well"


class SourceBucket(Check):
    """Without ``key``, only the bucket is looked at: an execution may name an object of its own."""

    kind = "source-bucket"
    permissions = frozenset({"s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket"})
    parameters = {"bucket": text(needed=True), "key": text(1024)}

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """The bucket of every S3 source action."""
        for action in definition.actions:
            if action.is_of_aws("Source", "S3"):
                overridden = action.configuration.get("AllowOverrideForS3ObjectKey", "").lower() == "true"
                key = "" if overridden else action.configuration.get("S3ObjectKey", "")
                source = {"bucket": action.configuration.get("S3Bucket", ""), "key": key}
                yield PlannedCheck(self.kind, action.region, without_empty(source))

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the bucket and the object."""
        bucket, region = planned.parameters["bucket"], planned.region
        client = aws.client("s3", region)
        aspects = {"location": read_facet(partial(_place, client, bucket), region, bucket)}
        key = planned.parameters.get("key", "")
        if not aspects["location"].problem:
            aspects["versioning"] = read_facet(partial(_versioning, client, bucket), region, bucket)
            if key:
                aspects["object"] = read_facet(partial(_object, client, bucket, key), region, bucket)
        proven = f"source {bucket} is versioned{' and holds the object' if key else ''}"
        outcome = combine(list(aspects.values()), proven, f"source {bucket}: ")
        return planned.finding(outcome.verdict, outcome.reason, values(aspects))


def _place(client: S3Client, bucket: str) -> Facet:
    found = location(client, bucket)
    return Facet(found, "" if found else "there is no such bucket: create it, versioned, or mend the source action")


def _versioning(client: S3Client, bucket: str) -> Facet:
    """CodePipeline refuses a source without versions."""
    status = read_versioning(client, bucket)
    return Facet(status, "" if status == "Enabled" else f"its versioning is {status.lower()}: {REMEDY}")


def _object(client: S3Client, bucket: str, key: str) -> Facet:
    """The object is listed, because reading it may need its key. S3 lists in the order of the names' bytes, so the name
    itself comes before all that it begins."""
    listed = client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    if any(item.get("Key") == key for item in listed):
        return Facet(key)
    return Facet(problem=f"it holds no object {key}: upload it, or mend S3ObjectKey of the source action")
