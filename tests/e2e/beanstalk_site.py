"""The site's environments, as a client of the account sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from local.scenarios.beanstalk_site import ENVIRONMENT
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from local.scenarios.beanstalk_site import BeanstalkSite
    from tests.e2e.outside import Outside

PROVIDER = "ElasticBeanstalk"


@dataclass(frozen=True)
class SiteEnvironment:
    """The environment of one region."""

    outside: Outside
    region: str

    @property
    def client(self) -> Any:
        """Elastic Beanstalk in the region."""
        return self.outside.client("elasticbeanstalk", self.region)

    @property
    def described(self) -> dict[str, Any]:
        """The environment as DescribeEnvironments shows it."""
        (found,) = self.client.describe_environments(EnvironmentNames=[ENVIRONMENT])["Environments"]
        return dict(found)

    def ends(self, outcome: str) -> None:
        """Choose how later deployments end."""
        body = {"region": self.region, "provider": PROVIDER, "service": ENVIRONMENT, "outcome": outcome}
        self.outside.post("/deployments", body).raise_for_status()

    def errors(self) -> list[str]:
        """What its events say of failures, the newest first."""
        found = self.client.describe_events(EnvironmentName=ENVIRONMENT, Severity="ERROR")["Events"]
        return [event["Message"] for event in found]

    def page(self) -> tuple[int, str]:
        """What is served: status and version label."""
        answer = requests.get(f"{self.outside.description['web']}/{self.region}/{ENVIRONMENT}", timeout=60)
        return answer.status_code, answer.json()["revision"]

    def becomes(self, health: str) -> None:
        """Wait until its health status is so, and no deployment is in progress."""

        def look() -> bool:
            found = self.described
            return (found["Status"], found["HealthStatus"]) == ("Ready", health)

        wait_until(look, f"an environment in {self.region} that is {health}")


def label_of(site: BeanstalkSite, execution: str, region: str) -> str:
    """The label of the version that the execution made in a region."""
    (run,) = [run for run in site.actions(execution) if run["actionName"] == f"Deploy-{region}"]
    return str(run["output"]["executionResult"]["externalExecutionId"])
