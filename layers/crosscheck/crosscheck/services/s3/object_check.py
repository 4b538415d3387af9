"""The check ``s3-object``: an object is there, current, and of this deployment.

It lists the object's newest version rather than reading the object: that needs no right to any object's content, and
a denial is never taken for an absence, as S3's 403 for a HEAD without the right to list would have to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck, gave_way
from crosscheck.contracts.parameters import text
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.text import moment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import DeleteMarkerEntryTypeDef, ObjectVersionTypeDef

# S3 tells whole seconds.
RESOLUTION = 1.0
# The version of an object that was written while its bucket kept none.
NO_VERSION = "null"


@dataclass(frozen=True)
class Newest:
    """The newest version of an object, or the marker of its deletion. ``written`` is in epoch seconds."""

    version: str
    written: float
    deleted: bool = False
    etag: str = ""
    size: int = 0


class S3Object(Check):
    """Compares the current version with the one asked for, and its time with the deploy action's start."""

    kind = "s3-object"
    reads_configuration = frozenset({"Extract"})
    permissions = frozenset({"s3:ListBucketVersions"})
    parameters = {
        "bucket": text(needed=True),
        "key": text(1024, needed=True),
        "version": text(1024),
    }

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once."""
        if planned.run and planned.run.configuration.get("Extract", "").lower() == "true":
            reason = "the action extracts its artifact: which objects it wrote is unknown"
            return planned.finding(Verdict.INCONCLUSIVE, reason)
        bucket, key = planned.parameters["bucket"], planned.parameters["key"]
        client = aws.client("s3", planned.region)
        label = f"{bucket}/{key}"
        try:
            newest = read_newest(client, bucket, key)
            outcome = judge_object(newest, planned.parameters.get("version", ""), planned.run)
        except client.exceptions.NoSuchBucket:
            newest, outcome = None, _gone("there is no such bucket", planned.run)
        found = planned.finding(outcome.verdict, f"{label}: {outcome.reason}", _values(newest) if newest else {})
        return replace(found, moved_on=outcome.moved_on)


def judge_object(newest: Newest | None, meant: str, run: ActionRun | None) -> Outcome:
    """Whether the newest version is the one that was meant; None is an object of which there is none."""
    if newest is None:
        return _gone("there is no such object", run)
    at = moment(newest.written)
    older = run is not None and newest.written + RESOLUTION < run.started
    if newest.deleted:
        return _gone(f"the object was deleted at {at}", None if older else run)
    if meant and newest.version != meant:
        return Outcome(Verdict.FAIL, f"its version is {newest.version}, not the intended {meant}")
    if older:
        return Outcome(Verdict.FAIL, f"the object is older than this deployment: written at {at}")
    which = "not versioned" if newest.version == NO_VERSION else f"version {newest.version}"
    if run and run.ended_before(newest.written - RESOLUTION):
        return gave_way(f"{which}, written at {at}, after {run.name} had ended")
    return Outcome(Verdict.PASS, f"{which}, written at {at}")


def _gone(reason: str, run: ActionRun | None) -> Outcome:
    """What a deploy action wrote was there, or it would not have succeeded: somebody took it away since."""
    return gave_way(reason) if run else Outcome(Verdict.FAIL, reason)


def read_newest(client: S3Client, bucket: str, key: str) -> Newest | None:
    """The newest version of an object; None where there never was one.

    S3 lists by key, and the versions of a key from the newest on; no key with this prefix sorts before the key itself.
    """
    found = client.list_object_versions(Bucket=bucket, Prefix=key, MaxKeys=1)
    for version in found.get("Versions", []):
        if version["Key"] == key and version["IsLatest"]:
            return _entry(version, etag=version.get("ETag", ""), size=version.get("Size", 0))
    for marker in found.get("DeleteMarkers", []):
        if marker["Key"] == key and marker["IsLatest"]:
            return _entry(marker, deleted=True)
    return None


def _entry(
    found: ObjectVersionTypeDef | DeleteMarkerEntryTypeDef, *, deleted: bool = False, etag: str = "", size: int = 0
) -> Newest:
    return Newest(found["VersionId"], found["LastModified"].timestamp(), deleted, etag.strip('"'), size)


def _values(newest: Newest) -> Mapping[str, str]:
    values = {"version": newest.version, "written": moment(newest.written), "etag": newest.etag}
    sized = {} if newest.deleted else {"size": str(newest.size)}
    return {key: value for key, value in values.items() if value} | sized
