"""The check ``s3-object`` against moto's S3."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.s3.object_check import S3Object
from tests.fakes.json_protocol import SESSION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from crosscheck.contracts.verdicts import Finding

REGION = "us-east-1"
CHECK = PlannedCheck("s3-object", REGION, {"bucket": "site", "key": "folder/app v1+.zip"})
KEY = CHECK.parameters["key"]


@pytest.fixture
def s3() -> Iterator[S3Client]:
    with mock_aws():
        client = SESSION.client("s3", region_name=REGION)
        client.create_bucket(Bucket="site")
        yield client


def versioned(client: S3Client) -> None:
    client.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})


def looked(check: PlannedCheck = CHECK) -> Finding:
    return S3Object().run(check, Clients(SESSION))


def test_the_newest_version_counts(s3: S3Client) -> None:
    versioned(s3)
    first, second = (s3.put_object(Bucket="site", Key=KEY, Body=body)["VersionId"] for body in (b"1", b"22"))
    s3.put_object(Bucket="site", Key=f"{KEY}.sha256", Body=b"a longer key with this prefix")
    finding = looked(replace(CHECK, parameters={**CHECK.parameters, "version": second}))
    assert finding.verdict is Verdict.PASS
    assert (finding.values["version"], finding.values["size"]) == (second, "2")
    older = looked(replace(CHECK, parameters={**CHECK.parameters, "version": first}))
    assert older.verdict is Verdict.FAIL


def test_an_object_of_a_bucket_without_versions(s3: S3Client) -> None:
    s3.put_object(Bucket="site", Key=KEY, Body=b"1")
    finding = looked()
    assert finding.verdict is Verdict.PASS
    assert "not versioned" in finding.reason


def test_an_object_of_before_the_deployment_and_one_of_it(s3: S3Client) -> None:
    s3.put_object(Bucket="site", Key=KEY, Body=b"1")
    now = time.time()
    for started, verdict in ((now - 3600, Verdict.PASS), (now + 3600, Verdict.FAIL)):
        run = ActionRun("Deploy", "Deploy", "Succeeded", started, {"Extract": "false"})
        assert looked(replace(CHECK, run=run)).verdict is verdict


def test_a_deleted_object_fails(s3: S3Client) -> None:
    versioned(s3)
    s3.put_object(Bucket="site", Key=KEY, Body=b"1")
    s3.delete_object(Bucket="site", Key=KEY)
    finding = looked()
    assert finding.verdict is Verdict.FAIL
    assert "the object was deleted at" in finding.reason


def test_an_object_that_is_absent_fails(s3: S3Client) -> None:
    s3.put_object(Bucket="site", Key=f"{KEY}.sha256", Body=b"a longer key with this prefix")
    assert looked().reason == f"site/{KEY}: there is no such object"


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_absent_fails() -> None:
    finding = looked(replace(CHECK, parameters={"bucket": "no-such-site", "key": KEY}))
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, f"no-such-site/{KEY}: there is no such bucket")
