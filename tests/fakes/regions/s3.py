"""S3: names are global, owners are checked, settings outlive nothing, a bucket with anything in it stays."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from botocore.parsers import ResponseParserError

from tests.fakes.regions.errors import refusal
from tests.fakes.regions.principals import names_deleted

if TYPE_CHECKING:
    from tests.fakes.regions.world import World

NAME = re.compile(r"(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
MAX_BATCH = 1000
SMALLEST_MOVED = "TransitionDefaultMinimumObjectSize"
MAX_POLICY = 20_480
# The control characters that a key may have and XML 1.0 may not
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass
class FakeBucket:
    name: str
    region: str
    owner: str
    tags: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    policy: str = ""
    versions: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[dict[str, Any]] = field(default_factory=list)
    locked: bool = False


class FakeS3:
    def __init__(self, world: World) -> None:
        self._world = world
        self.buckets: dict[str, FakeBucket] = {}
        self._ids = itertools.count(1)
        self.after_batch: Callable[[FakeBucket], None] = lambda bucket: None

    # What people and pipelines do
    def put_object(self, bucket: str, key: str) -> None:
        found = self.buckets[bucket]
        statements = json.loads(found.policy)["Statement"] if found.policy else []
        if any(entry["Effect"] == "Deny" and entry["Action"] == "s3:PutObject" for entry in statements):
            raise refusal("AccessDenied", "explicit deny in a resource-based policy", "PutObject", 403)
        encryption = found.settings.get("encryption")
        key_arn = encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] if encryption else ""
        self._world.kms.refuse_unusable(key_arn)
        found.versions.append({"Key": key, "VersionId": f"v{next(self._ids)}", "key_arn": key_arn})

    def delete_object(self, bucket: str, key: str) -> None:
        self.buckets[bucket].versions.append({"Key": key, "VersionId": f"v{next(self._ids)}", "marker": True})

    def start_upload(self, bucket: str, key: str) -> None:
        self.buckets[bucket].uploads.append({"Key": key, "UploadId": f"u{next(self._ids)}"})

    # The API
    def CreateBucket(self, region: str, Bucket: str, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        location = params.get("CreateBucketConfiguration", {}).get("LocationConstraint")
        if not NAME.fullmatch(Bucket) or ".." in Bucket:
            raise refusal("InvalidBucketName")
        if location != (None if region == "us-east-1" else region):
            raise refusal("IllegalLocationConstraintException")
        found = self.buckets.get(Bucket)
        if found and found.owner != self._world.account:
            raise refusal("BucketAlreadyExists", status=409)
        if found and region != "us-east-1":
            raise refusal("BucketAlreadyOwnedByYou", status=409)
        if not found:
            self.buckets[Bucket] = FakeBucket(Bucket, region, self._world.account)
        return {"Location": f"/{Bucket}"}

    def DeleteBucket(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        bucket = self._bucket(region, params)
        if bucket.versions or bucket.uploads:
            raise refusal("BucketNotEmpty", status=409)
        del self.buckets[bucket.name]
        return {}

    def GetBucketTagging(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        bucket = self._bucket(region, params)
        if not bucket.tags:
            raise refusal("NoSuchTagSet", status=404)
        return {"TagSet": [{"Key": key, "Value": value} for key, value in bucket.tags.items()]}

    def PutBucketTagging(self, region: str, Tagging: Any, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        self._bucket(region, params).tags = {tag["Key"]: tag["Value"] for tag in Tagging["TagSet"]}
        return {}

    def PutPublicAccessBlock(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        return self._set(region, "public access", params["PublicAccessBlockConfiguration"], params)

    def PutBucketOwnershipControls(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        return self._set(region, "ownership", params["OwnershipControls"], params)

    def PutBucketVersioning(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        return self._set(region, "versioning", params["VersioningConfiguration"], params)

    def PutBucketEncryption(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        configuration = params["ServerSideEncryptionConfiguration"]
        key_arn = configuration["Rules"][0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
        if f":kms:{region}:" not in key_arn:
            raise refusal("InvalidArgument", "the key must be in the bucket's region")
        return self._set(region, "encryption", configuration, params)

    def GetBucketLifecycleConfiguration(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        found = self._bucket(region, params).settings.get("lifecycle")
        if not found:
            raise refusal("NoSuchLifecycleConfiguration", status=404)
        return {"Rules": found["Rules"], SMALLEST_MOVED: found[SMALLEST_MOVED]}

    def PutBucketLifecycleConfiguration(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        ids = [rule["ID"] for rule in params["LifecycleConfiguration"]["Rules"]]
        if len(ids) != len(set(ids)):
            raise refusal("InvalidArgument", "Rule ID must be unique")
        beside = {SMALLEST_MOVED: params.get(SMALLEST_MOVED, "all_storage_classes_128K")}
        return self._set(region, "lifecycle", params["LifecycleConfiguration"] | beside, params)

    def GetBucketPolicy(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802
        policy = self._bucket(region, params).policy
        if not policy:
            raise refusal("NoSuchBucketPolicy", status=404)
        return {"Policy": policy}

    def PutBucketPolicy(self, region: str, Policy: str, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        bucket = self._bucket(region, params)
        arns = json.dumps([entry["Resource"] for entry in json.loads(Policy)["Statement"]])
        if len(Policy) > MAX_POLICY or f":s3:::{bucket.name}" not in arns:
            raise refusal("MalformedPolicy")
        if names_deleted(Policy):
            raise refusal("MalformedPolicy", "Invalid principal in policy", "PutBucketPolicy")
        bucket.policy = Policy
        return {}

    def ListObjectVersions(self, region: str, MaxKeys: int = MAX_BATCH, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        listed = self._bucket(region, params).versions[: min(MaxKeys, MAX_BATCH)]
        markers = [_shown(entry) for entry in listed if entry.get("marker")]
        return {"Versions": [_shown(entry) for entry in listed if not entry.get("marker")], "DeleteMarkers": markers}

    def DeleteObjects(self, region: str, Delete: Any, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        bucket = self._bucket(region, params)
        if not 0 < len(Delete["Objects"]) <= MAX_BATCH:
            raise refusal("MalformedXML")
        if any(NO_XML.search(entry["Key"]) for entry in Delete["Objects"]):
            raise refusal("MalformedXML")
        if bucket.locked:
            return {"Errors": [{"Key": "k", "Code": "AccessDenied", "Message": "object lock"}]}
        gone = {(entry["Key"], entry["VersionId"]) for entry in Delete["Objects"]}
        bucket.versions = [entry for entry in bucket.versions if (entry["Key"], entry["VersionId"]) not in gone]
        self.after_batch(bucket)
        return {}

    def DeleteObject(self, region: str, Key: str, VersionId: str, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        bucket = self._bucket(region, params)
        if bucket.locked:
            raise refusal("AccessDenied", "object lock", status=403)
        bucket.versions = [entry for entry in bucket.versions if (entry["Key"], entry["VersionId"]) != (Key, VersionId)]
        return {}

    def ListMultipartUploads(self, region: str, UploadIdMarker: str = "", **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        everything = sorted(self._bucket(region, params).uploads, key=lambda upload: upload["UploadId"])
        rest = [upload for upload in everything if upload["UploadId"] > UploadIdMarker]
        if not rest:
            return {}
        encode = quote_plus if params.get("EncodingType") == "url" else str
        page, last = [{**upload, "Key": encode(upload["Key"])} for upload in rest[:MAX_BATCH]], rest[:MAX_BATCH][-1]
        if any(NO_XML.search(upload["Key"]) for upload in page):
            raise ResponseParserError("not well-formed (invalid token)")
        markers = {"NextKeyMarker": last["Key"], "NextUploadIdMarker": last["UploadId"]}
        return {
            "Uploads": page,
            **(markers if len(rest) > MAX_BATCH else {}),
            "IsTruncated": len(rest) > MAX_BATCH,
            "EncodingType": params.get("EncodingType", ""),
        }

    def AbortMultipartUpload(self, region: str, UploadId: str, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        bucket = self._bucket(region, params)
        named = (params["Key"], UploadId)
        left = [upload for upload in bucket.uploads if (upload["Key"], upload["UploadId"]) != named]
        if len(left) == len(bucket.uploads):
            raise refusal("NoSuchUpload", status=404)
        bucket.uploads = left
        return {}

    def _set(self, region: str, name: str, value: Any, params: dict[str, Any]) -> dict[str, Any]:
        self._bucket(region, params).settings[name] = value
        return {}

    def _bucket(self, region: str, params: dict[str, Any]) -> FakeBucket:
        bucket = self.buckets.get(params["Bucket"])
        if bucket is None:
            raise refusal("NoSuchBucket", status=404)
        if bucket.owner != self._world.account or params.get("ExpectedBucketOwner", bucket.owner) != bucket.owner:
            raise refusal("AccessDenied", "Access Denied", status=403)
        if bucket.region != region:
            raise refusal("PermanentRedirect", status=301)
        return bucket


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    """What S3 lists of a version."""
    return {name: entry[name] for name in ("Key", "VersionId")}
