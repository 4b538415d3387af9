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


def read_versioning(client: S3Client, bucket: str) -> str:
    """The bucket's versioning: ``Enabled``, ``Suspended``, or ``off`` if it never was on."""
    return str(client.get_bucket_versioning(Bucket=bucket).get("Status", "off"))
