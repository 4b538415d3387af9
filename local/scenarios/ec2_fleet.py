"""Release C: an EC2 fleet in three regions, from one versioned S3 object, by three CodeDeploy actions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from local.scenarios.s3_scenario import DEPLOY_PERMISSIONS, PROVIDER_REGION, SOURCE_PERMISSIONS, S3Scenario

APPLICATION = "CrossRegionActionSupport"
GROUP = "CrossRegionActionSupportGroup"
SERVICE_ROLE = "ec2-fleet-codedeploy"
PLAN = "/crosscheck/plans/ec2-fleet"
APPSPEC = """version: 0.0
os: linux
files:
  - source: /index.html
    destination: /var/www/html/
hooks:
  ApplicationStart:
    - location: scripts/start_server
      timeout: 300
  ValidateService:
    - location: scripts/validate
      timeout: 300
"""


class Ec2Fleet(S3Scenario):
    """``<web>/<region>/CrossRegionActionSupport`` names the S3 version id that the instances serve."""

    pipeline = "ec2-fleet"
    definition_file = "ec2_fleet.json"
    source_key = "s3-app-linux.zip"
    regions = ("us-west-2", "us-east-1", "ap-southeast-2")
    prefix = "pipeline-artifacts-fleet"
    permissions = (*DEPLOY_PERMISSIONS, *SOURCE_PERMISSIONS)
    tags: ClassVar[Mapping[str, str]] = {"crosscheck:rollback": "auto", "crosscheck:plan": PLAN}
    first_change = "Welcome"

    def create_targets(self) -> None:
        """Create an application in each region, with a deployment group over its instances, and the release's plan."""
        self._create_plan()
        role = self.create_role(SERVICE_ROLE, "codedeploy.amazonaws.com", ("ec2:DescribeInstances", "tag:GetResources"))
        for region in self.regions:
            codedeploy = self.account.aws.client("codedeploy", region)
            codedeploy.create_application(applicationName=APPLICATION, computePlatform="Server")
            codedeploy.create_deployment_group(
                applicationName=APPLICATION,
                deploymentGroupName=GROUP,
                serviceRoleArn=role,
                deploymentConfigName="CodeDeployDefault.OneAtATime",
                ec2TagFilters=[{"Key": "Name", "Value": APPLICATION, "Type": "KEY_AND_VALUE"}],
            )

    def _create_plan(self) -> None:
        """A release is validated by fetching the page that the instances of each region serve."""
        page = {"kind": "http", "url": f"{self.account.web_url}/{{region}}/{APPLICATION}", "status": 200}
        self.account.aws.client("ssm", PROVIDER_REGION).put_parameter(
            Name=PLAN, Type="String", Value=json.dumps({"checks": [page]})
        )

    def files(self, message: str) -> dict[str, bytes]:
        """The files of ``s3-app-linux.zip``, with a page that says the message."""
        return {
            "appspec.yml": APPSPEC.encode(),
            "index.html": f"<h1>{message}</h1>\n".encode(),
            "scripts/start_server": b"#!/bin/bash\nservice httpd start\n",
            "scripts/validate": b"#!/bin/bash\ncurl --fail http://localhost/\n",
        }
