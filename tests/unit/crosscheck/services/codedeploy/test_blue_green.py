"""The check ``codedeploy`` of blue/green ECS deployments: the task set that serves, and what it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from tests.fakes.codedeploy import FakeCodeDeploy, appspec
from tests.fakes.codepipeline_release import zipped
from tests.fakes.ecr import FakeEcr
from tests.fakes.ecs import ACCOUNT, FakeEcs
from tests.fakes.json_protocol import SESSION, FakeClients, JsonService, RefusedError

REGION = "us-east-1"
SERVICE = "residency"
NAMED = (SERVICE, SERVICE)
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
ARTIFACT = Artifact("store", "b/BuildOutp/x1")


class World:
    """A service whose second deployment is the one that is looked at, in good order."""

    def __init__(self) -> None:
        self.codedeploy, self.ecs, self.ecr = FakeCodeDeploy(STARTED, "ECS"), FakeEcs(REGION), FakeEcr()
        self.digest = self.ecr.push(SERVICE, "0a1b2c3")
        self.image = f"{HOST}/{SERVICE}:0a1b2c3"
        self.definition = self.ecs.define(f"{SERVICE}:7", {"web": self.image, "proxy": "docker.io/library/envoy:1"})
        self.older = self.codedeploy.deploy(NAMED, appspec(6))
        self.ours = self.codedeploy.deploy(NAMED, appspec(7))
        self.codedeploy.ecs_target(self.ours, f"{SERVICE}:{SERVICE}", "ecs-svc/7")
        self.primary: dict[str, Any] = {
            "id": "ecs-svc/7",
            "status": "PRIMARY",
            "taskDefinition": self.definition,
            "computedDesiredCount": 2,
            "runningCount": 2,
            "externalId": self.ours,
        }
        draining = {**self.primary, "id": "ecs-svc/6", "status": "DRAINING", "externalId": self.older}
        self.service = self.ecs.serve(
            SERVICE, SERVICE, self.definition, deployments=[], taskSets=[draining, self.primary], runningCount=4
        )
        self.tasks = [self.ecs.run(SERVICE, self.definition, {"web": self.digest}) for _ in range(2)]
        self.ecs.run(SERVICE, self.ecs.define(f"{SERVICE}:6", {"web": "old"}), {"web": "sha256:old"})
        SESSION.client("s3", region_name=REGION).create_bucket(Bucket=ARTIFACT.bucket)
        self.store(json.dumps({"ImageURI": self.image}).encode())

    def store(self, detail: bytes, name: str = "imageDetail.json") -> None:
        """Replace the artifact."""
        body = zipped({name: detail})
        SESSION.client("s3", region_name=REGION).put_object(Bucket=ARTIFACT.bucket, Key=ARTIFACT.key, Body=body)

    def run(self, **overrides: Any) -> ActionRun:
        """The action's run."""
        configuration = {"Image1ArtifactName": "BuildOutput", "Image1ContainerName": "IMAGE1_NAME"}
        run = ActionRun("Deploy", "Deploy", "Succeeded", 0.0, configuration, {"BuildOutput": ARTIFACT})
        return replace(run, external=self.ours, **overrides)

    def looked(self, run: ActionRun | None = None, **parameters: str) -> Finding:
        """A look: of the action's run, unless parameters ask for one without."""
        named = {"application": SERVICE, "group": SERVICE, **parameters}
        planned = PlannedCheck("codedeploy", REGION, named, None if parameters else run or self.run())
        fakes: dict[tuple[str, str | None], JsonService] = {
            (fake.service, REGION): fake for fake in (self.codedeploy, self.ecs, self.ecr)
        }
        return run_check(planned, FakeClients(fakes))

    def stop_tasks(self, count: int, *, failed: bool) -> None:
        """Some of the tasks run no longer."""
        for task in self.tasks[:count]:
            del self.ecs.tasks[task["taskArn"]]
        self.primary["runningCount"] -= count
        if failed:
            self.ecs.stop(SERVICE, self.definition, self.codedeploy.now)


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws():
        yield World()


def test_the_task_set_of_the_deployment_runs_the_intended_image(world: World) -> None:
    finding = world.looked()
    assert finding.verdict is Verdict.PASS
    assert finding.reason == (
        f"2 of 2 tasks run {SERVICE}@{world.digest[:19]} (task definition {SERVICE}:7), the task set of {world.ours}"
    )
    assert finding.values["intended web"] == world.image
    assert finding.values["intended digest web"] == world.digest
    assert finding.values["task set"] == "ecs-svc/7"
    assert (finding.values["running"], finding.values["targets"]) == ("2", "1 of 1 services Succeeded")


def test_a_proof_knows_no_image(world: World) -> None:
    finding = world.looked(deployment=world.ours)
    assert finding.verdict is Verdict.PASS
    assert finding.reason == f"2 of 2 tasks run (task definition {SERVICE}:7), the task set of {world.ours}"


def test_no_task_runs_for_a_moment(world: World) -> None:
    """As when Spot takes both of them at once."""
    world.stop_tasks(2, failed=False)
    finding = world.looked()
    assert finding.verdict is Verdict.PENDING
    assert finding.reason == "0 of 2 tasks run"


def test_no_task_runs_and_all_that_start_die(world: World) -> None:
    world.stop_tasks(2, failed=False)
    for seconds in (90, 60, 30):
        world.ecs.stop(SERVICE, world.definition, datetime.now(UTC) - timedelta(seconds=seconds))
    finding = world.looked()
    assert finding.verdict is Verdict.FAIL
    assert "0 of 2 tasks run; last task stopped with exit code 1: Essential container in task exited" in finding.reason


