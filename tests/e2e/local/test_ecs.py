import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from local.clients import ACCOUNT_ID, Aws
from local.clock import Clock
from local.ecs import EcsLayer
from local.emulator import Emulator
from local.emulator.service_events import service_event_putter
from local.events import EventEmitter
from local.outcomes import Outcome, Outcomes
from local.server import Server
from tests.e2e.local.functions import REGION, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform == "win32", reason="the emulator needs POSIX")]

CLUSTER = "production-eu"
SERVICE = "my-service"
REPOSITORY = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com/{SERVICE}"


class Account:
    """An ECS layer in front of a real emulator, a thousand times as fast as AWS."""

    def __init__(self, emulator: Emulator) -> None:
        self.outcomes, self.clock = Outcomes(), Clock(1000.0)
        direct = Aws(emulator.url)
        emitter = EventEmitter(service_event_putter(direct, emulator.service_token))
        self.layer = EcsLayer(direct, direct, self.clock, self.outcomes, emitter, ACCOUNT_ID)
        self.server = Server(self.layer.app, "ecs")
        self.aws = Aws(emulator.url, {"ecs": self.server.url})
        self.ecs = self.aws.client("ecs", REGION)

    def push(self, tag: str) -> str:
        """Push an image; its digest."""
        config = {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "size": 2,
            "digest": "sha256:" + "0" * 64,
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": config,
            "layers": [],
            "annotations": {"tag": tag},
        }
        image = self.aws.client("ecr", REGION).put_image(
            repositoryName=SERVICE, imageManifest=json.dumps(manifest), imageTag=tag
        )
        return str(image["image"]["imageId"]["imageDigest"])

    def release(self, tag: str) -> str:
        """Deploy an image; its digest."""
        digest = self.push(tag)
        containers = [{"name": "app", "image": f"{REPOSITORY}:{tag}", "memory": 128}]
        registered = self.ecs.register_task_definition(family=SERVICE, containerDefinitions=containers)
        arn = registered["taskDefinition"]["taskDefinitionArn"]
        self.ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=arn)
        return digest

    def service(self) -> dict[str, Any]:
        (found,) = self.ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
        return dict(found)

    def rolled_out(self) -> str:
        """The rollout state of the service's primary deployment, once it is final."""

        def state() -> str:
            rollout = str(self.service()["deployments"][0]["rolloutState"])
            return "" if rollout == "IN_PROGRESS" else rollout

        return eventually(state)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """With a service that CloudFormation made."""
    with Emulator.start(tmp_path_factory.mktemp("ecs"), {}) as emulator:
        account = Account(emulator)
        account.aws.client("ecr", REGION).create_repository(repositoryName=SERVICE)
        account.push("first")
        containers = [{"Name": "app", "Image": f"{REPOSITORY}:first", "Memory": 128}]
        service = {
            "Cluster": {"Ref": "Cluster"},
            "ServiceName": SERVICE,
            "DesiredCount": 2,
            "TaskDefinition": {"Ref": "Task"},
        }
        template = {
            "Resources": {
                "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": CLUSTER}},
                "Task": {
                    "Type": "AWS::ECS::TaskDefinition",
                    "Properties": {"Family": SERVICE, "ContainerDefinitions": containers},
                },
                "Service": {"Type": "AWS::ECS::Service", "Properties": service},
            }
        }
        account.aws.client("cloudformation", REGION).create_stack(
            StackName="my-service-infra", TemplateBody=json.dumps(template)
        )
        assert eventually(lambda: account.ecs.list_services(cluster=CLUSTER)["serviceArns"] or None)
        yield account
        account.clock.stop()
        account.server.close()


@pytest.fixture(autouse=True)
def _healthy(account: Account) -> Iterator[None]:
    yield
    account.outcomes.clear()
    account.release("again")
    assert account.rolled_out() == "COMPLETED"


def test_a_service_that_cloudformation_made_is_released(account: Account) -> None:
    assert account.service()["runningCount"] == 2

    digest = account.release("healthy")
    assert account.rolled_out() == "COMPLETED"
    arns = account.ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"]
    tasks = account.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]
    assert [task["containers"][0]["imageDigest"] for task in tasks] == [digest, digest]
    assert account.layer.service_health(REGION, SERVICE)[0]


def test_an_unhealthy_release_is_completed_and_down(account: Account) -> None:
    account.outcomes.choose(REGION, "ECS", SERVICE, Outcome.UNHEALTHY)
    account.release("unhealthy")

    assert account.rolled_out() == "COMPLETED"
    assert account.service()["runningCount"] == 0
    assert account.layer.service_health(REGION, SERVICE)[0] is False


def test_the_history_tells_what_to_go_back_to(account: Account) -> None:
    before = account.service()["taskDefinition"]
    account.outcomes.choose(REGION, "ECS", SERVICE, Outcome.ROLLED_BACK)
    account.release("refused")

    assert account.rolled_out() == "COMPLETED"
    assert account.service()["taskDefinition"] == before
    listed = account.ecs.list_service_deployments(cluster=CLUSTER, service=SERVICE)["serviceDeployments"]
    arns = [listed[0]["serviceDeploymentArn"]]
    (latest,) = account.ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
    assert latest["status"] == "ROLLBACK_SUCCESSFUL"
    sources = [entry["arn"] for entry in latest["sourceServiceRevisions"]]
    (source,) = account.ecs.describe_service_revisions(serviceRevisionArns=sources)["serviceRevisions"]
    assert source["taskDefinition"] == before
