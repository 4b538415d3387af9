"""The check ``codedeploy`` where a deployment brought another object than the action's input: its content counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from tests.fakes.codedeploy import FakeCodeDeploy, s3
from tests.fakes.codepipeline_release import zipped
from tests.fakes.json_protocol import SESSION, FakeClients

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

HOME, REGION = "us-east-1", "us-west-2"
NAMED = ("CrossRegionActionSupport", "production")
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
FILES = {"appspec.yml": b"version: 0.0\n", "index.html": b"<h1>Welcome</h1>\n"}
TOLD = "d-000000000 deployed s3://store/release/2@v2, not the action's s3://home-store/release/2"


@pytest.fixture
def stores() -> Iterator[S3Client]:
    """The store of the action's region, ``store``, and the pipeline's own one, ``home-store``."""
    with mock_aws():
        client = SESSION.client("s3", region_name=HOME)
        client.create_bucket(Bucket="home-store")
        client.create_bucket(Bucket="store", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
        yield client


def looked(revision: dict[str, object] | None = None) -> Finding:
    """A deployment of ``store/release/2``, by an action whose input is said to lie in the pipeline's own store."""
    fake = FakeCodeDeploy(STARTED)
    made = fake.deploy(NAMED, revision or s3(2))
    fake.instance(made)
    inputs = {"Source": Artifact("home-store", "release/2")}
    run = ActionRun("Deploy", "Deploy-US-West", "Succeeded", 0.0, inputs=inputs, external=made)
    planned = PlannedCheck("codedeploy", REGION, {"application": NAMED[0], "group": NAMED[1]}, run)
    return run_check(planned, FakeClients({("codedeploy", REGION): fake}))


def put(client: S3Client, here: bytes, home: bytes) -> None:
    client.put_object(Bucket="store", Key="release/2", Body=here)
    client.put_object(Bucket="home-store", Key="release/2", Body=home)


def test_the_same_content_from_another_store_is_the_actions(stores: S3Client) -> None:
    put(stores, zipped(FILES), zipped(FILES))
    finding = looked()
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "1 of 1 instances Succeeded in d-000000000")


def test_another_content_fails_with_its_first_difference(stores: S3Client) -> None:
    put(stores, zipped(FILES | {"index.html": b"<h1>Goodbye</h1>\n"}), zipped(FILES))
    finding = looked()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"{TOLD}: index.html has other content of the same size"


def test_what_cannot_be_compared_is_not_known_and_takes_nothing_back(stores: S3Client) -> None:
    put(stores, b"a tarball", zipped(FILES))
    finding = looked()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == f"{TOLD}, and the two were not compared: the artifact in us-west-2 is no zip"


def test_an_artifact_that_is_gone_is_not_known(stores: S3Client) -> None:
    stores.put_object(Bucket="store", Key="release/2", Body=zipped(FILES))
    finding = looked()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "NoSuchKey" in finding.reason


def test_what_lies_in_no_bucket_is_no_artifact_of_the_action(stores: S3Client) -> None:
    del stores
    commit = {"repository": "team/site", "commitId": "0" * 40}
    finding = looked({"revisionType": "GitHub", "gitHubLocation": commit})
    assert finding.verdict is Verdict.FAIL
    assert "not the action's s3://home-store/release/2" in finding.reason
