from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry import checks as catalogue
from tests.fakes.codepipeline_release import IMAGE, SERVICE, STARTED, bucket, definitions, zipped
from tests.fakes.ecr import FakeEcr

if TYPE_CHECKING:
    from tests.fakes.codepipeline_release import Release

EU = "eu-west-1"
RUN = ActionRun(
    "DeploySecondary",
    "Deploy-EU-West",
    "Succeeded",
    STARTED.timestamp(),
    inputs={"BuildOutput": Artifact(bucket(EU), "b/BuildOutp/x1")},
)
INTENDED = PlannedCheck("ecr-image", EU, {"service": "production-eu/my-service"}, RUN)


def test_the_intended_image_of_a_deploy_action_is_looked_for_in_its_region(release: Release) -> None:
    destination = FakeEcr()
    release.aws.fakes["ecr", EU] = destination
    release.ecr.report(release.digest, EU, "IN_PROGRESS")
    assert catalogue.run_check(INTENDED, release.aws).verdict is Verdict.PENDING
    destination.copy(release.ecr, SERVICE)
    finding = catalogue.run_check(INTENDED, release.aws)
    assert finding.verdict is Verdict.PASS
    assert finding.values["intended digest my-service"] == release.digest


def test_of_several_images_the_worst_decides_and_foreign_ones_are_left_out(release: Release) -> None:
    release.aws.fakes["ecr", EU] = FakeEcr()
    side = release.ecr.push("sidecar", "2")
    release.aws.fakes["ecr", EU].copy(release.ecr, SERVICE)  # type: ignore[attr-defined]  # the fake above
    release.ecr.report(side, EU, "FAILED", "X")
    images = [IMAGE, IMAGE.replace(SERVICE, "sidecar").replace("0a1b2c3", "2"), "public.ecr.aws/nginx/nginx:1"]
    content = b"[" + b",".join(definitions(image, f"c{n}")[1:-1] for n, image in enumerate(images)) + b"]"
    release.store(EU, zipped({"imagedefinitions.json": content}))
    finding = catalogue.run_check(INTENDED, release.aws)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.startswith("sidecar@")
    only = replace(INTENDED, parameters={"repository": SERVICE, **INTENDED.parameters})
    assert catalogue.run_check(only, release.aws).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("minutes", "verdict"), [(-1, Verdict.FAIL), (1, Verdict.INCONCLUSIVE)], ids=["before", "since the release began"]
)
def test_the_tag_that_an_action_was_given_is_of_the_release_if_it_was_pushed_before(
    release: Release, minutes: int, verdict: Verdict
) -> None:
    release.aws.fakes["ecr", EU] = FakeEcr()
    release.ecr.report(release.digest, EU, "FAILED", "X")
    release.ecr.pushed[release.digest] = STARTED + timedelta(minutes=minutes)
    finding = catalogue.run_check(replace(INTENDED, since=STARTED.timestamp()), release.aws)
    assert finding.verdict is verdict


@pytest.mark.parametrize(
    ("image", "parameters", "words"),
    [
        ("public.ecr.aws/nginx/nginx:1", {}, "Deploy-EU-West was given no image in ECR"),
        (IMAGE, {"repository": "other"}, "Deploy-EU-West was given no image of repository other"),
        ("Not An Image", {}, "is not a list of"),
    ],
)
def test_an_intended_image_that_is_unknown(
    release: Release, image: str, parameters: dict[str, str], words: str
) -> None:
    release.store(EU, zipped({"imagedefinitions.json": definitions(image)}))
    finding = catalogue.run_check(replace(INTENDED, parameters=parameters), release.aws)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert words in finding.reason


def test_a_deploy_action_in_progress_is_waited_for(release: Release) -> None:
    planned = replace(INTENDED, run=replace(RUN, status="InProgress"))
    assert catalogue.run_check(planned, release.aws).verdict is Verdict.PENDING
