"""Things of a region that a plan may ask for: an object, a stack, a function's alias, a fleet; in order, or not."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.outside import wait_until
from tests.e2e.tagged_pipeline import bucket_in

if TYPE_CHECKING:
    from tests.e2e.outside import Outside

ALIAS, OBJECT, BUNDLE = "live", "settings.json", "bundle.zip"
APPSPEC = "version: 0.0\nos: linux\n"


@dataclass(frozen=True)
class AskedTargets:
    """All of them have one name. ``role`` is the functions' and CodeDeploy's."""

    outside: Outside
    name: str
    role: str

    @property
    def checks(self) -> list[dict[str, Any]]:
        """A check for each of them; that of the alias wants its first version."""
        return [
            {"kind": "s3-object", "bucket": self.bucket("{region}"), "key": OBJECT},
            {"kind": "cloudformation-stack", "stack": self.name},
            {"kind": "lambda-alias", "function": self.name, "alias": ALIAS, "version": "1"},
            {"kind": "codedeploy", "application": self.name, "group": self.name},
        ]

    def bucket(self, region: str) -> str:
        """The bucket of a region."""
        return f"{self.name}-{region}"

    def create(self, region: str) -> None:
        """Create all of them, in order."""
        bucket_in(self.outside, region, self.bucket(region))
        s3 = self.outside.client("s3", region)
        s3.put_object(Bucket=self.bucket(region), Key=OBJECT, Body=b"{}")
        s3.put_object(Bucket=self.bucket(region), Key=BUNDLE, Body=_archive("appspec.yml", APPSPEC))
        self._create_stack(region)
        self._create_function(region)
        self._create_fleet(region)

    def spoil(self, region: str) -> None:
        """Delete the object and the stack, move the alias on, deploy to the fleet what does not exist."""
        self.outside.client("s3", region).delete_object(Bucket=self.bucket(region), Key=OBJECT)
        stacks = self.outside.client("cloudformation", region)
        stacks.delete_stack(StackName=self.name)
        stacks.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig={"Delay": 1})
        self._release_function(region, "the second")
        assert self._deploy(region, "no-such-bundle.zip") == "Failed"

    def _create_stack(self, region: str) -> None:
        resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}
        client = self.outside.client("cloudformation", region)
        client.create_stack(StackName=self.name, TemplateBody=json.dumps({"Resources": {"Setting": resource}}))
        client.get_waiter("stack_create_complete").wait(StackName=self.name, WaiterConfig={"Delay": 1})

    def _create_function(self, region: str) -> None:
        client = self.outside.client("lambda", region)
        more = {"Runtime": "python3.13", "Handler": "app.handler", "Role": self.role}
        client.create_function(FunctionName=self.name, Code={"ZipFile": _code("the first")}, **more)
        client.get_waiter("function_active_v2").wait(FunctionName=self.name, WaiterConfig={"Delay": 1})
        version = client.publish_version(FunctionName=self.name)["Version"]
        client.create_alias(FunctionName=self.name, Name=ALIAS, FunctionVersion=version)

    def _release_function(self, region: str, answer: str) -> None:
        client = self.outside.client("lambda", region)
        client.update_function_code(FunctionName=self.name, ZipFile=_code(answer))
        client.get_waiter("function_updated_v2").wait(FunctionName=self.name, WaiterConfig={"Delay": 1})
        version = client.publish_version(FunctionName=self.name)["Version"]
        client.update_alias(FunctionName=self.name, Name=ALIAS, FunctionVersion=version)

    def _create_fleet(self, region: str) -> None:
        client = self.outside.client("codedeploy", region)
        client.create_application(applicationName=self.name, computePlatform="Server")
        client.create_deployment_group(
            applicationName=self.name,
            deploymentGroupName=self.name,
            serviceRoleArn=self.role,
            ec2TagFilters=[{"Key": "Name", "Value": self.name, "Type": "KEY_AND_VALUE"}],
        )
        assert self._deploy(region, BUNDLE) == "Succeeded"

    def _deploy(self, region: str, key: str) -> str:
        """How a deployment of a bundle to the fleet ends."""
        client = self.outside.client("codedeploy", region)
        location = {"bucket": self.bucket(region), "key": key, "bundleType": "zip"}
        made = client.create_deployment(
            applicationName=self.name,
            deploymentGroupName=self.name,
            revision={"revisionType": "S3", "s3Location": location},
        )

        def ended() -> str:
            status = str(client.get_deployment(deploymentId=made["deploymentId"])["deploymentInfo"]["status"])
            return status if status in {"Succeeded", "Failed", "Stopped"} else ""

        return wait_until(ended, f"the end of the deployment in {region}")


def _archive(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()


def _code(answer: str) -> bytes:
    return _archive("app.py", f"def handler(event, context):\n    return {answer!r}\n")
