"""Fan-out: whatever a pipeline is called and deploys, each finished deploy stage is verified once per attempt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local.scenarios.ecs_service import wait_until_steady
from tests.e2e.outside import Outside, wait_until, words
from tests.e2e.own_pipeline import HOME, TO_ECS, TO_S3, TO_STACKS, OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines
from tests.e2e.tagged_pipeline import bucket_in, create_tagged, deploy, upload
from tests.e2e.verifications import Verifications, name_of, said, settled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.account import Account

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
NAME, CLUSTER, SERVICE, STACK, PAGES = "checkout-rollout", "harbour", "cart-api", "cart-queues", "cart-pages"
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "carts"}}
ABSENT = {
    "Type": "Custom::Absent",
    "DependsOn": "Carts",
    "Properties": {"ServiceToken": f"arn:aws:lambda:{EU}:000000000000:function:absent"},
}


def _verifications(account: Account) -> Verifications:
    return Verifications(Outside(account.describe()), account.outputs["VerifyStateMachineArn"])


@dataclass(frozen=True)
class Stranger:
    """A pipeline with no gate, no tag and none of the stack's names, and what it releases."""

    outside: Outside
    pipeline: SmallPipeline
    source: str
    image: str

    def release(self, **resources: Mapping[str, Any]) -> str:
        """Start a release of a stack with these resources; the execution."""
        upload(self.outside, self.source, _files(self.image, resources))
        return self.pipeline.start()


def _files(image: str, resources: Mapping[str, Any]) -> dict[str, str]:
    return {
        "imagedefinitions.json": json.dumps([{"name": "api", "imageUri": image}]),
        "stack.json": json.dumps({"Resources": {"Carts": QUEUE, **resources}}),
    }


def _create_services(outside: Outside, account_id: str) -> str:
    """The service in both regions, with the image ``1``; the image to release."""
    ecr, uri = outside.client("ecr"), f"{account_id}.dkr.ecr.{HOME}.amazonaws.com/{SERVICE}"
    ecr.create_repository(repositoryName=SERVICE)
    for tag in ("1", "2"):
        manifest = {"schemaVersion": 2, "config": {"digest": f"sha256:{tag:0>64}"}, "layers": []}
        ecr.put_image(repositoryName=SERVICE, imageTag=tag, imageManifest=json.dumps(manifest))
    for region in (EU, AP):
        ecs = outside.client("ecs", region)
        ecs.create_cluster(clusterName=CLUSTER)
        container = {"name": "api", "image": f"{uri}:1", "essential": True, "memory": 64}
        ecs.register_task_definition(family=SERVICE, containerDefinitions=[container])
        ecs.create_service(cluster=CLUSTER, serviceName=SERVICE, taskDefinition=SERVICE, desiredCount=2)
    for region in (EU, AP):
        wait_until_steady(outside.client("ecs", region), CLUSTER, SERVICE)
    return f"{uri}:2"


def _stages(role: str, bucket: str) -> list[dict[str, Any]]:
    stack = {"ActionMode": "CREATE_UPDATE", "StackName": STACK, "TemplatePath": "Release::stack.json", "RoleArn": role}
    services = {"ClusterName": CLUSTER, "ServiceName": SERVICE}
    page = {"BucketName": bucket, "Extract": "false", "ObjectKey": "page.zip"}
    return [
        {"name": "Ship", "actions": [deploy("Ireland", EU, "ECS", **services), deploy("Asia", AP, "ECS", **services)]},
        {"name": "Plumbing", "actions": [deploy("Queues", EU, "CloudFormation", **stack)]},
        {"name": "Pages", "actions": [deploy("Publish", HOME, "S3", **page)]},
    ]


@pytest.fixture(scope="module")
def stranger(account: Account) -> Stranger:
    """Its first execution, a good one, is behind it."""
    outside = Outside(account.describe())
    own = OwnPipeline(outside, NAME, (EU, AP), account.outputs)
    image = _create_services(outside, own.account_id)
    source, role = own.create_source(image), own.create_role(*TO_ECS, *TO_S3, *TO_STACKS)
    upload(outside, source, _files(image, {}))
    bucket = bucket_in(outside, HOME, PAGES)
    definition = own.definition(json.loads(account.outputs["ArtifactStores"]), source, role, {})
    stages = [{"name": "Intake", "actions": definition["stages"][0]["actions"]}, *_stages(role, bucket)]
    pipeline = create_tagged(outside, {**definition, "stages": stages})
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return Stranger(outside, pipeline, source, image)


