"""Release B: an ECS service in London and Singapore, deployed blue/green at once, neither waiting for the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from local.scenarios.ecs_service import BUILD_PERMISSIONS, push_image
from local.scenarios.s3_scenario import DEPLOY_PERMISSIONS, SOURCE_PERMISSIONS, S3Scenario

if TYPE_CHECKING:
    from local.clients import Aws

SERVICE_ROLE = "data-residency-codedeploy"
REPOSITORY = "residency-service"
CONTAINER = "web"
PORT = 8080


@dataclass(frozen=True)
class BlueGreenService:
    """A service that CodeDeploy deploys to; cluster, application, group and service are named alike."""

    region: str
    name: str
    task_definition_file: str
    appspec_file: str
    desired: int = 2

    def create(self, aws: Aws, account_id: str, image: str, role: str) -> None:
        """Create the service, running the image, and the deployment group over it."""
        ecs = aws.client("ecs", self.region)
        ecs.create_cluster(clusterName=self.name)
        ecs.register_task_definition(**self.task_definition(image))
        ecs.create_service(
            cluster=self.name,
            serviceName=self.name,
            taskDefinition=self.name,
            desiredCount=self.desired,
            deploymentController={"type": "CODE_DEPLOY"},
        )
        codedeploy = aws.client("codedeploy", self.region)
        codedeploy.create_application(applicationName=self.name, computePlatform="ECS")
        codedeploy.create_deployment_group(**self._group(account_id, role))

    def task_definition(self, image: str) -> dict[str, Any]:
        """The task definition, and with a placeholder for the image its template."""
        port = {"containerPort": PORT, "protocol": "tcp"}
        container = {"name": CONTAINER, "image": image, "essential": True, "memory": 128, "portMappings": [port]}
        return {"family": self.name, "containerDefinitions": [container]}

    def templates(self) -> dict[str, bytes]:
        """The files that the deploy action of this region reads."""
        balancer = {"ContainerName": CONTAINER, "ContainerPort": PORT}
        properties = {"TaskDefinition": "<TASK_DEFINITION>", "LoadBalancerInfo": balancer}
        target = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}
        appspec = {"version": 0.0, "Resources": [target]}
        return {
            self.task_definition_file: json.dumps(self.task_definition("<IMAGE1_NAME>"), indent=2).encode(),
            self.appspec_file: json.dumps(appspec, indent=2).encode(),
        }

    def _group(self, account_id: str, role: str) -> dict[str, Any]:
        listener = f"arn:aws:elasticloadbalancing:{self.region}:{account_id}:listener/app/{self.name}/1/1"
        groups = [{"name": f"{self.name}-{colour}"} for colour in ("blue", "green")]
        pair = {"targetGroups": groups, "prodTrafficRoute": {"listenerArns": [listener]}}
        return {
            "applicationName": self.name,
            "deploymentGroupName": self.name,
            "serviceRoleArn": role,
            "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
            "ecsServices": [{"clusterName": self.name, "serviceName": self.name}],
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "loadBalancerInfo": {"targetGroupPairInfoList": [pair]},
            "blueGreenDeploymentConfiguration": {
                "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 1},
                "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
            },
        }


LONDON = BlueGreenService("eu-west-2", "residency-london", "taskdef-production.json", "appspec-production.json")
SINGAPORE = BlueGreenService(
    "ap-southeast-1", "residency-singapore", "taskdef-production-sg.json", "appspec-production-sg.json"
)


class DataResidency(S3Scenario):
    """``<web>/<region>/residency-london`` (or ``-singapore``) answers as that region's service does."""

    pipeline = "data-residency"
    definition_file = "data_residency.json"
    source_key = "release.zip"
    regions = (LONDON.region, SINGAPORE.region)
    prefix = "pipeline-artifacts-residency"
    permissions = (
        *BUILD_PERMISSIONS,
        *DEPLOY_PERMISSIONS,
        *SOURCE_PERMISSIONS,
        "codedeploy:GetApplication",
        "ecs:RegisterTaskDefinition",
        "ecs:TagResource",
        "iam:PassRole",
    )
    tags: ClassVar[Mapping[str, str]] = {"crosscheck:rollback": "auto"}
    first_change = "Serve the catalogue"

    def create_targets(self) -> None:
        """Create both services and the role that CodeDeploy deploys them under."""
        permissions = ("ecs:DescribeServices", "ecs:CreateTaskSet", "ecs:UpdateServicePrimaryTaskSet")
        role = self.create_role(SERVICE_ROLE, "codedeploy.amazonaws.com", permissions)
        image = push_image(self.account.aws, self.account.account_id, self.home, REPOSITORY, "initial")
        for service in (LONDON, SINGAPORE):
            service.create(self.account.aws, self.account.account_id, image, role)

    def files(self, message: str) -> dict[str, bytes]:
        """The files of ``release.zip``: a service and the templates of both regions."""
        service = {"Dockerfile": b"FROM scratch\n", "CHANGES": f"{message}\n".encode()}
        return {**service, **LONDON.templates(), **SINGAPORE.templates()}
