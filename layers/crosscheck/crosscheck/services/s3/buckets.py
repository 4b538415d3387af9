"""What S3 says of a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.aws_errors import ignoring

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# GetBucketLocation's words for the two oldest regions.
_OLD_NAMES = {"": "us-east-1", "EU": "eu-west-1"}


def location(client: S3Client, bucket: str) -> str:
    """The bucket's region, whichever region is asked; empty where there is no such bucket."""
    with ignoring("NoSuchBucket"):
        constraint = str(client.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "")
        return _OLD_NAMES.get(constraint, constraint)
    return ""


def versioning(client: S3Client, bucket: str) -> str:
    """``Enabled``, ``Suspended``, or ``off`` where it never was on."""
    return str(client.get_bucket_versioning(Bucket=bucket).get("Status", "off"))


def holds(client: S3Client, bucket: str, key: str) -> bool:
    """Whether the bucket has a current object of that very name; listed, because reading it may need its key."""
    # S3 lists in the order of the names' bytes, so the name itself comes before all that it begins.
    listed = client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    return any(item.get("Key") == key for item in listed)
