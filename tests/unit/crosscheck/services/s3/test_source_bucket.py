from __future__ import annotations

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.s3.source_bucket import SourceBucket
from tests.fakes.buckets import FakeBucket, FakeBuckets
from tests.fakes.json_protocol import FakeClients, RefusedError

REGION = "us-west-2"
KEY = "s3-app-linux.zip"


@pytest.fixture
def s3() -> FakeBuckets:
    return FakeBuckets(source=FakeBucket(REGION, keys=[KEY, f"{KEY}.sha256", "a.txt"]))


def looked(s3: FakeBuckets, **parameters: str) -> Finding:
    told = {"bucket": "source", "key": KEY, **parameters}
    planned = PlannedCheck("source-bucket", REGION, {name: value for name, value in told.items() if value})
    return SourceBucket().run(planned, FakeClients({("s3", None): s3}))


def test_a_versioned_source_that_holds_its_object_passes(s3: FakeBuckets) -> None:
    finding = looked(s3)
    assert finding.verdict is Verdict.PASS
    assert finding.reason == "source source is versioned and holds the object"
    assert finding.values == {"location": REGION, "versioning": "Enabled", "object": KEY}


@pytest.mark.parametrize(("status", "word"), [("", "off"), ("Suspended", "suspended")])
def test_a_source_without_versions_fails_with_the_fix(s3: FakeBuckets, status: str, word: str) -> None:
    s3.buckets["source"].versioning = status
    finding = looked(s3)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        f"source source: its versioning is {word}: turn versioning on, CodePipeline needs it, and rollback as well"
    )


@pytest.mark.parametrize("key", ["gone.zip", "s3-app", "a.tx"])
def test_an_object_that_is_not_there_fails_with_its_name(s3: FakeBuckets, key: str) -> None:
    finding = looked(s3, key=key)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        f"source source: it holds no object {key}: upload it, or mend S3ObjectKey of the source action"
    )


def test_without_a_key_only_the_bucket_is_looked_at(s3: FakeBuckets) -> None:
    finding = looked(s3, key="")
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "source source is versioned")
    assert s3.called("ListObjectsV2") == []


def test_a_bucket_that_is_not_there_fails(s3: FakeBuckets) -> None:
    finding = looked(s3, bucket="gone")
    assert finding.verdict is Verdict.FAIL
    assert "there is no such bucket" in finding.reason


def test_a_source_in_another_region_is_followed_there(s3: FakeBuckets) -> None:
    s3.buckets["source"].region = "eu-central-1"
    assert looked(s3).verdict is Verdict.PASS


def test_f17_a_denied_listing_is_inconclusive_and_names_the_right(s3: FakeBuckets) -> None:
    s3.refuse("ListObjectsV2", RefusedError("AccessDenied", status=403))
    finding = looked(s3)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == (
        "source source: ListObjectsV2 in us-west-2 was refused: AccessDenied (Crosscheck needs s3:ListBucket on source)"
    )


def test_what_is_refused_for_another_reason_names_no_right(s3: FakeBuckets) -> None:
    s3.refuse("GetBucketVersioning", RefusedError("InternalError", status=500))
    finding = looked(s3)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "source source: GetBucketVersioning in us-west-2 was refused: InternalError"
