"""What Elastic Beanstalk says of an environment, of its version and of what happened to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.pipelines.runs import Artifact

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

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

    label: str
    bundle: Artifact | None
    created: float


@dataclass(frozen=True)
class EnvironmentEvent:
    """What Elastic Beanstalk tells of an environment, at a time in epoch seconds."""

    at: float
    severity: str
    message: str


def read_environment(client: ElasticBeanstalkClient, application: str, name: str) -> Environment | None:
    """The environment; None where there is none of that name."""
    answer = client.describe_environments(ApplicationName=application, EnvironmentNames=[name], IncludeDeleted=False)
    for found in answer["Environments"]:
        return Environment(
            label=found.get("VersionLabel", ""),
            status=found.get("Status", ""),
            colour=found.get("Health", ""),
            health=found.get("HealthStatus", ""),
        )
    return None


def read_version(client: ElasticBeanstalkClient, application: str, label: str) -> ApplicationVersion | None:
    """A version of the application; None where it does not exist."""
    answer = client.describe_application_versions(ApplicationName=application, VersionLabels=[label])
    for found in answer["ApplicationVersions"]:
        bundle = found.get("SourceBundle", {})
        return ApplicationVersion(
            label=label,
            bundle=Artifact(bundle["S3Bucket"], bundle["S3Key"]) if {"S3Bucket", "S3Key"} <= bundle.keys() else None,
            created=found["DateCreated"].timestamp(),
        )
    return None


def read_events(
    client: ElasticBeanstalkClient, application: str, name: str, since: datetime
) -> tuple[EnvironmentEvent, ...]:
    """The environment's events since a time, the oldest first. Elastic Beanstalk keeps them for six weeks."""
    pages = client.get_paginator("describe_events").paginate(
        ApplicationName=application, EnvironmentName=name, StartTime=since, Severity="INFO"
    )
    events = (
        EnvironmentEvent(each["EventDate"].timestamp(), each["Severity"], each["Message"])
        for page in pages
        for each in page["Events"]
    )
    return tuple(sorted(events, key=lambda event: event.at))


def labelled_at(label: str) -> float | None:
    """When CodePipeline made a version, in epoch seconds, as its label tells; None for a version of somebody else."""
    found = _LABEL.match(label)
    return int(found[1]) / 1000 if found else None
