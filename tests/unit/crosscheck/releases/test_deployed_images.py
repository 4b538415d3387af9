import pytest

from crosscheck.contracts.verdicts import Finding, ReleasedImage, Verdict, judge
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.releases.deployments import images_of
from tests.builders.releases import Facts

DIGEST = "sha256:" + "1" * 64
REFERENCE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:v1"
IMAGE = ReleasedImage(REFERENCE, DIGEST)


def _finding(*images: ReleasedImage, verdict: Verdict = Verdict.PASS) -> Finding:
    return Finding("ecs-service", "app", verdict, "as seen", {"intended web": REFERENCE}, images=images)


def _facts(*images: ReleasedImage) -> Facts:
    return Facts().verdict("Deploy", judge("eu-west-1", [_finding(*images)]))


def test_the_images_are_those_that_a_judge_resolved() -> None:
    assert images_of(_facts(IMAGE).known) == (ImageSubject("us-east-1", "team/app", DIGEST),)
    assert images_of(_facts().known) == ()


def test_the_same_image_in_many_regions_is_one() -> None:
    facts = _facts(IMAGE, IMAGE).verdict("Deploy", judge("sa-east-1", [_finding(IMAGE, verdict=Verdict.FAIL)]))
    assert len(images_of(facts.known)) == 1


def test_images_are_sorted() -> None:
    other = ReleasedImage(REFERENCE.replace("team/app", "team/api"), DIGEST)
    assert [image.repository for image in images_of(_facts(IMAGE, other).known)] == ["team/api", "team/app"]


@pytest.mark.parametrize(
    "image",
    [
        ReleasedImage(REFERENCE, ""),
        ReleasedImage("", DIGEST),
        ReleasedImage("nginx:1.27", DIGEST),
        ReleasedImage("no reference!", DIGEST),
        ReleasedImage(REFERENCE, "latest"),
    ],
)
def test_what_is_no_resolved_image_of_ecr_is_left_out(image: ReleasedImage) -> None:
    assert images_of(_facts(image).known) == ()
