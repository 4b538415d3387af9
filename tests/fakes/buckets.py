"""A fake of what S3 says of buckets, all regions in one: a bucket answers at its own region's address only.

What it answers is read as botocore reads it, and has to be what S3's model knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, quote, urlsplit
from xml.sax.saxutils import escape

import botocore.session
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.parsers import create_parser

from tests.fakes.json_protocol import JsonService, RefusedError, _Raw, check
from tests.fakes.known_errors import assert_known

if TYPE_CHECKING:
    from botocore.compat import HTTPHeaders

OPERATIONS = {
    "location": "GetBucketLocation",
    "versioning": "GetBucketVersioning",
    "encryption": "GetBucketEncryption",
    "policy": "GetBucketPolicy",
    "list-type": "ListObjectsV2",
}
ACCOUNT = "111122223333"
PAGE = 1_000
_MODEL = botocore.session.get_session().get_service_model("s3")


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
    owner: str = ACCOUNT


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
            expected = request.headers.get("x-amz-expected-bucket-owner", "")
            return self._answer(request.url, operation, self._bucket(name, expected), region, query)
        except RefusedError as refused:
            assert_known(_MODEL.operation_model(operation), refused.code)
            body = f"<Error><Code>{refused.code}</Code><Message>{refused.message}</Message></Error>"
            return _response(request.url, refused.status, body)

    def _bucket(self, name: str, expected_owner: str) -> FakeBucket:
        bucket = self.buckets.get(name)
        if bucket is None:
            raise RefusedError("NoSuchBucket", status=404)
        if expected_owner not in {"", bucket.owner}:
            raise RefusedError("AccessDenied", status=403)
        return bucket

    def _answer(
        self, url: str, operation: str, bucket: FakeBucket, region: str, query: dict[str, list[str]]
    ) -> AWSResponse:
        if region != bucket.region:
            body = "<Error><Code>PermanentRedirect</Code></Error>"
            return _response(url, 301, body, {"x-amz-bucket-region": bucket.region})
        document = _document(operation, bucket, query)
        _assert_answer(operation, document)
        return _response(url, 200, document)


def _assert_answer(operation: str, document: str) -> None:
    """What S3's model does not know is the fake's own mistake."""
    shape = _MODEL.operation_model(operation).output_shape
    if shape is None:
        raise AssertionError(f"{operation} answers nothing")
    read = create_parser("rest-xml").parse({"status_code": 200, "headers": {}, "body": document.encode()}, shape)
    try:
        check({name: value for name, value in read.items() if name != "ResponseMetadata"}, shape, operation)
    except RefusedError as wrong:
        raise AssertionError(f"no answer of S3: {wrong.message}") from wrong


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
            return _listed(bucket, {name: values[0] for name, values in query.items()})


def _listed(bucket: FakeBucket, query: dict[str, str]) -> str:
    """A page of the keys behind the token, which is the last key of the page before."""
    wanted = [key for key in sorted(bucket.keys) if key.startswith(query.get("prefix", ""))]
    rest = [key for key in wanted if key > query.get("continuation-token", "")]
    limit = min(int(query.get("max-keys", PAGE)), PAGE)
    page, more = rest[:limit], len(rest) > limit
    encoded = query.get("encoding-type") == "url"
    shown = [quote(key) if encoded else escape(key) for key in page]
    parts = [f"<Contents><Key>{key}</Key></Contents>" for key in shown]
    parts += [f"<IsTruncated>{str(more).lower()}</IsTruncated><KeyCount>{len(page)}</KeyCount>"]
    parts += ["<EncodingType>url</EncodingType>"] if encoded else []
    parts += [f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>"] if more and page else []
    return f"<ListBucketResult>{''.join(parts)}</ListBucketResult>"


def _addressed(host: str, path: str) -> tuple[str, str]:
    """The bucket and the region in an address of either style."""
    before, _, after = host.partition("s3.")
    region = after.removesuffix("amazonaws.com").strip(".") or "us-east-1"
    return before.rstrip(".") or path.strip("/").partition("/")[0], region


def _response(url: str, status: int, body: str, headers: dict[str, str] | None = None) -> AWSResponse:
    fields = HeadersDict({"Content-Type": "application/xml", **(headers or {})})
    return AWSResponse(url, status, cast("HTTPHeaders", fields), _Raw(body.encode()))
