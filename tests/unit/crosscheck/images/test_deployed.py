"""What a tag stood for when it was deployed, where a region has a registry of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ConnectTimeoutError

from crosscheck.images.deployed import deployed_image
from crosscheck.images.digests import IntendedImage
from crosscheck.images.reference import parse_reference
from tests.fakes.ecr import ACCOUNT, FakeEcr
from tests.fakes.json_protocol import FakeClients, RefusedError

HOME, EU = "us-east-1", "eu-west-1"
LATEST = parse_reference(f"{ACCOUNT}.dkr.ecr.{EU}.amazonaws.com/web:latest")
DEPLOYED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


class Registries:
    """The home region's registry, and one that gets its images from there."""

    def __init__(self) -> None:
        self.home, self.eu = FakeEcr(), FakeEcr()
        self.aws = FakeClients({("ecr", HOME): self.home, ("ecr", EU): self.eu})

    def build(self, name: str, minutes: float, *, tagged: bool = True) -> str:
        """Push a build to ``web:latest`` so long after the deployment; it is replicated, perhaps without its tag."""
        digest = self.home.push("web", "latest", platforms=2, salt=name)
        for each in self.home.manifests["web"]:
            self.home.pushed.setdefault(each, DEPLOYED + timedelta(minutes=minutes))
        self.home.report(digest, EU, "COMPLETE")
        self.eu.copy(self.home, "web")
        if tagged:
            self.eu.tags["web", "latest"] = digest
        return digest

    def deployed(self, pinned: str) -> IntendedImage:
        return deployed_image(LATEST, pinned, DEPLOYED.timestamp(), self.aws)


@pytest.fixture
def registries() -> Registries:
    registries = Registries()
    registries.build("old", -60)
    return registries


def test_a_tag_that_stands_still_is_what_was_built(registries: Registries) -> None:
    built = registries.build("built", -5)
    image = registries.deployed(built)
    assert (image.digest, image.moved_to, image.doubt, image.floating) == (built, "", "", False)


@pytest.mark.parametrize("tagged", [True, False])
def test_a_tag_that_moved_on_after_the_deployment_leaves_no_doubt(registries: Registries, tagged: bool) -> None:
    built = registries.build("built", -5)
    later = registries.build("later", 5, tagged=tagged)
    image = registries.deployed(built)
    assert (image.digest, image.moved_to, image.doubt) == (built, later, "")


def test_other_images_of_the_repository_say_nothing_of_the_tag(registries: Registries) -> None:
    built = registries.eu.tags["web", "latest"]
    for tag in ("branch", "sha256-0123.sig"):
        digest = registries.home.push("web", tag, salt=tag)
        registries.home.pushed[digest] = DEPLOYED - timedelta(minutes=5)
    later = registries.build("later", 5, tagged=False)
    image = registries.deployed(built)
    assert (image.digest, image.moved_to, image.doubt) == (built, later, "")


def test_a_tag_that_stayed_behind_is_not_known_to_be_what_was_built(registries: Registries) -> None:
    old = registries.eu.tags["web", "latest"]
    built = registries.build("built", -5, tagged=False)
    assert registries.deployed(old).doubt == (
        f"web:latest is {old[:19]} in {EU} and {built[:19]} in {HOME}, which was pushed before the deployment: "
        "the tag may have stayed behind"
    )


@pytest.mark.parametrize("excepted", [False, True])
def test_a_tag_that_never_moves_in_the_region_may_have_stayed_behind_at_any_time(
    registries: Registries, excepted: bool
) -> None:
    old = registries.eu.tags["web", "latest"]
    later = registries.build("later", 5, tagged=False)
    registries.eu.mutability = "IMMUTABLE_WITH_EXCLUSION"
    registries.eu.exceptions = ["late*" if excepted else "dev-*"]
    expected = (
        f"web:latest is {old[:19]} in {EU} and {later[:19]} in {HOME}, and tags are immutable in {EU}: "
        "the tag may have stayed behind"
    )
    assert registries.deployed(old).doubt == ("" if excepted else expected)


def test_a_registry_that_gets_nothing_from_home_is_asked_alone(registries: Registries) -> None:
    old = registries.eu.tags["web", "latest"]
    registries.build("built", -5, tagged=False)
    registries.home.statuses.clear()
    assert registries.deployed(old).doubt == ""
    registries.home.manifests.clear()
    registries.home.tags.clear()
    assert registries.deployed(old).doubt == ""


def test_a_home_that_does_not_answer_leaves_a_doubt(registries: Registries) -> None:
    old = registries.eu.tags["web", "latest"]
    registries.home.refuse("BatchGetImage", ConnectTimeoutError(endpoint_url="https://ecr"))
    assert registries.deployed(old).doubt == (
        f"whether the tag stayed behind is unknown: no answer from {HOME}: ConnectTimeoutError"
    )


def test_a_home_that_is_closed_to_us_leaves_the_record_of_the_deployment(registries: Registries) -> None:
    old = registries.eu.tags["web", "latest"]
    registries.home.refuse("BatchGetImage", RefusedError("AccessDeniedException"))
    assert registries.deployed(old).doubt == ""


def test_the_manifest_of_a_platform_is_the_same_image_as_its_index(registries: Registries) -> None:
    built = registries.build("built", -5)
    pinned = min(registries.deployed(built).children)
    image = registries.deployed(pinned)
    assert (image.moved_to, image.doubt, image.accepts(built)) == ("", "", True)


def test_without_a_record_the_tag_as_it_is_now_floats(registries: Registries) -> None:
    built = registries.build("built", -5)
    image = registries.deployed("")
    assert (image.digest, image.floating) == (built, True)
