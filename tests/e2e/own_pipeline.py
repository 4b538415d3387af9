"""A pipeline of one's own, in regions that Crosscheck's stack knows nothing of, made with plain boto3."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.scenarios.ecs_service import wait_until_steady
from local.scenarios.s3_scenario import SOURCE_PERMISSIONS
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.e2e.outside import Outside

HOME = "us-east-1"
ENDED = {"Succeeded", "Failed", "Stopped"}
# What a pipeline's role needs for deploy actions: the calls that they make, and what they pass on.
# https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html and the reference of each action.
TO_ECS = (
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:ListTasks",
    "ecs:RegisterTaskDefinition",
    "ecs:TagResource",
    "ecs:UpdateService",
    "iam:PassRole",
)
TO_STACKS = (
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:UpdateStack",
    "iam:PassRole",
)
TO_S3 = ("s3:PutObject",)
TO_LAMBDA = (
    "lambda:GetAlias",
    "lambda:GetFunctionConfiguration",
    "lambda:PublishVersion",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
)


@dataclass(frozen=True)
class OwnPipeline:
    """An S3 source, one deploy stage with a region per action, one gate."""

    outside: Outside
    name: str
    regions: Sequence[str]
    outputs: dict[str, str]

    @property
    def account_id(self) -> str:
        """The account's id, as STS says."""
        return str(self.outside.client("sts").get_caller_identity()["Account"])

    def create_stores(self, prefix: str) -> dict[str, Any]:
        """A stack of one's own with Custom::ArtifactStores; the stores in the pipeline's own shape."""
        template = {
            "Resources": {
                "Mine": {
                    "Type": "Custom::ArtifactStores",
                    "Properties": {
                        "ServiceToken": self.outputs["RegionalProviderArn"],
                        "ServiceTimeout": 300,
                        "Regions": [HOME, *self.regions],
                        "Prefix": prefix,
                        "OnDelete": "Empty",
                    },
                }
            },
            "Outputs": {
                "Stores": {"Value": {"Fn::GetAtt": ["Mine", "ArtifactStores"]}},
                "Bucket": {"Value": {"Fn::GetAtt": ["Mine", f"{self.regions[0]}.Bucket"]}},
            },
        }
        client = self.outside.client("cloudformation")
        client.create_stack(StackName=f"{self.name}-stores", TemplateBody=json.dumps(template))
        client.get_waiter("stack_create_complete").wait(
            StackName=f"{self.name}-stores", WaiterConfig={"Delay": 1, "MaxAttempts": 180}
        )
        stack = client.describe_stacks(StackName=f"{self.name}-stores")["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        assert outputs["Bucket"] == f"{prefix}-{self.regions[0]}-{self.account_id}"
        return dict(json.loads(outputs["Stores"]))

    def create_services(self) -> str:
        """A service in every region, running an image of the home registry; the image to release."""
        ecr = self.outside.client("ecr")
        ecr.create_repository(repositoryName=self.name)
        for tag in ("old", "new", "newer"):
            manifest = {"schemaVersion": 2, "config": {"digest": f"sha256:{tag.encode().hex():0>64}"}, "layers": []}
            ecr.put_image(repositoryName=self.name, imageTag=tag, imageManifest=json.dumps(manifest))
        image = f"{self.account_id}.dkr.ecr.{HOME}.amazonaws.com/{self.name}"
        for region in self.regions:
            ecs = self.outside.client("ecs", region)
            ecs.create_cluster(clusterName="mine")
            container = {"name": "web", "image": f"{image}:old", "essential": True, "memory": 64}
            ecs.register_task_definition(family=self.name, containerDefinitions=[container])
            ecs.create_service(cluster="mine", serviceName=self.name, taskDefinition=self.name, desiredCount=3)
        for region in self.regions:
            wait_until_steady(self.outside.client("ecs", region), "mine", self.name)
        return f"{image}:new"

    def create_source(self, image: str) -> str:
        """A versioned bucket with the release in it; the bucket."""
        s3 = self.outside.client("s3")
        bucket = f"{self.name}-source"
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self.put_release(image)
        return bucket

    def put_release(self, image: str) -> None:
        """Let the next execution release the image."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("imagedefinitions.json", json.dumps([{"name": "web", "imageUri": image}]))
        key = {"Bucket": f"{self.name}-source", "Key": "release.zip"}
        self.outside.client("s3").put_object(**key, Body=content.getvalue())

    def create_role(self, *deploying: str) -> str:
        """The pipeline's role, which may read its source and do what ``deploying`` takes; its ARN."""
        iam = self.outside.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        role = iam.create_role(RoleName=f"{self.name}-role", AssumeRolePolicyDocument=json.dumps(document))
        for output in ("PipelineArtifactPolicyArn", "GateInvocationPolicyArn"):
            iam.attach_role_policy(RoleName=f"{self.name}-role", PolicyArn=self.outputs[output])
        source = [f"arn:aws:s3:::{self.name}-source", f"arn:aws:s3:::{self.name}-source/*"]
        statements = [{"Effect": "Allow", "Action": SOURCE_PERMISSIONS, "Resource": source}]
        if deploying:
            statements.append({"Effect": "Allow", "Action": deploying, "Resource": "*"})
        rights = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=f"{self.name}-role", PolicyName="release", PolicyDocument=rights)
        return str(role["Role"]["Arn"])

    def definition(self, stores: dict[str, Any], bucket: str, role: str, gate: dict[str, Any]) -> dict[str, Any]:
        """The pipeline's declaration."""
        deploys = [
            {
                "name": f"To-{region}",
                "region": region,
                "actionTypeId": _kind("Deploy", "ECS"),
                "configuration": {"ClusterName": "mine", "ServiceName": self.name},
                "inputArtifacts": [{"name": "Release"}],
                "runOrder": 1,
            }
            for region in self.regions
        ]
        verify = {
            "name": "Verify",
            "actionTypeId": _kind("Invoke", "Lambda"),
            "configuration": {"FunctionName": self.outputs["GateFunctionName"], "UserParameters": json.dumps(gate)},
            "runOrder": 2,
        }
        source = {
            "name": "S3",
            "actionTypeId": _kind("Source", "S3"),
            "configuration": {"S3Bucket": bucket, "S3ObjectKey": "release.zip", "PollForSourceChanges": "false"},
            "outputArtifacts": [{"name": "Release"}],
        }
        return {
            "name": self.name,
            "roleArn": role,
            "pipelineType": "V2",
            "artifactStores": stores,
            "stages": [{"name": "Fetch", "actions": [source]}, {"name": "World", "actions": [*deploys, verify]}],
        }

    def run(self, definition: dict[str, Any]) -> tuple[str, str]:
        """Create the pipeline and wait for its first execution: its id and its status."""
        client = self.outside.client("codepipeline")
        client.create_pipeline(pipeline=definition)
        found = client.list_pipeline_executions(pipelineName=self.name)["pipelineExecutionSummaries"]
        execution = found[0]["pipelineExecutionId"]

        def ended() -> str:
            answer = client.get_pipeline_execution(pipelineName=self.name, pipelineExecutionId=execution)
            status = str(answer["pipelineExecution"]["status"])
            return status if status in ENDED else ""

        return execution, wait_until(ended, "the end of the execution")


def _kind(category: str, provider: str) -> dict[str, str]:
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
