from __future__ import annotations

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.images.reference import short
from crosscheck.registry import checks as catalogue
from tests.fakes.ecr import ACCOUNT
from tests.fakes.ecr_replicas import EU, REPOSITORY, Replicas, by_digest, by_tag
from tests.fakes.json_protocol import RefusedError


@pytest.fixture
def world() -> Replicas:
    return Replicas()


def test_an_index_that_cannot_be_read_proves_nothing(world: Replicas) -> None:
    world.digest = world.source.push(REPOSITORY, "2", platforms=2)
    world.destination.copy(world.source, REPOSITORY)
    world.destination.batch_get_image = lambda _body: {"images": [], "failures": [{"failureCode": "KmsError"}]}  # type: ignore[method-assign,assignment]  # the key is disabled
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == f"my-service: {short(world.digest)} cannot be read in eu-west-1 (KmsError)"


@pytest.mark.parametrize("operation", ["DescribeImages", "DescribeImageReplicationStatus", "DescribeRegistry"])
def test_f17_a_source_that_denies_is_unknown_and_named(world: Replicas, operation: str) -> None:
    world.source.refuse(operation, RefusedError("AccessDeniedException", "secret words"))
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.endswith(
        f"is not in eu-west-1, which has no repository my-service: {operation} in us-east-1 "
        "was refused: AccessDeniedException"
    )


def test_f17_a_destination_that_denies_is_unknown_and_named(world: Replicas) -> None:
    world.destination.refuse("DescribeImages", RefusedError("AccessDeniedException"))
    finding = catalogue.run_check(by_digest(world.digest), world.aws)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "DescribeImages in eu-west-1 was refused: AccessDeniedException"


def test_a_source_that_denies_the_tag_is_unknown(world: Replicas) -> None:
    world.source.refuse("DescribeImages", RefusedError("AccessDeniedException"))
    finding = world.run(by_tag())
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "DescribeImages in us-east-1 was refused: AccessDeniedException"


def test_another_accounts_rules_cannot_be_known(world: Replicas) -> None:
    details = world.source.describe_images

    def shared(body: dict[str, object]) -> object:
        answer = details(body)
        return {"imageDetails": [{**detail, "registryId": "444455556666"} for detail in answer["imageDetails"]]}

    world.source.describe_images = shared  # type: ignore[method-assign,assignment]  # a registry of another account
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "only account 444455556666 can see its rules" in finding.reason


def test_the_registrys_account_is_passed_on(world: Replicas) -> None:
    assert world.run(by_tag(account=ACCOUNT)).verdict is Verdict.FAIL
    asked = [
        body.get("registryId") for name, body in world.source.calls + world.destination.calls if "Registry" not in name
    ]
    assert set(asked) == {ACCOUNT}


def test_a_check_without_an_image_is_unknown(world: Replicas) -> None:
    finding = world.run(PlannedCheck("ecr-image", EU, {"repository": REPOSITORY}))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "names no repository with a tag or a digest" in finding.reason
