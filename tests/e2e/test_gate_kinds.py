"""The checks that a plan adds to the gate, in the deployed function: ``http`` and ``ecr-image``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.code_deploy import settled
from tests.e2e.outside import Outside
from tests.e2e.small_pipelines import EXECUTION, SmallPipelines

if TYPE_CHECKING:
    from local.account import Account
    from tests.e2e.small_pipelines import SmallPipeline

pytestmark = pytest.mark.e2e

HOME, EU, AP = "us-east-1", "eu-west-1", "ap-southeast-1"
SERVICE = "my-service-checked"  # of the prefix that the stack replicates


@pytest.fixture(scope="module")
def pipelines(account: Account) -> SmallPipelines:
    return SmallPipelines.prepare(Outside(account.describe()), SERVICE, (EU, AP), account.outputs)


def _gate(*checks: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"execution": EXECUTION, "deadline_minutes": 1, "checks": list(checks), **others}


def _reason(pipeline: SmallPipeline, execution: str) -> str:
    """Why the gate failed its action."""
    asked = {"pipelineName": pipeline.name, "filter": {"pipelineExecutionId": execution}}
    runs = pipeline.client.list_action_executions(**asked)["actionExecutionDetails"]
    (verify,) = [run for run in runs if run["actionName"] == "Verify"]
    return str(verify["output"]["executionResult"]["errorDetails"]["message"])


def test_the_page_of_every_region_is_asked_for(pipelines: SmallPipelines, outside: Outside) -> None:
    url = f"{outside.description['web']}/{{region}}/{SERVICE}"
    check = {"kind": "http", "url": url, "contains": '"ok"', "latency_ms": 10_000}
    pipeline = pipelines.create("kinds-http", pipelines.deploying(_gate(check)))
    assert pipeline.ended(pipeline.first) == "Succeeded"
    settled(outside, pipeline.first, "SUCCEEDED", {EU: "passed", AP: "passed"})
    host = url.partition("://")[2]
    outside.told(pipeline.first, *(f"{host.format(region=region)}: answers 200 in " for region in (EU, AP)))

    outside.deployments(AP, "unhealthy")
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Failed"
    reason = _reason(pipeline, execution)
    assert reason.startswith(f"FAIL regions={AP}: ")
    assert f"{url.format(region=AP)} answers 503, expected 200; it says " in reason
    settled(outside, execution, "FAILED", {EU: "passed", AP: "failed"})
    outside.told(execution, "answers 503, expected 200")


def test_f49_the_metadata_address_is_refused(pipelines: SmallPipelines) -> None:
    check = {"kind": "http", "url": "http://169.254.169.254/latest/meta-data/", "region": EU}
    pipeline = pipelines.create("kinds-metadata", pipelines.deploying(_gate(check)))
    assert pipeline.ended(pipeline.first) == "Failed"
    reason = _reason(pipeline, pipeline.first)
    assert reason.startswith("FAIL regions=: unknown eu-west-1: ")
    assert "169.254.169.254" in reason


def test_the_image_that_is_deployed_has_to_be_in_every_region(pipelines: SmallPipelines, outside: Outside) -> None:
    pipeline = pipelines.create("kinds-image", pipelines.deploying(_gate({"kind": "ecr-image"})))
    assert pipeline.ended(pipeline.first) == "Succeeded"
    card = settled(outside, pipeline.first, "SUCCEEDED", {EU: "passed", AP: "passed"})
    for region in (EU, AP):
        assert _digest(outside, region) == _digest(outside, HOME)
        assert f"{SERVICE}@{_digest(outside, HOME)[:19]}" in card


def test_a_replication_that_failed_fails_the_gate(pipelines: SmallPipelines, outside: Outside) -> None:
    outside.post("/replication", {"region": EU, "outcome": "fail"}).raise_for_status()
    digest = _push(outside, "unlucky")
    check = {"kind": "ecr-image", "repository": SERVICE, "digest": digest, "source_region": HOME}
    pipeline = pipelines.create("kinds-unlucky", pipelines.deploying(_gate(check)))
    assert pipeline.ended(pipeline.first) == "Failed"
    assert _reason(pipeline, pipeline.first).startswith(f"FAIL regions={EU}: ")


def _push(outside: Outside, tag: str) -> str:
    manifest = {"schemaVersion": 2, "config": {"digest": f"sha256:{tag.encode().hex():0>64}"}, "layers": []}
    pushed = outside.client("ecr").put_image(repositoryName=SERVICE, imageTag=tag, imageManifest=json.dumps(manifest))
    return str(pushed["image"]["imageId"]["imageDigest"])


def _digest(outside: Outside, region: str) -> str:
    """The digest of the release's image in a region's registry."""
    found = outside.client("ecr", region).describe_images(repositoryName=SERVICE, imageIds=[{"imageTag": "new"}])
    return str(found["imageDetails"][0]["imageDigest"])
