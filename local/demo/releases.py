"""The releases of the demonstration, and what each must end like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.scenarios.canary_service import CanaryService
from local.scenarios.data_residency import DataResidency
from local.scenarios.ec2_fleet import Ec2Fleet

if TYPE_CHECKING:
    from local.scenarios.scenario import Scenario

QUESTION = "May Europe and Asia have it, too?"


@dataclass(frozen=True)
class DemoRelease:
    """A release: how the deployments of each region end, and what its card must say at last.

    ``message`` is that of the change; empty for the release that the creation of the pipeline starts. ``provider`` is
    CodePipeline's name for what deploys. ``asked_before`` is the stage that begins only when a person approved it.
    """

    name: str
    title: str
    scenario: type[Scenario]
    provider: str
    state: str
    regions: Mapping[str, str]
    message: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    asked_before: str = ""

    def start(self, scenario: Scenario) -> str:
        """Start it; the execution's id."""
        if self.asked_before:
            scenario.ask_before(self.asked_before, QUESTION)
        return scenario.push(self.message) if self.message else scenario.create_pipeline()

    def expects(self, payload: Mapping[str, Any]) -> bool:
        """Whether a card's metadata says what it must."""
        return payload.get("state") == self.state and payload.get("regions") == self.regions


@dataclass(frozen=True)
class Result:
    """What a release came to. ``card`` is its message in Slack, empty where it never became what it must."""

    release: DemoRelease
    execution: str
    card: Mapping[str, Any]
    seconds: float

    @property
    def payload(self) -> Mapping[str, Any]:
        """What the card's metadata says."""
        found: Mapping[str, Any] = self.card.get("metadata", {}).get("event_payload", {})
        return found

    @property
    def as_expected(self) -> bool:
        """Whether the release ended as it must."""
        return self.release.expects(self.payload)


RELEASES = (
    DemoRelease(
        name="a-good",
        title="Release A, a service on ECS in three regions: every region is healthy",
        scenario=CanaryService,
        provider="ECS",
        state="SUCCEEDED",
        regions={"us-east-1": "passed", "eu-west-1": "passed", "ap-southeast-1": "passed"},
    ),
    DemoRelease(
        name="a-unhealthy-secondary",
        title="Release A again: in eu-west-1 the deployment is green, then its tasks fail",
        scenario=CanaryService,
        provider="ECS",
        message="Cache the product list",
        outcomes={"eu-west-1": "unhealthy"},
        state="FAILED",
        regions={"us-east-1": "passed", "eu-west-1": "rolled_back", "ap-southeast-1": "passed"},
    ),
    DemoRelease(
        name="a-unhealthy-primary",
        title="Release A once more: the primary is unhealthy, so the secondaries never start",
        scenario=CanaryService,
        provider="ECS",
        message="Cache the product list everywhere",
        outcomes={"us-east-1": "unhealthy"},
        state="FAILED",
        regions={"us-east-1": "rolled_back", "eu-west-1": "skipped", "ap-southeast-1": "skipped"},
    ),
    DemoRelease(
        name="a-approval",
        title="Release A with an approval: it waits for a person, who clicks on Approve in Slack's page",
        scenario=CanaryService,
        provider="ECS",
        message="Cache the product list for an hour",
        asked_before="DeploySecondary",
        state="SUCCEEDED",
        regions={"us-east-1": "passed", "eu-west-1": "passed", "ap-southeast-1": "passed"},
    ),
    DemoRelease(
        name="b-good",
        title="Release B, blue/green in London and Singapore at once, no gate: both are healthy",
        scenario=DataResidency,
        provider="CodeDeployToECS",
        state="SUCCEEDED",
        regions={"eu-west-2": "passed", "ap-southeast-1": "passed"},
    ),
    DemoRelease(
        name="b-unhealthy-singapore",
        title="Release B again: the pipeline is green, and Singapore is silently broken",
        scenario=DataResidency,
        provider="CodeDeployToECS",
        message="Serve the catalogue of the day",
        outcomes={"ap-southeast-1": "unhealthy"},
        state="SUCCEEDED",
        regions={"eu-west-2": "passed", "ap-southeast-1": "rolled_back"},
    ),
    DemoRelease(
        name="c-good",
        title="Release C, an EC2 fleet in three regions: every page answers",
        scenario=Ec2Fleet,
        provider="CodeDeploy",
        state="SUCCEEDED",
        regions={"us-west-2": "passed", "us-east-1": "passed", "ap-southeast-2": "passed"},
    ),
    DemoRelease(
        name="c-unhealthy-sydney",
        title="Release C again: every deployment succeeds, and Sydney's page answers 503",
        scenario=Ec2Fleet,
        provider="CodeDeploy",
        message="Serve the second page",
        outcomes={"ap-southeast-2": "unhealthy"},
        state="SUCCEEDED",
        regions={"us-west-2": "passed", "us-east-1": "passed", "ap-southeast-2": "rolled_back"},
    ),
)
