"""A fake of what S3 says of buckets, all regions in one: a bucket answers at its own region's address only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSResponse, HeadersDict

from tests.fakes.json_protocol import JsonService, RefusedError, _Raw

if TYPE_CHECKING:
    from botocore.compat import HTTPHeaders

OPERATIONS = {
    "location": "GetBucketLocation",
    "versioning": "GetBucketVersioning",
    "encryption": "GetBucketEncryption",
    "policy": "GetBucketPolicy",
    "list-type": "ListObjectsV2",
}


@dataclass
class FakeBucket:
    """``versioning`` is empty where it never was on; ``encryption`` is the default algorithm; ``constraint`` is what
    GetBucketLocation says instead of the region; ``policy`` is a JSON document, empty for none."""

    region: str
    versioning: str = "Enabled"
    encryption: str = "AES256"
    keys: list[str] = field(default_factory=list)
    constraint: str = ""
    policy: str = ""


class FakeBuckets(JsonService):
    """Redirects as S3 does, so that boto3's own way of following it is the one under test."""

    service = "s3"

    def __init__(self, **buckets: FakeBucket) -> None:
        super().__init__()
        self.buckets = {name.replace("_", "-"): bucket for name, bucket in buckets.items()}

    def send(self, request: Any, **_kwargs: Any) -> AWSResponse:
        url = urlsplit(request.url)
        name, region = _addressed(url.netloc, url.path)
        query = parse_qs(url.query, keep_blank_values=True)
        operation = next(OPERATIONS[key] for key in query if key in OPERATIONS)
        self.calls.append((operation, {"bucket": name, "region": region}))
        try:
            self._raise_refusal(operation)
            return self._answer(request.url, operation, name, region, query)
        except RefusedError as refused:
            body = f"<Error><Code>{refused.code}</Code><Message>{refused.message}</Message></Error>"
            return _response(request.url, refused.status, body)

    def _answer(self, url: str, operation: str, name: str, region: str, query: dict[str, list[str]]) -> AWSResponse:
        bucket = self.buckets.get(name)
        if bucket is None:
            raise RefusedError("NoSuchBucket", status=404)
        if region != bucket.region:
            body = "<Error><Code>PermanentRedirect</Code></Error>"
            return _response(url, 301, body, {"x-amz-bucket-region": bucket.region})
        return _response(url, 200, _document(operation, bucket, query))


def _document(operation: str, bucket: FakeBucket, query: dict[str, list[str]]) -> str:
    match operation:
        case "GetBucketLocation":
            usual = "" if bucket.region == "us-east-1" else bucket.region
            return f"<LocationConstraint>{bucket.constraint or usual}</LocationConstraint>"
        case "GetBucketVersioning":
            status = f"<Status>{bucket.versioning}</Status>" if bucket.versioning else ""
            return f"<VersioningConfiguration>{status}</VersioningConfiguration>"
        case "GetBucketEncryption":
            if not bucket.encryption:
                raise RefusedError("ServerSideEncryptionConfigurationNotFoundError", status=404)
            default = f"<SSEAlgorithm>{bucket.encryption}</SSEAlgorithm>"
            rule = f"<Rule><ApplyServerSideEncryptionByDefault>{default}</ApplyServerSideEncryptionByDefault></Rule>"
            return f"<ServerSideEncryptionConfiguration>{rule}</ServerSideEncryptionConfiguration>"
        case "GetBucketPolicy":
            if not bucket.policy:
                raise RefusedError("NoSuchBucketPolicy", status=404)
            return bucket.policy
        case _:
            found = sorted(key for key in bucket.keys if key.startswith(query.get("prefix", [""])[0]))
            limit = int(query.get("max-keys", ["1000"])[0])
            listed = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in found[:limit])
            return f"<ListBucketResult>{listed}</ListBucketResult>"


def _addressed(host: str, path: str) -> tuple[str, str]:
    """The bucket and the region in an address of either style."""
    before, _, after = host.partition("s3.")
    region = after.removesuffix("amazonaws.com").strip(".") or "us-east-1"
    return before.rstrip(".") or path.strip("/").partition("/")[0], region


def _response(url: str, status: int, body: str, headers: dict[str, str] | None = None) -> AWSResponse:
    fields = HeadersDict({"Content-Type": "application/xml", **(headers or {})})
    return AWSResponse(url, status, cast("HTTPHeaders", fields), _Raw(body.encode()))
