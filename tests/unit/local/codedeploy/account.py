"""A CodeDeploy on a loopback port with what it looks at: bundles in a fake S3, services in a fake ECS."""

import io
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from local.aws_json.authorization import Decides
from local.clients import ACCOUNT_ID, ADMINISTRATOR, Aws, Credentials
from local.clock import Clock
from local.codedeploy import CodeDeploy
from local.codepipeline import zips
from local.outcomes import Outcomes
from tests.unit.local.served import Events, SetClock, recorder

REGION = "us-west-2"
APPLICATION = "CrossRegionActionSupport"
GROUP = "production"
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/codedeploy"
SERVICE = "my-service"
CLUSTER = "production"
PAIR = {
    "targetGroups": [{"name": "blue"}, {"name": "green"}],
    "prodTrafficRoute": {"listenerArns": [f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT_ID}:listener/x"]},
}

Wire = dict[str, Any]


def refusal(code: str, operation: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message or code}}, operation)


class FakeS3:
    """Objects by (bucket, key, version), as a versioned bucket has them."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], bytes] = {}

    def get_object(self, *, Bucket: str, Key: str, VersionId: str) -> Wire:  # noqa: N803 - boto3's names
        try:
            return {"Body": io.BytesIO(self.objects[Bucket, Key, VersionId])}
        except KeyError:
            raise refusal("NoSuchVersion", "GetObject", "The specified version does not exist.") from None


@dataclass
class FakeEcs:
    """One cluster with one service, and task definitions by ARN."""

    controller: str = "CODE_DEPLOY"
    task_definitions: dict[str, str] = field(default_factory=dict)

    def define(self, number: int) -> str:
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT_ID}:task-definition/{SERVICE}:{number}"
        self.task_definitions[arn] = f"image:{number}"
        return arn

    def describe_services(self, *, cluster: str, services: list[str]) -> Wire:
        if cluster != CLUSTER:
            raise refusal("ClusterNotFoundException", "DescribeServices")
        if services != [SERVICE]:
            return {"services": [], "failures": [{"reason": "MISSING"}]}
        service = {
            "serviceName": SERVICE,
            "status": "ACTIVE",
            "desiredCount": 2,
            "taskDefinition": self.define(1),
            "deploymentController": {"type": self.controller},
        }
        return {"services": [service], "failures": []}

    def describe_task_definition(self, *, taskDefinition: str) -> Wire:  # noqa: N803 - boto3's name
        if taskDefinition not in self.task_definitions:
            raise refusal("ClientException", "DescribeTaskDefinition", "Unable to describe task definition.")
        containers = [{"name": "app", "image": self.task_definitions[taskDefinition]}]
        return {"taskDefinition": {"taskDefinitionArn": taskDefinition, "containerDefinitions": containers}}


class FakeAws(Aws):
    """The services that CodeDeploy asks; ``asked`` tells in which regions."""

    def __init__(self) -> None:
        super().__init__("")
        self.s3, self.ecs = FakeS3(), FakeEcs()
        self.asked: set[tuple[str, str]] = set()

    def client(self, service: str, region: str, credentials: Credentials = ADMINISTRATOR) -> Any:
        assert credentials == ADMINISTRATOR
        self.asked.add((service, region))
        return {"s3": self.s3, "ecs": self.ecs}[service]


@dataclass
class Account:
    """What a test works with. ``events`` are those that EventBridge would get: the region, then the entry."""

    aws: FakeAws
    service: CodeDeploy
    clock: Clock
    outcomes: Outcomes
    events: Events
    clients: Aws

    @property
    def api(self) -> Any:
        return self.clients.client("codedeploy", REGION)

    def bundle(self, number: int) -> Wire:
        """A revision in the bucket."""
        version = f"version-{number}"
        files = {"appspec.yml": b"version: 0.0\nos: linux\n", "index.html": str(number).encode()}
        self.aws.s3.objects["store", "app.zip", version] = zips.pack(files)
        return s3_revision(version)

    def appspec(self, number: int) -> Wire:
        """A revision that names a registered task definition."""
        return appspec_revision(self.aws.ecs.define(number))

    def ec2_group(self, **more: Any) -> None:
        self.api.create_application(applicationName=APPLICATION, computePlatform="Server")
        self.group(**more)

    def ecs_group(self, **more: Any) -> None:
        self.api.create_application(applicationName=APPLICATION, computePlatform="ECS")
        self.group(**ecs_settings(**more))

    def group(self, **more: Any) -> None:
        self.api.create_deployment_group(
            **{"applicationName": APPLICATION, "deploymentGroupName": GROUP, "serviceRoleArn": ROLE} | more
        )

    def deploy(self, revision: Wire, **more: Any) -> str:
        """Create a deployment; its id."""
        named = {"applicationName": APPLICATION, "deploymentGroupName": GROUP, "revision": revision} | more
        return str(self.api.create_deployment(**named)["deploymentId"])

    def after(self, seconds: float) -> None:
        assert isinstance(self.clock, SetClock)
        self.clock.time += seconds

    def released(self, revision: Wire, seconds: float = 10_000) -> str:
        """Create a deployment and let it end."""
        deployment = self.deploy(revision)
        self.after(seconds)
        return deployment

    def deployment(self, deployment_id: str) -> Any:
        return self.api.get_deployment(deploymentId=deployment_id)["deploymentInfo"]

    def targets(self, deployment_id: str) -> list[Any]:
        """What became of each target."""
        ids = self.api.list_deployment_targets(deploymentId=deployment_id)["targetIds"]
        found = self.api.batch_get_deployment_targets(deploymentId=deployment_id, targetIds=ids)["deploymentTargets"]
        return [target.get("instanceTarget") or target["ecsTarget"] for target in found]

    def page(self) -> tuple[bool, str]:
        return self.service.page(REGION, APPLICATION)


def s3_revision(version: str) -> Wire:
    location = {"bucket": "store", "key": "app.zip", "bundleType": "zip", "version": version}
    return {"revisionType": "S3", "s3Location": location}


def appspec_revision(task_definition: str) -> Wire:
    content = f"""
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: {task_definition}
        LoadBalancerInfo: {{ContainerName: app, ContainerPort: 80}}
"""
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}


def ecs_settings(**more: Any) -> Wire:
    return {
        "ecsServices": [{"clusterName": CLUSTER, "serviceName": SERVICE}],
        "loadBalancerInfo": {"targetGroupPairInfoList": [PAIR]},
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 5},
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
        },
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
    } | more


def open_service(clients: Aws, decide: Decides | None = None) -> Account:
    aws, clock, outcomes = FakeAws(), SetClock(), Outcomes()
    emitter, events = recorder()
    service = CodeDeploy(aws, clock, outcomes, emitter, ACCOUNT_ID, decide)
    return Account(aws, service, clock, outcomes, events, clients)
