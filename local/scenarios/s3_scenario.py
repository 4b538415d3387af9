"""A scenario whose source is a versioned S3 bucket, hosted outside the region of the account's Crosscheck stack."""

from __future__ import annotations

import io
import json
import zipfile
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from local.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.account import Account

STACK_SECONDS = 300
PROVIDER_REGION = "us-east-1"  # where the account's Crosscheck stack is, whose provider serves other stacks

# What a pipeline's role needs for its source, and to create deployments.
SOURCE_PERMISSIONS = ("s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion")
DEPLOY_PERMISSIONS = (
    "codedeploy:CreateDeployment",
    "codedeploy:GetApplicationRevision",
    "codedeploy:GetDeployment",
    "codedeploy:GetDeploymentConfig",
    "codedeploy:RegisterApplicationRevision",
)


class S3Scenario(Scenario):
    """``source_key`` is the object that is released, ``first_change`` what its first version is about.

    ``prefix`` is that of the artifact stores and begins with the stack's ArtifactStorePrefix.
    """

    source_key: ClassVar[str]
    prefix: ClassVar[str]
    first_change: ClassVar[str]

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._stores: dict[str, Any] = {}

    @abstractmethod
    def files(self, message: str) -> dict[str, bytes]:
        """The files of a release, by path."""

    def archive(self, message: str) -> bytes:
        """The files of a release as the zip that is its source."""
        return _zip(self.files(message))

    @abstractmethod
    def create_targets(self) -> None:
        """Create what the pipeline deploys to."""

    @property
    def stores(self) -> dict[str, Any]:
        """The pipeline's artifact stores by region; none before ``prepare``."""
        return self._stores

    @property
    def source_bucket(self) -> str:
        """The versioned bucket that the releases are uploaded to."""
        return f"{self.pipeline}-source-{self.account.account_id}".lower()

    def substitutions(self) -> dict[str, str]:
        """The source."""
        return {"source": self.source_bucket, "key": self.source_key}

    def prepare(self) -> None:
        """Create the targets, the source with a first release, the stores and the roles."""
        self.create_pipeline_role()
        self.create_regions()
        self._create_source()
        self._upload(self.first_change)
        self.create_targets()

    def push(self, message: str) -> str:
        """Upload a new version of the source and start a release of it; the execution's id."""
        self._upload(message)
        return str(self.client.start_pipeline_execution(name=self.pipeline)["pipelineExecutionId"])

    def _create_source(self) -> None:
        """Create the source's bucket, versioned as an S3 source must be."""
        s3 = self.account.aws.client("s3", self.home)
        s3.create_bucket(Bucket=self.source_bucket, CreateBucketConfiguration={"LocationConstraint": self.home})
        s3.put_bucket_versioning(Bucket=self.source_bucket, VersioningConfiguration={"Status": "Enabled"})

    def _upload(self, message: str) -> str:
        """Upload a release; its S3 version id."""
        s3, body = self.account.aws.client("s3", self.home), self.archive(message)
        return str(s3.put_object(Bucket=self.source_bucket, Key=self.source_key, Body=body)["VersionId"])

    def create_regions(self) -> None:
        """Let the account's Crosscheck make the pipeline's artifact stores and forward the events of its home region.

        That takes a stack of the scenario's own in Crosscheck's region.
        """
        cloudformation, name = self.account.aws.client("cloudformation", PROVIDER_REGION), f"{self.pipeline}-regions"
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(self._regions_template()))
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": STACK_SECONDS}
        )
        (output,) = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        self._stores = json.loads(output["OutputValue"])

    def _regions_template(self) -> dict[str, Any]:
        served = {"ServiceToken": self.account.outputs["RegionalProviderArn"], "ServiceTimeout": 300}
        stores = {**served, "Regions": list(self.regions), "Prefix": self.prefix, "OnDelete": "Empty"}
        forwarding = {**served, "Regions": [self.home]}
        return {
            "Resources": {
                "Stores": {"Type": "Custom::ArtifactStores", "Properties": stores},
                "Forwarding": {"Type": "Custom::EventForwarding", "Properties": forwarding},
            },
            "Outputs": {"Stores": {"Value": {"Fn::GetAtt": ["Stores", "ArtifactStores"]}}},
        }


def _zip(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in sorted(files.items()):
            archive.writestr(path, content)
    return target.getvalue()
