from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from crosscheck.services.ecs import intended_images as intended
from tests.fakes.codepipeline_release import SERVICE, STARTED, bucket
from tests.fakes.ecr import FakeEcr
from tests.fakes.json_protocol import RefusedError

if TYPE_CHECKING:
    from tests.fakes.codepipeline_release import Region, Release

EU = "eu-west-1"
GONE = {"BuildOutput": Artifact(bucket(EU), "gone")}
RUN = ActionRun("DeploySecondary", "Deploy-EU-West", "Succeeded", STARTED.timestamp(), inputs=GONE)
CHECK = PlannedCheck("ecs-service", EU, {"cluster": "production-eu", "service": SERVICE}, RUN)
INSTEAD = "intended as in the service's first deployment since Deploy-EU-West started, because "


@pytest.fixture
def region(release: Release) -> Region:
    """The service's history: the deployment before the release, and the release's own."""
    region = release.regions[EU]
    old = region.ecs.arn("task-definition", f"{SERVICE}:6")
    region.ecs.remember(SERVICE, old, STARTED - timedelta(hours=1), {"app": release.old_digest})
    region.ecs.remember(SERVICE, region.definition, STARTED + timedelta(seconds=20), {"app": release.digest})
    return region


def looked(release: Release, check: PlannedCheck = CHECK) -> Finding:
    return run_check(check, release.aws)


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(
    ("run", "why"),
    [
        (RUN, "GetObject in eu-west-1 was refused: NoSuchKey"),
        (replace(RUN, inputs={}), "CodePipeline names no input artifact of Deploy-EU-West"),
    ],
)
def test_without_the_artifact_the_first_deployment_since_the_action_is_what_was_meant(
    release: Release, run: ActionRun, why: str
) -> None:
    finding = looked(release, replace(CHECK, run=run))
    assert finding.verdict is Verdict.PASS
    assert finding.reason.endswith(
        f"tasks run my-service@{release.digest[:19]} (task definition my-service:7); {INSTEAD}{why}"
    )
    assert finding.values["intended digest app"] == release.digest


def test_a_denied_artifact_says_which_right_is_missing(
    release: Release, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(*_: object) -> bytes:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")

    monkeypatch.setattr(intended, "read_file", deny)
    needs = f"the gate's role needs s3:GetObject on the bucket {bucket(EU)}, and kms:Decrypt on its key"
    finding = looked(release)
    assert finding.verdict is Verdict.PASS
    assert finding.reason.endswith(f"{INSTEAD}GetObject in eu-west-1 was refused: AccessDenied ({needs})")
    region.ecs.refuse("ListServiceDeployments", RefusedError("AccessDeniedException"))
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert needs in finding.reason
    assert finding.reason.endswith("; ListServiceDeployments in eu-west-1 was refused: AccessDeniedException")


def test_a_way_back_that_came_later_is_not_what_was_meant(release: Release, region: Region) -> None:
    old = region.ecs.arn("task-definition", f"{SERVICE}:6")
    region.ecs.remember(SERVICE, old, STARTED + timedelta(minutes=3), {"app": release.old_digest})
    region.service["taskDefinition"] = region.service["deployments"][0]["taskDefinition"] = old
    for task in region.tasks:
        task["taskDefinitionArn"] = old
        task["containers"][0]["imageDigest"] = release.old_digest
    finding = looked(release)
    assert finding.verdict is Verdict.FAIL
    assert "my-service:6 runs " in finding.reason


@pytest.mark.usefixtures("region")
def test_f18_a_tag_that_was_moved_after_the_deployment_is_told_by_the_digest_of_the_history(release: Release) -> None:
    release.ecr.push(SERVICE, "0a1b2c3", salt="moved")
    assert looked(release).verdict is Verdict.PASS
    release.regions[EU].tasks[0]["containers"][0]["imageDigest"] = release.old_digest
    assert looked(release).verdict is Verdict.FAIL


def test_without_a_deployment_since_the_action_nothing_says_what_was_meant(release: Release, region: Region) -> None:
    region.ecs.history[SERVICE].pop(0)
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.endswith("the service lists no deployment since the deploy action started")


def test_a_history_of_many_pages_is_read_to_its_end_and_an_endless_one_is_not(release: Release, region: Region) -> None:
    later = STARTED + timedelta(minutes=4)
    for _ in range(150):
        region.ecs.remember(SERVICE, region.definition, later, {"app": release.old_digest})
    assert looked(release).verdict is Verdict.PASS
    for _ in range(400):
        region.ecs.remember(SERVICE, region.definition, later, {"app": release.old_digest})
    assert "lists over 500 deployments" in looked(release).reason


@pytest.mark.usefixtures("region")
def test_the_arrival_of_an_image_is_proven_without_the_artifact(release: Release) -> None:
    release.aws.fakes["ecr", EU] = destination = FakeEcr()
    destination.copy(release.ecr, SERVICE)
    finding = looked(release, PlannedCheck("ecr-image", EU, {"service": f"production-eu/{SERVICE}"}, RUN))
    assert finding.verdict is Verdict.PASS
    assert finding.reason.endswith(f"{INSTEAD}GetObject in eu-west-1 was refused: NoSuchKey")
    assert finding.values["intended digest my-service"] == release.digest
