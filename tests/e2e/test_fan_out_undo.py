"""What the fan-out takes back where no gate judges: a whole stage of S3 deployments, and the alias of a function."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outside import Outside, words
from tests.e2e.own_pipeline import HOME, OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, answer_approval, asking
from tests.e2e.tagged_pipeline import bucket_in, create_tagged, deploy, open_to_all, put_plan, upload
from tests.e2e.verifications import Verifications, name_of, said, settled

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
PAGES, FUNCTION, ALIAS = "undo-pages", "undo-function", "live"


def _url(outside: Outside, bucket: str) -> str:
    """Where an object is served; ``{region}`` is the check's."""
    return f"{outside.description['aws']}/{bucket}/index.html"


@dataclass(frozen=True)
class Site:
    """A page in a bucket of each region; a plan asks for the word ``welcome`` in it. Nothing else proves it."""

    outside: Outside
    pipeline: SmallPipeline
    source: str

    def publish(self, text: str) -> str:
        """Release a page; the execution, once it has ended."""
        upload(self.outside, self.source, {"index.html": text})
        execution = self.pipeline.start()
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
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, own.create_role(), {})
    actions = [
        deploy(f"To-{region}", region, "S3", BucketName=name, Extract="true") for region, name in buckets.items()
    ]
    check = {"kind": "http", "url": _url(outside, f"{PAGES}-{{region}}"), "contains": "welcome"}
    plan = put_plan(outside, PAGES, {"checks": [check]})
    stages = [release["stages"][0], {"name": "Publish", "actions": actions}]
    pipeline = create_tagged(outside, {**release, "stages": stages}, plan=plan, rollback="auto")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    # the page that the next release brings would fail this one, too
    Verifications(outside, account.outputs["VerifyStateMachineArn"]).ended(name_of(pipeline.first, "Publish"))
    return Site(outside, pipeline, source)


def test_a_stage_that_fails_in_all_its_regions_goes_back_as_a_whole(site: Site, account: Account) -> None:
    execution = site.publish("an error page")
    card = settled(site.outside, execution, eu_west_1="rolled_back", ap_southeast_1="rolled_back")
    assert site.pages(EU) == site.pages(AP) == ["welcome", "an error page", "welcome"]
    newest = site.pipeline.executions[0]
    assert (newest["executionType"], newest["trigger"]["triggerType"]) == ("ROLLBACK", "ManualRollback")
    assert newest["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": site.pipeline.first}
    assert f"rollback execution {newest['pipelineExecutionId'][:8]} is Succeeded" in words(card)
    done = Verifications(site.outside, account.outputs["VerifyStateMachineArn"])
    proven = done.ended(name_of(newest["pipelineExecutionId"], "Publish"))["output"]
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


@dataclass(frozen=True)
class Shop:
    """A function behind an alias, deployed after an approval; a plan asks for the word ``open`` in an object."""

    outside: Outside
    pipeline: SmallPipeline
    done: Verifications

    def release(self, answer: str, execution: str = "") -> str:
        """Release code that answers so, once preflight has seen the alias; the execution."""
        if not execution:
            _upload_code(self.outside, answer)
            execution = self.pipeline.start()
        self.done.ended(f"{execution}-preflight")
        answer_approval(self.pipeline, execution, "Approved", "seen")
        assert self.pipeline.ended(execution) == "Succeeded"
        return execution

    @property
    def says(self) -> str:
        """What the alias answers."""
        answer = self.outside.client("lambda", EU).invoke(FunctionName=FUNCTION, Qualifier=ALIAS)
        return str(json.loads(answer["Payload"].read()))


def _code(answer: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", f"def handler(event, context):\n    return {answer!r}\n")
    return content.getvalue()


def _upload_code(outside: Outside, answer: str) -> None:
    outside.client("s3").put_object(Bucket=f"{FUNCTION}-source", Key="release.zip", Body=_code(answer))


def _create_function(outside: Outside, role: str) -> None:
    client = outside.client("lambda", EU)
    more: dict[str, Any] = {"Runtime": "python3.13", "Handler": "app.handler", "Role": role}
    client.create_function(FunctionName=FUNCTION, Code={"ZipFile": _code("the first")}, **more)
    client.get_waiter("function_active_v2").wait(FunctionName=FUNCTION, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    version = client.publish_version(FunctionName=FUNCTION)["Version"]
    client.create_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=version)


def _set_sign(outside: Outside, text: str) -> None:
    outside.client("s3").put_object(Bucket=f"{FUNCTION}-sign", Key="index.html", Body=text.encode())


@pytest.fixture(scope="module")
def shop(account: Account) -> Shop:
    outside = Outside(account.describe())
    own = OwnPipeline(outside, FUNCTION, (EU,), account.outputs)
    source, role = own.create_source(""), own.create_role()
    _create_function(outside, role)
    open_to_all(outside, HOME, bucket_in(outside, HOME, f"{FUNCTION}-sign"))
    _set_sign(outside, "open")
    _upload_code(outside, "the second")
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, role, {})
    check = {"kind": "http", "url": _url(outside, f"{FUNCTION}-sign"), "contains": "open"}
    plan = put_plan(outside, FUNCTION, {"checks": [check]})
    action = deploy("To-Lambda", EU, "Lambda", FunctionName=FUNCTION, FunctionAlias=ALIAS)
    stages = [release["stages"][0], asking(), {"name": "Code", "actions": [action]}]
    pipeline = create_tagged(outside, {**release, "stages": stages}, plan=plan, rollback="auto")
    found = Shop(outside, pipeline, Verifications(outside, account.outputs["VerifyStateMachineArn"]))
    found.release("the second", pipeline.first)
    return found


def test_an_alias_goes_back_to_the_version_that_preflight_saw(shop: Shop, outside: Outside) -> None:
    settled(outside, shop.pipeline.first, eu_west_1="passed")
    assert shop.says == "the second"
    _set_sign(outside, "closed")
    execution = shop.release("the third")
    card = settled(outside, execution, eu_west_1="rolled_back")
    assert shop.says == "the second"
    alias = outside.client("lambda", EU).get_alias(FunctionName=FUNCTION, Name=ALIAS)
    assert alias["FunctionVersion"] == "2"
    assert f"{FUNCTION}:{ALIAS}: serves version 2" in words(card)
