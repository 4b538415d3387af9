"""A site in two Elastic Beanstalk environments, each in a region of its own, from one versioned S3 object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from local.polling import poll
from local.scenarios.s3_scenario import SOURCE_PERMISSIONS, S3Scenario

APPLICATION = "beanstalk-site"
ENVIRONMENT = "site-production"
PLATFORM = "64bit Amazon Linux 2023 v6.1.5 running Node.js 20"
LAUNCH_SECONDS = 240


class BeanstalkSite(S3Scenario):
    """``<web>/<region>/site-production`` names the version label that the environment serves.

    The stores are the account's own, and its stack forwards the events of the pipeline's region.
    """

    pipeline = "beanstalk-site"
    definition_file = "beanstalk_site.json"
    source_key = "site.zip"
    regions = ("eu-west-1", "ap-southeast-1")
    permissions = (
        *SOURCE_PERMISSIONS,
        "elasticbeanstalk:CreateApplicationVersion",
        "elasticbeanstalk:DescribeEnvironments",
        "elasticbeanstalk:DescribeEvents",
        "elasticbeanstalk:UpdateEnvironment",
    )
    tags: ClassVar[Mapping[str, str]] = {"crosscheck:rollback": "auto"}
    first_change = "Welcome"

    @property
    def stores(self) -> dict[str, Any]:
        """Those of the stack's stores that lie in the pipeline's regions."""
        everywhere = json.loads(self.account.outputs["ArtifactStores"])
        return {region: everywhere[region] for region in self.regions}

    def create_regions(self) -> None:
        """Nothing: the stack has made what the regions need."""

    def create_targets(self) -> None:
        """Launch an environment in each region; until the first release it runs the sample application."""
        for region in self.regions:
            client = self.account.aws.client("elasticbeanstalk", region)
            client.create_application(ApplicationName=APPLICATION)
            named = {"ApplicationName": APPLICATION, "EnvironmentName": ENVIRONMENT}
            client.create_environment(**named, SolutionStackName=PLATFORM)
        if not poll(self._launched, LAUNCH_SECONDS):
            raise TimeoutError(f"the environments were not launched within {LAUNCH_SECONDS} s")

    def environment(self, region: str) -> dict[str, Any]:
        """The environment of a region, as Elastic Beanstalk describes it."""
        client = self.account.aws.client("elasticbeanstalk", region)
        (found,) = client.describe_environments(EnvironmentNames=[ENVIRONMENT])["Environments"]
        return dict(found)

    def files(self, message: str) -> dict[str, bytes]:
        """The files of ``site.zip``, with a page that says the message."""
        page = f"<h1>{message}</h1>\n".encode()
        return {"Procfile": b"web: node server.js\n", "index.html": page, "server.js": b"// serves index.html\n"}

    def _launched(self) -> bool:
        return all(self.environment(region)["Status"] == "Ready" for region in self.regions)
