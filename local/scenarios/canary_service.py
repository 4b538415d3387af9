"""Release A: an ECS service in three regions, the primary first, each proven before the next ones start."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from local.scenarios.ecs_service import EcsService, push_image

if TYPE_CHECKING:
    from local.account import Account

DEFINITION = Path(__file__).with_name("canary_service.json")
PIPELINE = "multi-region-service"
REPOSITORY = "my-org/my-service"
SERVICE = "my-service"
AUTHOR = "release-bot"
HOME = "us-east-1"
SERVICES = (
    EcsService("us-east-1", "production-us", SERVICE),
    EcsService("eu-west-1", "production-eu", SERVICE),
    EcsService("ap-southeast-1", "production-ap", SERVICE),
)
ROLE = "my-service-pipeline"
POLL_SECONDS = 0.2
RUNNING = {"InProgress", "Stopping"}

# What a pipeline's role needs beside the policy that Crosscheck's stack makes for its stores and its gate.
_ROLE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "codestar-connections:UseConnection",
                "codebuild:StartBuild",
                "codebuild:BatchGetBuilds",
                "codebuild:BatchGetProjects",
                "ecr:BatchCheckLayerAvailability",
                "ecr:CreateRepository",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:PutImage",
                "ecs:DescribeServices",
                "ecs:DescribeTaskDefinition",
                "ecs:RegisterTaskDefinition",
                "ecs:TagResource",
                "ecs:UpdateService",
                "iam:PassRole",
            ],
            "Resource": "*",
        }
    ],
}
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass
class CanaryService:
    """The scenario in an account that has the stack deployed."""

    account: Account
    first_execution: str = ""

    def prepare(self) -> None:
        """Create what the pipeline deploys to, and the role that it runs under."""
        aws = self.account.aws
        image = push_image(aws, self.account.account_id, HOME, SERVICE, "initial")
        for service in SERVICES:
            service.create(aws, image)
        iam = aws.client("iam", HOME)
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(_TRUST))
        iam.put_role_policy(RoleName=ROLE, PolicyName="release", PolicyDocument=json.dumps(_ROLE_POLICY))
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=self.account.outputs["PipelineArtifactPolicyArn"])

    def create_pipeline(self) -> str:
        """Create the pipeline. As on AWS that starts its first execution, whose id is kept and answered."""
        self.account.codepipeline.push(REPOSITORY, "main", "Serve the product list", AUTHOR)
        client = self.client
        client.create_pipeline(pipeline=self.definition())
        summaries = client.list_pipeline_executions(pipelineName=PIPELINE)["pipelineExecutionSummaries"]
        self.first_execution = str(summaries[0]["pipelineExecutionId"])
        return self.first_execution

    def push(self, message: str) -> str:
        """Push a commit, which starts a release; the execution's id."""
        return self.account.codepipeline.push(REPOSITORY, "main", message, AUTHOR)[0]

    def definition(self) -> dict[str, Any]:
        """The pipeline's definition, with this account's role, gate and artifact stores."""
        account_id, outputs = self.account.account_id, self.account.outputs
        text = Template(DEFINITION.read_text()).substitute(
            role=f"arn:aws:iam::{account_id}:role/{ROLE}",
            connection=f"arn:aws:codestar-connections:{HOME}:{account_id}:connection/my-connection",
            gate=outputs["GateFunctionName"],
        )
        definition: dict[str, Any] = json.loads(text)
        definition["artifactStores"] = json.loads(outputs["ArtifactStores"])
        return definition

    def status(self, execution: str) -> str:
        """The execution's status, as CodePipeline's API spells it."""
        answer = self.client.get_pipeline_execution(pipelineName=PIPELINE, pipelineExecutionId=execution)
        return str(answer["pipelineExecution"]["status"])

    def actions(self, execution: str) -> list[dict[str, Any]]:
        """The actions that the execution has begun, the first one first."""
        answer = self.client.list_action_executions(pipelineName=PIPELINE, filter={"pipelineExecutionId": execution})
        return list(reversed(answer["actionExecutionDetails"]))

    def wait(self, execution: str, seconds: float = 120) -> str:
        """Wait for the execution's end; its status.

        Raises:
            TimeoutError: it did not end in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (status := self.status(execution)) not in RUNNING:
                return status
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"the release {execution} did not end within {seconds:g} s")

    @property
    def client(self) -> Any:
        """CodePipeline in the pipeline's region."""
        return self.account.aws.client("codepipeline", HOME)
