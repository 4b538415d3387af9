import pytest

from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.releases.deployed_images import images_of
from tests.builders.releases import Facts

DIGEST = "sha256:" + "1" * 64
REFERENCE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:v1"


def _facts(values: dict[str, str], region: str = "eu-west-1") -> Facts:
    return Facts().verdict("Deploy", judge(region, [Finding("ecs-service", "app", Verdict.PASS, "fine", values)]))


def test_the_images_are_those_that_a_judge_resolved() -> None:
    facts = _facts({"intended web": REFERENCE, "intended digest web": DIGEST, "running": "2"})
    assert images_of(facts.known) == (ImageSubject("us-east-1", "team/app", DIGEST),)


def test_the_same_image_in_many_regions_is_one() -> None:
    values = {"intended web": REFERENCE, "intended digest web": DIGEST}
    facts = _facts(values)
    facts.verdict("Deploy", judge("sa-east-1", [Finding("ecs-service", "app", Verdict.FAIL, "gone", values)]))
    assert len(images_of(facts.known)) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"intended web": REFERENCE},
        {"intended digest web": DIGEST},
        {"intended web": "nginx:1.27", "intended digest web": DIGEST},
        {"intended web": "no reference!", "intended digest web": DIGEST},
        {"intended web": REFERENCE, "intended digest web": "latest"},
    ],
)
def test_what_is_no_resolved_image_of_ecr_is_left_out(values: dict[str, str]) -> None:
    assert images_of(_facts(values).known) == ()
