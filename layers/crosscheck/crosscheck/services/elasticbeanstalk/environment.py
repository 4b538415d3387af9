"""What Elastic Beanstalk says of an environment, of its version and of what happened to it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.pipelines.runs import Artifact

READY, UPDATING = "Ready", "Updating"
# The messages with which Elastic Beanstalk begins an update of an environment, and gives it up.
STARTING = "Environment update is starting."
ABORTED = "Environment update was aborted."
# CodePipeline labels the versions that it makes so. The number is the time, in milliseconds.
_LABEL = re.compile(r"code-pipeline-(\d{13})-")


@dataclass(frozen=True)
class Environment:
    """An environment. ``label`` names its version; ``health`` is empty without enhanced health reporting."""

    label: str
    status: str
    colour: str
    health: str

    @property
    def ready(self) -> bool:
        """Whether nothing is being done to it."""
        return self.status == READY

    @property
    def healthy(self) -> bool:
        """Whether it is ready, and its health is Green or Ok."""
        return self.ready and (self.colour == "Green" or self.health == "Ok")

    @property
    def condition(self) -> str:
        """Its health in Elastic Beanstalk's words."""
        return self.health or self.colour


@dataclass(frozen=True)
class ApplicationVersion:
    """A version: its source bundle, None for the sample application, and when it was made, in epoch seconds."""

    bundle: Artifact | None
    created: float


@dataclass(frozen=True)
class EnvironmentEvent:
    """What Elastic Beanstalk tells of an environment, at a time in epoch seconds."""

    at: float
    severity: str
    message: str


class EnvironmentReader:
    """Reads what a check names: its environment, and of that environment's application the versions."""

    def __init__(self, planned: PlannedCheck, aws: Clients) -> None:
        self._client = aws.client("elasticbeanstalk", planned.region)
        self._application = planned.parameters["application"]
        self.name = planned.parameters["environment"]

    def environment(self) -> Environment | None:
        """The environment; None where there is none of that name."""
        answer = self._client.describe_environments(
            ApplicationName=self._application, EnvironmentNames=[self.name], IncludeDeleted=False
        )
        for found in answer["Environments"]:
            return Environment(
                label=found.get("VersionLabel", ""),
                status=found.get("Status", ""),
                colour=found.get("Health", ""),
                health=found.get("HealthStatus", ""),
            )
        return None

    def version(self, label: str) -> ApplicationVersion | None:
        """A version of the application; None where it does not exist."""
        answer = self._client.describe_application_versions(ApplicationName=self._application, VersionLabels=[label])
        for found in answer["ApplicationVersions"]:
            bundle = found.get("SourceBundle", {})
            stored = Artifact(bundle["S3Bucket"], bundle["S3Key"]) if {"S3Bucket", "S3Key"} <= bundle.keys() else None
            return ApplicationVersion(bundle=stored, created=found["DateCreated"].timestamp())
        return None

    def events(self, since: float) -> list[EnvironmentEvent]:
        """The environment's events since a time, the oldest first. Elastic Beanstalk keeps them for six weeks."""
        pages = self._client.get_paginator("describe_events").paginate(
            ApplicationName=self._application,
            EnvironmentName=self.name,
            StartTime=datetime.fromtimestamp(since, UTC),
            Severity="INFO",
        )
        found = [each for page in pages for each in page["Events"]]
        events = (EnvironmentEvent(each["EventDate"].timestamp(), each["Severity"], each["Message"]) for each in found)
        return sorted(events, key=lambda event: event.at)


def labelled_at(label: str) -> float | None:
    """When CodePipeline made a version, in epoch seconds, as its label tells; None for a version of somebody else."""
    found = _LABEL.match(label)
    return int(found[1]) / 1000 if found else None
