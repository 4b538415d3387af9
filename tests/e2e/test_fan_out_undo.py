"""What the fan-out takes back where no gate judges: a whole stage of S3 deployments, and the alias of a function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.e2e.function_shop import ALIAS, Shop, open_shop
from tests.e2e.outside import Outside, words
from tests.e2e.own_pipeline import TO_S3, OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, answer_approval, asking
from tests.e2e.tagged_pipeline import bucket_in, create_tagged, deploy, open_to_all, put_plan, retag, upload
from tests.e2e.verifications import Verifications, name_of, said, settled

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
PAGES = "undo-pages"


def _url(outside: Outside, bucket: str) -> str:
    """Where an object is served; ``{region}`` is the check's."""
    return f"{outside.description['aws']}/{bucket}/index.html"


@dataclass(frozen=True)
class Site:
    """A page in a bucket of each region; a plan asks for the word ``welcome`` in it. Nothing else proves it.

    Which objects an action writes that extracts its artifact is unknown, so no release passes here: what goes back goes
    back to the page that was there before Crosscheck saw the first release.
    """

    outside: Outside
    pipeline: SmallPipeline
    source: str
    done: Verifications

    def publish(self, text: str) -> str:
        """Release a page, once preflight has seen the stage; the execution, once it has ended."""
        upload(self.outside, self.source, {"index.html": text})
        execution = self.pipeline.start()
        self.done.ended(f"{execution}-preflight")
        answer_approval(self.pipeline, execution, "Approved", "seen")
        assert self.pipeline.ended(execution) == "Succeeded"
        return execution

    def page(self, region: str) -> str:
        """The page of a region."""
        return self.pages(region)[0]

    def pages(self, region: str) -> list[str]:
        """What was the page of a region, the newest first."""
        s3, bucket = self.outside.client("s3", region), f"{PAGES}-{region}"
        versions = s3.list_object_versions(Bucket=bucket, Prefix="index.html")["Versions"]
        named = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
        return [s3.get_object(Bucket=bucket, **each)["Body"].read().decode() for each in named]


@pytest.fixture(scope="module")
def site(account: Account) -> Site:
    outside = Outside(account.describe())
    own = OwnPipeline(outside, PAGES, (EU, AP), account.outputs)
    source = own.create_source("")
    upload(outside, source, {"index.html": "welcome"})
    buckets = {region: bucket_in(outside, region, f"{PAGES}-{region}") for region in (EU, AP)}
    for region, name in buckets.items():
        open_to_all(outside, region, name)
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, own.create_role(*TO_S3), {})
    actions = [
        deploy(f"To-{region}", region, "S3", BucketName=name, Extract="true") for region, name in buckets.items()
    ]
    check = {"kind": "http", "url": _url(outside, f"{PAGES}-{{region}}"), "contains": "welcome"}
    plan = put_plan(outside, PAGES, {"checks": [check]})
    stages = [release["stages"][0], asking(), {"name": "Publish", "actions": actions}]
    pipeline = create_tagged(outside, {**release, "stages": stages}, plan=plan, rollback="auto", ignore="yes")
    answer_approval(pipeline, pipeline.first, "Approved", "not seen")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    done = Verifications(outside, account.outputs["VerifyStateMachineArn"])
    done.ended(name_of(pipeline.first, "Publish"))
    retag(pipeline, "ignore")
    return Site(outside, pipeline, source, done)


def test_a_stage_that_fails_in_all_its_regions_goes_back_as_a_whole(site: Site) -> None:
    execution = site.publish("an error page")
    card = settled(site.outside, execution, eu_west_1="rolled_back", ap_southeast_1="rolled_back")
    assert site.pages(EU) == site.pages(AP) == ["welcome", "an error page", "welcome"]
    newest = site.pipeline.executions[0]
    assert (newest["executionType"], newest["trigger"]["triggerType"]) == ("ROLLBACK", "ManualRollback")
    assert newest["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": site.pipeline.first}
    assert f"rollback execution {newest['pipelineExecutionId'][:8]} is Succeeded" in words(card)
    proven = site.done.ended(name_of(newest["pipelineExecutionId"], "Publish"))["output"]
    assert {item["mode"] for item in proven["regions"]} == {"off"}


def test_a_stage_with_a_healthy_region_stays(site: Site) -> None:
    check = {"kind": "http", "url": _url(site.outside, f"{PAGES}-{{region}}"), "contains": "in Singapore", "region": AP}
    put_plan(site.outside, PAGES, {"checks": [check]})
    execution = site.publish("welcome in Ireland")
    text = "only the whole stage can be rolled back, which would take eu-west-1 back as well"
    card = said(site.outside, execution, text)
    assert card["metadata"]["event_payload"]["regions"][AP] == "failed"
    assert site.page(EU) == site.page(AP) == "welcome in Ireland"
    assert site.pipeline.executions[0]["pipelineExecutionId"] == execution


@pytest.fixture(scope="module")
def shop(account: Account) -> Shop:
    return open_shop(account, "undo-function")


def test_an_alias_goes_back_to_the_version_that_passed(shop: Shop, outside: Outside) -> None:
    settled(outside, shop.pipeline.first, eu_west_1="passed")
    assert shop.says == "the second"
    shop.sign("closed")
    execution = shop.release("the third")
    card = settled(outside, execution, eu_west_1="rolled_back")
    assert shop.says == "the second"
    alias = outside.client("lambda", EU).get_alias(FunctionName=shop.pipeline.name, Name=ALIAS)
    assert alias["FunctionVersion"] == "2"
    assert f"{shop.pipeline.name}:{ALIAS}: serves version 2" in words(card)
