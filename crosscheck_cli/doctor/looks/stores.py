"""Reading the artifact store of a region, as its parameter names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crosscheck.aws_errors import ignoring
from crosscheck.size_limits import parse_json
from crosscheck_cli.doctor.rules.stores import SeenStore
from crosscheck_cli.stack.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client


def look_at_store(connection: Connection, region: str) -> SeenStore:
    """The store that the stack made in the region."""
    stack, clients = connection.stack, connection.clients
    parameter = f"/crosscheck/{stack.name}/{stack.parameters['ArtifactStorePrefix']}/{region}"
    text = ""
    with ignoring("ParameterNotFound"):
        text = clients.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
    if not text:
        return SeenStore(region, parameter)
    named = parse_json(text)
    bucket, key = named["location"], named["encryptionKey"]["id"]
    settings = _settings(clients.client("s3", region), {"Bucket": bucket, "ExpectedBucketOwner": stack.account})
    return SeenStore(region, parameter, bucket, key, **settings, **_key(clients.client("kms", region), key))


def _settings(s3: S3Client, bucket: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {"exists": False}
    with ignoring("NoSuchBucket"):
        settings = {"versioning": s3.get_bucket_versioning(**bucket).get("Status", "")}
    if settings.get("exists") is False:
        return settings
    with ignoring("NoSuchPublicAccessBlockConfiguration"):
        settings["public_blocks"] = s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]
    with ignoring("NoSuchBucketPolicy"):
        settings["policy"] = parse_json(s3.get_bucket_policy(**bucket)["Policy"])
    with ignoring("ServerSideEncryptionConfigurationNotFoundError"):
        [rule, *_] = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        by_default = rule.get("ApplyServerSideEncryptionByDefault")
        if by_default:
            settings["encryption"] = by_default["SSEAlgorithm"], by_default.get("KMSMasterKeyID", "")
    return settings


def _key(kms: KMSClient, key: str) -> dict[str, Any]:
    with ignoring("NotFoundException"):
        state = kms.describe_key(KeyId=key)["KeyMetadata"].get("KeyState", "")
        if state != "Enabled":
            return {"key_state": state}
        return {"key_state": state, "rotates": kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]}
    return {}
