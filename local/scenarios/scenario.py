"""What every scenario has: a pipeline from a JSON file, its role, its own artifact stores, and the wait for its end."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.account import Account

POLL_SECONDS = 0.2
STACK_SECONDS = 120
RUNNING = {"InProgress", "Stopping"}
STORES_HOME = "us-east-1"  # where the account's Crosscheck stack is, whose provider makes the stores


class Scenario:
    """A release pipeline in an account that has the stack deployed; what it deploys to is the subclass's.

    ``regions`` are those of its actions, the pipeline's own first; ``prefix`` is that of its artifact stores and begins
    with the stack's ArtifactStorePrefix; ``permissions`` are what its role needs beside the stores.
    """

    pipeline: ClassVar[str]
    definition_file: ClassVar[str]
    regions: ClassVar[tuple[str, ...]]
    source_key: ClassVar[str]
    prefix: ClassVar[str]
    permissions: ClassVar[tuple[str, ...]]

    def __init__(self, account: Account) -> None:
        self.account = account
        self.stores: dict[str, Any] = {}
        self.first_execution = ""

    @property
    def home(self) -> str:
        """The pipeline's region."""
        return self.regions[0]

    @property
    def client(self) -> Any:
        """CodePipeline in the pipeline's region."""
        return self.account.aws.client("codepipeline", self.home)

    @property
    def role(self) -> str:
        """The ARN of the role that the pipeline runs under."""
        return self.role_arn(self.pipeline)

    @property
    def source_bucket(self) -> str:
        """The versioned bucket that the releases are uploaded to."""
        return f"{self.pipeline}-source-{self.account.account_id}".lower()

    def role_arn(self, name: str) -> str:
        """The ARN of a role of the account."""
        return f"arn:aws:iam::{self.account.account_id}:role/{name}"

    def substitutions(self) -> dict[str, str]:
        """What stands for ``${…}`` in the definition file."""
        return {"role": self.role, "source": self.source_bucket, "key": self.source_key}

    def create_pipeline(self) -> str:
        """Create the pipeline. As on AWS that starts its first execution, whose id is kept and answered."""
        self.client.create_pipeline(pipeline=self.definition())
        (started,) = self.client.list_pipeline_executions(pipelineName=self.pipeline)["pipelineExecutionSummaries"]
        self.first_execution = str(started["pipelineExecutionId"])
        return self.first_execution

    def release(self, files: Mapping[str, bytes]) -> str:
        """Upload a new version of the source and start a release of it; the execution's id."""
        self.upload(files)
        return str(self.client.start_pipeline_execution(name=self.pipeline)["pipelineExecutionId"])

    def definition(self) -> dict[str, Any]:
        """The pipeline's definition, with this account's role, source and artifact stores."""
        text = Path(__file__).with_name(self.definition_file).read_text()
        definition: dict[str, Any] = json.loads(Template(text).substitute(self.substitutions()))
        return definition | {"artifactStores": self.stores}

    def create_role(self, name: str, service: str, permissions: tuple[str, ...]) -> str:
        """Create a role that a service may assume; its ARN."""
        iam = self.account.aws.client("iam", self.home)
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        rights = {"Effect": "Allow", "Action": list(permissions), "Resource": "*"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName=name, PolicyName="release", PolicyDocument=_policy(rights))
        return self.role_arn(name)

    def create_pipeline_role(self) -> None:
        """Create the role that the pipeline runs under, with the right to its stores."""
        self.create_role(self.pipeline, "codepipeline.amazonaws.com", self.permissions)
        iam = self.account.aws.client("iam", self.home)
        iam.attach_role_policy(RoleName=self.pipeline, PolicyArn=self.account.outputs["PipelineArtifactPolicyArn"])

    def create_source(self) -> None:
        """Create the source's bucket, versioned as an S3 source must be."""
        s3 = self.account.aws.client("s3", self.home)
        s3.create_bucket(Bucket=self.source_bucket, CreateBucketConfiguration={"LocationConstraint": self.home})
        s3.put_bucket_versioning(Bucket=self.source_bucket, VersioningConfiguration={"Status": "Enabled"})

    def upload(self, files: Mapping[str, bytes]) -> str:
        """Upload a release; its S3 version id."""
        s3 = self.account.aws.client("s3", self.home)
        return str(s3.put_object(Bucket=self.source_bucket, Key=self.source_key, Body=_zip(files))["VersionId"])

    def create_stores(self) -> None:
        """Let the account's stack make artifact stores for the pipeline's regions, by a stack of the scenario's own."""
        properties = {
            "ServiceToken": self.account.outputs["RegionalProviderArn"],
            "ServiceTimeout": 300,
            "Regions": list(self.regions),
            "Prefix": self.prefix,
            "OnDelete": "Empty",
        }
        template = {
            "Resources": {"Stores": {"Type": "Custom::ArtifactStores", "Properties": properties}},
            "Outputs": {"Stores": {"Value": {"Fn::GetAtt": ["Stores", "ArtifactStores"]}}},
        }
        cloudformation, name = self.account.aws.client("cloudformation", STORES_HOME), f"{self.pipeline}-stores"
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": STACK_SECONDS}
        )
        (output,) = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        self.stores = json.loads(output["OutputValue"])

    def status(self, execution: str) -> str:
        """The execution's status, as CodePipeline's API spells it."""
        answer = self.client.get_pipeline_execution(pipelineName=self.pipeline, pipelineExecutionId=execution)
        return str(answer["pipelineExecution"]["status"])

    def actions(self, execution: str) -> list[dict[str, Any]]:
        """The actions that the execution has begun, the first one first."""
        asked = {"pipelineName": self.pipeline, "filter": {"pipelineExecutionId": execution}}
        return list(reversed(self.client.list_action_executions(**asked)["actionExecutionDetails"]))

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


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _zip(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in sorted(files.items()):
            archive.writestr(path, content)
    return target.getvalue()
