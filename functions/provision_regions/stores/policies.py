"""The policies and lifecycle rules of a store. Ours have ids of their own, so other people's can stay beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

from provision_regions.context import Partition
from provision_regions.ownership.names import Names

TLS_SID = "CrosscheckTlsOnly"
CLOSING_SID = "CrosscheckBeingDeleted"
ADMIN_SID = "CrosscheckAccountAdministers"
USE_SID = "CrosscheckUseThroughS3"
READ_SID = "CrosscheckReaderAccounts"
OUR_RULES = "crosscheck-"
NONCURRENT_DAYS = 30
UPLOAD_DAYS = 7
POLICY_VERSION = "2012-10-17"

_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
    "kms:CreateAlias",
    "kms:DeleteAlias",
)
# What an action of another account needs in order to get an artifact:
# https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
_READ_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion")
_READ_KEY = ("kms:Decrypt", "kms:DescribeKey")
_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def tls_only(names: Names, region: str) -> dict[str, Any]:
    """The statement that denies every request without TLS."""
    arn = names.bucket_arn(region)
    return {
        "Sid": TLS_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def closing(names: Names, region: str) -> dict[str, Any]:
    """The statement that denies every write: a bucket that is written to cannot be emptied."""
    return {
        "Sid": CLOSING_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"{names.bucket_arn(region)}/*",
    }


def bucket_readers(names: Names, region: str, readers: Sequence[str]) -> list[dict[str, Any]]:
    """The statement that lets other accounts read artifacts; none without such accounts."""
    resource = f"{names.bucket_arn(region)}/*"
    return _readers(names, readers, _READ_OBJECTS, resource)


def _readers(names: Names, accounts: Sequence[str], actions: Sequence[str], resource: str) -> list[dict[str, Any]]:
    roots = [f"arn:{names.partition}:iam::{account}:root" for account in sorted(accounts)]
    statement = {"Sid": READ_SID, "Effect": "Allow", "Action": list(actions), "Resource": resource}
    return [{**statement, "Principal": {"AWS": roots}}] if roots else []


def key_statements(
    names: Names, partition: Partition, region: str, readers: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The statements that let the account administer the key and use it through S3, and the accounts in ``readers``
    decrypt what they read there. IAM policies say who may.

    The account's root stands for every role, so KMS need not know any role when the key is made (it does not know a
    new one for minutes). CodePipeline, CodeBuild, CodeDeploy and ECS reach artifacts through S3 with their own role,
    as they do with the default key ``aws/s3``, whose policy has the same two conditions.
    """
    root = {"AWS": f"arn:{partition.name}:iam::{names.account}:root"}
    hosts = sorted({f"s3.{region}.amazonaws.com", f"s3.{region}.{partition.dns_suffix}"})
    through_s3 = {"Condition": {"StringEquals": {"kms:ViaService": hosts}}}
    return [
        {"Sid": ADMIN_SID, "Effect": "Allow", "Principal": root, "Action": list(_ADMINISTRATION), "Resource": "*"},
        {
            "Sid": USE_SID,
            "Effect": "Allow",
            "Principal": root,
            "Action": list(_USE),
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:CallerAccount": names.account, "kms:ViaService": hosts}},
        },
        *({**each, **through_s3} for each in _readers(names, readers, _READ_KEY, "*")),
    ]


def policy_with(existing: Mapping[str, Any] | None, statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A policy with the given statements instead of our old ones, and with everybody else's unchanged. It is the
    existing one if that has just these of ours, wherever they stand among the others.

    The statement of an unfinished deletion disappears, because whoever sets the policy uses the bucket again.
    """
    ours = {TLS_SID, CLOSING_SID, ADMIN_SID, USE_SID, READ_SID}
    found = existing.get("Statement", []) if existing else []
    entries = found if isinstance(found, list) else [found]
    others = [entry for entry in entries if entry.get("Sid") not in ours]
    present = [entry for entry in entries if entry.get("Sid") in ours]
    if existing and existing.get("Version") == POLICY_VERSION and present == list(statements):
        return dict(existing)
    return {**(existing or {}), "Version": POLICY_VERSION, "Statement": [*others, *statements]}


def lifecycle_with(existing: Sequence[Mapping[str, Any]], expire_days: int) -> list[Mapping[str, Any]]:
    """The bucket's lifecycle rules: ours renewed, everybody else's unchanged."""
    effects = {
        "noncurrent": {"NoncurrentVersionExpiration": {"NoncurrentDays": NONCURRENT_DAYS}},
        "uploads": {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UPLOAD_DAYS}},
    }
    if expire_days:
        effects["current"] = {"Expiration": {"Days": expire_days}}
    everything = {"Status": "Enabled", "Filter": {"Prefix": ""}}
    ours = [{"ID": f"{OUR_RULES}{name}", **everything, **effect} for name, effect in effects.items()]
    return [*(rule for rule in existing if not str(rule.get("ID", "")).startswith(OUR_RULES)), *ours]