def test_a_strangers_pipeline_gets_the_right_plan(stranger: Stranger, account: Account) -> None:
    execution, done = stranger.pipeline.first, _verifications(account)
    service = ("ecs-service", f"{CLUSTER}/{SERVICE}")
    assert done.checks(name_of(execution, "Ship")) == {EU: [service], AP: [service]}
    assert done.checks(name_of(execution, "Plumbing")) == {EU: [("cloudformation-stack", STACK)]}
    assert done.checks(name_of(execution, "Pages")) == {HOME: [("s3-object", f"{PAGES}/page.zip")]}
    card = settled(stranger.outside, execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="passed")
    assert card["metadata"]["event_payload"]["pipeline"] == NAME


def test_f01_f02_repeated_and_shuffled_events_start_one_verification_each(
    stranger: Stranger, account: Account, outside: Outside
) -> None:
    outside.events(shuffle=True, duplicate=1.0, seed=4)
    execution, done = stranger.release(), _verifications(account)
    assert stranger.pipeline.ended(execution) == "Succeeded"
    settled(outside, execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="passed")
    stages = ("Intake", "Ship", "Plumbing", "Pages")
    expected = {f"{execution}-preflight", *(name_of(execution, stage) for stage in stages)}
    for name in sorted(expected):
        done.ended(name)
    assert set(done.names(execution)) == expected
    assert len(outside.cards(execution)) == 1


def test_a_failed_stage_is_verified_and_a_retried_one_again(
    stranger: Stranger, account: Account, outside: Outside
) -> None:
    outside.deployments(AP, "fail")
    execution, done = stranger.release(), _verifications(account)
    assert stranger.pipeline.ended(execution) == "Failed"
    first = done.ended(name_of(execution, "Ship"))
    assert (first["input"]["state"], first["input"]["attempt"]) == ("FAILED", "1")
    assert (first["output"]["concluded"]["passed"], first["output"]["concluded"]["failed"]) == ([EU], [AP])
    failed = outside.card(execution, lambda payload: payload["regions"].get(AP) == "failed")
    assert f"*{AP}* failed · " in words(failed)

    outside.deployments(AP, "healthy")
    stranger.pipeline.client.retry_stage_execution(
        pipelineName=NAME, stageName="Ship", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
    )
    second = done.ended(name_of(execution, "Ship", attempt=2))
    assert (second["input"]["state"], second["input"]["attempt"]) == ("SUCCEEDED", "2")
    assert second["output"]["concluded"]["passed"] == [AP, EU]
    assert stranger.pipeline.ended(execution) == "Succeeded"
    settled(outside, execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="passed")
    assert len(outside.cards(execution)) == 1


def test_an_update_that_cloudformation_took_back_is_a_failure_in_words(
    stranger: Stranger, account: Account, outside: Outside
) -> None:
    execution = stranger.release(Absent=ABSENT)
    assert stranger.pipeline.ended(execution) == "Failed"
    (stack,) = outside.client("cloudformation", EU).describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    concluded = _verifications(account).ended(name_of(execution, "Plumbing"))["output"]["concluded"]
    assert concluded["failed"] == [EU]
    card = settled(outside, execution, us_east_1="skipped", eu_west_1="failed", ap_southeast_1="passed")
    assert "UPDATE_ROLLBACK_COMPLETE" in words(card)
    said(outside, execution, "CloudFormation took it back by itself")


def test_a_stage_that_goes_back_by_itself_is_left_to_codepipeline(account: Account, outside: Outside) -> None:
    name = "self-righting"
    pipelines = SmallPipelines.prepare(outside, name, (EU,), account.outputs)
    stage = pipelines.deploying(onFailure={"result": "ROLLBACK"})
    definition = {**pipelines.release, "stages": [pipelines.release["stages"][0], stage]}
    pipeline = create_tagged(outside, definition, rollback="auto")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    settled(outside, pipeline.first, eu_west_1="passed")
    # a container that the service does not have fails this release, and not the one that goes back
    images = [{"name": "absent", "imageUri": "public.ecr.aws/docker/library/busybox:1"}]
    upload(outside, f"{name}-source", {"imagedefinitions.json": json.dumps(images)})
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Failed"
    rollback = str(wait_until(lambda: _rollback_of(pipeline), "CodePipeline's rollback"))
    settled(outside, execution, eu_west_1="failed")
    said(outside, execution, "stage World has its own onFailure ROLLBACK: left to CodePipeline")
    assert pipeline.ended(rollback) == "Succeeded"
    proven = _verifications(account).ended(name_of(rollback, "World"))["output"]
    assert [item["mode"] for item in proven["regions"]] == ["off"]
    assert proven["concluded"]["passed"] == [EU]
    assert [each["pipelineExecutionId"] for each in pipeline.executions] == [rollback, execution, pipeline.first]


def _rollback_of(pipeline: SmallPipeline) -> str:
    newest = pipeline.executions[0]
    return str(newest["pipelineExecutionId"]) if newest.get("executionType") == "ROLLBACK" else ""
