"""The check ``ecs-service`` and the images that were meant."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.verdicts import ReleasedImage, Verdict
from tests.fakes.codepipeline_release import IMAGE, SERVICE, STARTED, definitions, zipped
from tests.fakes.ecr import FakeEcr
from tests.fakes.json_protocol import RefusedError
from tests.unit.crosscheck.services.ecs.ecs_look import REGION, looked

if TYPE_CHECKING:
    from tests.fakes.codepipeline_release import Region, Release


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda ecr: ecr.refuse("BatchGetImage", RefusedError("AccessDeniedException")), "AccessDeniedException"),
        (lambda ecr: ecr.tags.clear(), "(ImageNotFound)"),
        (lambda ecr: ecr.manifests.clear(), "RepositoryNotFoundException"),
    ],
)
def test_f18_what_the_registry_cannot_tell_is_inconclusive(release: Release, spoil: object, words: str) -> None:
    assert callable(spoil)
    spoil(release.ecr)
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert words in finding.reason
    assert "us-east-1" in finding.reason


def test_f18_an_index_whose_children_are_gone_still_names_them(release: Release) -> None:
    child = next(d for d in release.ecr.manifests[SERVICE] if d not in {release.digest, release.old_digest})
    del release.ecr.manifests[SERVICE][child]
    for task in release.regions[REGION].tasks:
        task["containers"][0]["imageDigest"] = child
    assert looked(release).verdict is Verdict.PASS


def test_an_image_outside_ecr_is_compared_by_reference_only(release: Release) -> None:
    region = release.regions[REGION]
    region.ecs.define(f"{SERVICE}:7", {"app": "public.ecr.aws/nginx/nginx:1"})
    release.store(REGION, zipped({"imagedefinitions.json": definitions("public.ecr.aws/nginx/nginx:1")}))
    finding = looked(release)
    assert finding.verdict is Verdict.PASS
    assert "not in ECR: compared by reference only" in finding.reason
    assert release.ecr.called("BatchGetImage") == []


def test_an_image_pinned_by_digest(release: Release) -> None:
    pinned = f"{IMAGE.rpartition(':')[0]}@{release.digest}"
    release.regions[REGION].ecs.define(f"{SERVICE}:7", {"app": pinned})
    release.store(REGION, zipped({"imagedefinitions.json": definitions(pinned)}))
    assert looked(release).verdict is Verdict.PASS
    release.ecr.refuse("BatchGetImage", RefusedError("AccessDeniedException"))
    assert looked(release).verdict is Verdict.PASS


def test_a_registry_of_another_region_is_asked_there(release: Release) -> None:
    elsewhere = FakeEcr()
    digest = elsewhere.push(SERVICE, "0a1b2c3", salt="eu")
    release.aws.fakes["ecr", REGION] = elsewhere
    image = IMAGE.replace("us-east-1", REGION)
    region = release.regions[REGION]
    region.ecs.define(f"{SERVICE}:7", {"app": image})
    release.store(REGION, zipped({"imagedefinitions.json": definitions(image)}))
    for task in region.tasks:
        task["containers"][0]["imageDigest"] = digest
    assert looked(release).verdict is Verdict.PASS
    assert elsewhere.called("BatchGetImage") != []


@pytest.fixture
def deployed(release: Release) -> Region:
    """The region whose ECS pinned the release's image."""
    region = release.regions[REGION]
    region.ecs.remember(SERVICE, region.definition, STARTED + timedelta(seconds=20), {"app": release.digest})
    return region


@pytest.mark.usefixtures("deployed")
def test_f59_a_tag_that_moves_on_while_a_release_is_observed_changes_nothing(release: Release) -> None:
    assert "moved" not in looked(release).reason
    moved = release.ecr.push(SERVICE, "0a1b2c3", salt="another build")
    finding = looked(release)
    assert finding.verdict is Verdict.PASS
    assert finding.reason == (
        f"my-service: 2 of 2 tasks run my-service@{release.digest[:19]} "
        f"(the tag 0a1b2c3 moved on to {moved[:19]} since) (task definition my-service:7)"
    )
    assert finding.images == (ReleasedImage(IMAGE, release.digest),)


@pytest.mark.usefixtures("deployed")
def test_a_tag_that_was_deleted_changes_nothing_either(release: Release) -> None:
    release.ecr.tags.clear()
    assert looked(release).verdict is Verdict.PASS


def test_another_digest_than_the_pinned_one_fails_wherever_the_tag_points(release: Release, deployed: Region) -> None:
    moved = release.ecr.push(SERVICE, "0a1b2c3", salt="another build")
    deployed.tasks[0]["containers"][0]["imageDigest"] = moved
    finding = looked(release)
    assert finding.verdict is Verdict.FAIL
    assert f"1 of 2 tasks run {moved[:19]}, intended {release.digest[:19]} (app)" in finding.reason


def test_where_ecs_pinned_nothing_a_tag_that_differs_proves_nothing(release: Release) -> None:
    moved = release.ecr.push(SERVICE, "0a1b2c3", salt="another build")
    finding = looked(release)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == (
        f"my-service: 2 of 2 tasks run {release.digest[:19]}; {IMAGE} is {moved[:19]} by now, "
        "and ECS pinned no digest for the deployment (app)"
    )


def test_another_tag_than_the_artifact_names_fails_whatever_ecs_pinned(release: Release, deployed: Region) -> None:
    deployed.ecs.define(f"{SERVICE}:7", {"app": f"{IMAGE}-other"})
    assert looked(release).verdict is Verdict.FAIL