@pytest.mark.parametrize("failed", [True, False])
def test_some_tasks_do_not_run(world: World, failed: bool) -> None:
    world.stop_tasks(1, failed=failed)
    finding = world.looked()
    assert finding.verdict is Verdict.PENDING
    assert finding.reason.startswith("1 of 2 tasks run")


def test_a_scale_to_zero_proves_nothing(world: World) -> None:
    world.primary |= {"computedDesiredCount": 0, "runningCount": 0}
    assert world.looked().verdict is Verdict.INCONCLUSIVE


def test_the_task_set_of_another_deployment_fails(world: World) -> None:
    world.primary |= {"id": "ecs-svc/6", "externalId": world.older}
    finding = world.looked()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"the task set that serves is of {world.older} ({SERVICE}:7), not of {world.ours}"


def test_the_deployments_own_record_of_the_task_set_is_enough(world: World) -> None:
    del world.primary["externalId"]
    assert world.looked().verdict is Verdict.PASS
    world.primary["id"] = "ecs-svc/0"
    finding = world.looked()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == f"ECS does not say which deployment made the task set of {SERVICE}:7"


def test_a_rollback_may_give_the_traffic_back_to_an_older_task_set(world: World) -> None:
    world.codedeploy.deployments[world.ours]["status"] = "Stopped"
    rollback = world.codedeploy.roll_back(world.ours)
    world.codedeploy.ecs_target(rollback, f"{SERVICE}:{SERVICE}", "ecs-svc/8")
    assert world.looked(deployment=rollback).reason == (
        f"the task set of {world.ours} still serves, which {rollback} should have replaced"
    )
    world.primary |= {"id": "ecs-svc/6", "externalId": world.older}
    assert world.looked(deployment=rollback).verdict is Verdict.PASS


def test_no_service_and_no_primary_task_set_fail(world: World) -> None:
    world.primary["status"] = "ACTIVE"
    assert world.looked().reason == f"there is no service {SERVICE}:{SERVICE} with a primary task set"
    del world.ecs.clusters[SERVICE][SERVICE]
    assert world.looked().verdict is Verdict.FAIL


def test_an_image_that_no_container_runs_fails(world: World) -> None:
    other = f"{HOST}/{SERVICE}:9f8e7d6"
    world.store(json.dumps({"ImageURI": other}).encode())
    finding = world.looked()
    assert (finding.verdict, finding.reason) == (
        Verdict.FAIL,
        f"no container of {SERVICE}:7 runs the intended {other}",
    )


def test_a_tag_that_moved_on_since_the_tasks_started_is_a_remark(world: World) -> None:
    moved = world.ecr.push(SERVICE, world.image.rpartition(":")[2], salt="another build")
    finding = world.looked()
    assert finding.verdict is Verdict.PASS
    assert finding.reason == (
        f"2 of 2 tasks run (task definition {SERVICE}:7), the task set of {world.ours}; "
        "the image was not compared: 2 of 2 tasks run "
        f"{world.digest[:19]}; {world.image} is {moved[:19]} by now, and ECS pinned no digest for the deployment (web)"
    )


def test_f18_another_digest_than_the_reference_names_fails(world: World) -> None:
    pinned = f"{HOST}/{SERVICE}@{world.digest}"
    world.ecs.definitions[world.primary["taskDefinition"]][0]["image"] = pinned
    world.store(json.dumps({"ImageURI": pinned}).encode())
    strange = world.ecr.push(SERVICE, "9f8e7d6", salt="other")
    world.tasks[0]["containers"][0]["imageDigest"] = strange
    finding = world.looked()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"1 of 2 tasks run {strange[:19]}, intended {world.digest[:19]} (web)"


@pytest.mark.parametrize(
    ("detail", "name", "words"),
    [
        (b"[]", "imageDetail.json", "imageDetail.json of BuildOutput is no object with an ImageURI"),
        (b"{", "imageDetail.json", "imageDetail.json of BuildOutput is no object with an ImageURI"),
        (b"{}", "other.json", "the input artifact holds no imageDetail.json"),
    ],
)
def test_what_names_no_image_leaves_the_task_set_proven(world: World, detail: bytes, name: str, words: str) -> None:
    world.store(detail, name)
    finding = world.looked()
    assert finding.verdict is Verdict.PASS
    assert finding.reason.endswith(f"the task set of {world.ours}; the image was not compared: {words}")


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"configuration": {}}, "the action Deploy names no image artifact"),
        ({"inputs": {}}, "CodePipeline names no input artifact BuildOutput of Deploy"),
        ({"inputs": {"BuildOutput": Artifact("store", "gone")}}, "GetObject in us-east-1 was refused: NoSuchKey"),
    ],
)
def test_an_artifact_out_of_reach_leaves_the_task_set_proven(world: World, overrides: Any, words: str) -> None:
    finding = world.looked(world.run(**overrides))
    assert finding.verdict is Verdict.PASS
    assert finding.reason.endswith(words)


@pytest.mark.parametrize("operation", ["DescribeServices", "ListTasks", "DescribeTasks"])
def test_f17_a_service_that_is_denied_is_inconclusive_with_code_and_region(world: World, operation: str) -> None:
    world.ecs.refuse(operation, RefusedError("AccessDeniedException", "secret words"))
    finding = world.looked()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == f"{operation} in {REGION} was refused: AccessDeniedException"


def test_a_registry_that_refuses_leaves_the_task_set_proven(world: World) -> None:
    world.tasks[0]["containers"][0]["imageDigest"] = "sha256:" + "0" * 64
    world.ecr.refuse("BatchGetImage", RefusedError("AccessDeniedException"))
    finding = world.looked()
    assert finding.verdict is Verdict.PASS
    assert "the image was not compared: BatchGetImage in us-east-1 was refused" in finding.reason
