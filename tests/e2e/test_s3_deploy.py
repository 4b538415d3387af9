"""A static site in two regions: an S3 deploy stage, and RollbackStage, which is all the way back that S3 has."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from local.outcomes import Outcome
from tests.e2e.outside import Outside
from tests.e2e.own_pipeline import TO_S3, OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.account import Account

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
NAME, STAGE = "site", "Publish"
FIRST = {"index.html": "the first page", "css/main.css": "body {}"}
SECOND = {"index.html": "the second page", "css/main.css": "body { color: red }"}


@dataclass(frozen=True)
class Site:
    """The pipeline, whose first execution released ``FIRST``."""

    outside: Outside
    pipeline: SmallPipeline
    source: str

    def publish(self, files: Mapping[str, str]) -> str:
        """Release these files; the execution."""
        upload(self.outside, self.source, files)
        return self.pipeline.start()

    def objects(self, region: str) -> dict[str, str]:
        """What the region's bucket holds."""
        s3, bucket = self.outside.client("s3", region), f"{NAME}-{region}"
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}

    def rolled_back(self, target: str) -> str:
        """Roll the stage back to an execution; how that ended."""
        answer = self.pipeline.client.rollback_stage(
            pipelineName=NAME, stageName=STAGE, targetPipelineExecutionId=target
        )
        return self.pipeline.ended(answer["pipelineExecutionId"])


def upload(outside: Outside, bucket: str, files: Mapping[str, str]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    outside.client("s3").put_object(Bucket=bucket, Key="release.zip", Body=content.getvalue())


def to_bucket(region: str) -> dict[str, object]:
    return {
        "name": f"To-{region}",
        "region": region,
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"},
        "configuration": {"BucketName": f"{NAME}-{region}", "Extract": "true"},
        "inputArtifacts": [{"name": "Release"}],
    }


@pytest.fixture(scope="module")
def site(account: Account) -> Site:
    outside = Outside(account.describe())
    own = OwnPipeline(outside, NAME, (EU, AP), account.outputs)
    source = own.create_source("")
    upload(outside, source, FIRST)
    for region in (EU, AP):
        location = {"LocationConstraint": region}
        outside.client("s3", region).create_bucket(Bucket=f"{NAME}-{region}", CreateBucketConfiguration=location)
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, own.create_role(*TO_S3), {})
    stage = {"name": STAGE, "actions": [to_bucket(region) for region in (EU, AP)]}
    pipeline = SmallPipelines(own, release).create(NAME, stage)
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return Site(outside, pipeline, source)


def test_the_objects_arrive_in_both_regions_and_go_back_with_the_stage(site: Site) -> None:
    assert site.objects(EU) == site.objects(AP) == FIRST
    assert site.pipeline.ended(site.publish(SECOND)) == "Succeeded"
    assert site.objects(EU) == site.objects(AP) == SECOND
    assert site.rolled_back(site.pipeline.first) == "Succeeded"
    assert site.objects(EU) == site.objects(AP) == FIRST
    newest = site.pipeline.executions[0]
    assert (newest["executionType"], newest["trigger"]["triggerType"]) == ("ROLLBACK", "ManualRollback")
    assert newest["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": site.pipeline.first}


def test_a_region_that_fails_keeps_its_objects_until_the_stage_goes_back(site: Site, account: Account) -> None:
    account.outcomes.choose(AP, "S3", None, Outcome.FAIL)
    execution = site.publish({"index.html": "the third page"})
    assert site.pipeline.ended(execution) == "Failed"
    assert sorted(site.pipeline.actions(execution)) == [
        ("S3", "Succeeded"),
        (f"To-{AP}", "Failed"),
        (f"To-{EU}", "Succeeded"),
    ]
    assert (site.objects(EU)["index.html"], site.objects(AP)["index.html"]) == ("the third page", "the first page")
    assert site.rolled_back(site.pipeline.first) == "Succeeded"
    assert site.objects(EU) == site.objects(AP) == FIRST
