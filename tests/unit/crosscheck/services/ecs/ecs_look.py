"""A look at release A's service in one of its secondaries, for the tests of the check ``ecs-service``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.contracts.check import PlannedCheck
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from tests.fakes.codepipeline_release import SERVICE, STARTED, bucket

if TYPE_CHECKING:
    from crosscheck.contracts.verdicts import Finding
    from tests.fakes.codepipeline_release import Release

REGION = "eu-west-1"
RUN = ActionRun(
    "DeploySecondary",
    "Deploy-EU-West",
    "Succeeded",
    STARTED.timestamp(),
    {"FileName": ""},
    {"BuildOutput": Artifact(bucket(REGION), "b/BuildOutp/x1")},
)
CHECK = PlannedCheck("ecs-service", REGION, {"cluster": "production-eu", "service": SERVICE}, RUN)


def looked(release: Release, check: PlannedCheck = CHECK) -> Finding:
    """One look."""
    return run_check(check, release.aws)
