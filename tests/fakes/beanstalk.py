"""A fake of Elastic Beanstalk in one region: one environment, in which a release has just been deployed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crosscheck.pipelines.runs import Artifact
from crosscheck.services.elasticbeanstalk.environment import STARTING
from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledService

STARTED = 1_772_618_440.0
OLD, OURS = "code-pipeline-1772500000000-a", "code-pipeline-1772618441000-b"
BUNDLE = Artifact("pipeline-artifacts-eu-west-1", "site/Source/b")


class FakeBeanstalk(ModelledService):
    """One environment. A test changes what it is like, the versions and the events."""

    service = "elasticbeanstalk"

    def __init__(self) -> None:
        super().__init__()
        self.now = STARTED + 3_600
        self.environment: dict[str, Any] = {}
        self.versions: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.is_like(VersionLabel=OURS, Status="Ready", Health="Green", HealthStatus="Ok")
        self.version(OLD, 1_772_500_000.0, Artifact("b", "old"))
        self.version(OURS, STARTED + 1, BUNDLE)

    def is_like(self, **described: str) -> None:
        self.environment |= {"EnvironmentName": "shop-production", "ApplicationName": "shop", **described}

    def version(self, label: str, created: float, bundle: Artifact | None = None) -> None:
        described = {"VersionLabel": label, "DateCreated": datetime.fromtimestamp(created, UTC)}
        located = {"SourceBundle": {"S3Bucket": bundle.bucket, "S3Key": bundle.key}} if bundle else {}
        self.versions[label] = {**described, **located}

    def began(self) -> None:
        """An update begins, each a minute after the one before."""
        self.now += 60
        self.tells(self.now, STARTING)

    def tells(self, at: float, message: str, severity: str = "INFO") -> None:
        event = {"EventDate": datetime.fromtimestamp(at, UTC), "Message": message, "Severity": severity}
        self.events.insert(0, event)

    def describe_environments(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        there = self.environment and asked["EnvironmentNames"] == [self.environment["EnvironmentName"]]
        return {"Environments": [self.environment] if there else []}

    def describe_application_versions(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        found = [self.versions[label] for label in asked["VersionLabels"] if label in self.versions]
        return {"ApplicationVersions": found}

    def describe_events(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"Events": [event for event in self.events if event["EventDate"] >= asked["StartTime"]]}

    def update_environment(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if self.environment["Status"] != "Ready":
            raise RefusedError("InvalidParameterValue", "Environment is in an invalid state. Must be Ready.")
        self.is_like(VersionLabel=asked["VersionLabel"], Status="Updating")
        self.began()
        return self.environment

    def abort_environment_update(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert asked["EnvironmentName"] == self.environment["EnvironmentName"]
        self.is_like(Status="Aborting")
        return {}
