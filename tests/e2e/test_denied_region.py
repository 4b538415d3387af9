"""What the stack's roles may suffices, and what is denied to them in a region is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.account import HOME_REGION, STACK, Account
from local.scenarios.canary_service import CanaryService
from local.scenarios.data_residency import SINGAPORE, DataResidency
from tests.e2e import enforced
from tests.e2e.code_deploy import Group
from tests.e2e.outside import Outside, words
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines
from tests.e2e.tagged_pipeline import create_tagged
from tests.e2e.verifications import Verifications, name_of, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
OPEN = "open-service"
# What the emulator's policies tell a region by: ECS's resources carry it in their ARN.
DENIED = [f"arn:aws:ecs:{AP}:*:*"]


@pytest.fixture(scope="module")
def ungated(account: Account) -> SmallPipeline:
    """Two regions and no gate; one good release is behind it."""
    outside = Outside(account.describe())
    pipelines = SmallPipelines.prepare(outside, OPEN, (EU, AP), account.outputs)
    stages = [pipelines.release["stages"][0], pipelines.deploying()]
    pipeline = create_tagged(outside, {**pipelines.release, "stages": stages}, rollback="auto")
    assert pipeline.ended(pipeline.first) == "Succeeded"
    return pipeline


@pytest.fixture
def denied(account: Account, canary: CanaryService, residency: DataResidency, ungated: SmallPipeline) -> Iterator[None]:
    """ECS of one region is denied to whoever reads it; every pipeline has had a good release before."""
    del canary, residency, ungated
    with enforced.denied(account, {"Action": "ecs:*", "Resource": DENIED}):
        yield


@pytest.fixture(scope="module", autouse=True)
def _proven_afterwards(canary: CanaryService) -> Iterator[None]:
    """What was hidden when it came belongs to no judged release: a later rollback would be left to a person."""
    yield
    assert canary.wait(canary.push("A release that no region hides")) == "Succeeded"


@pytest.mark.usefixtures("unrefused")
def test_the_stacks_rights_suffice_for_a_release_and_its_rollback(
    account: Account, canary: CanaryService, outside: Outside
) -> None:
    outside.deployments(AP, "unhealthy")
    execution = canary.push("Cache the product list")
    assert canary.wait(execution) == "Failed"
    settled(outside, execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="rolled_back")
    outside.ended_card(execution, "rolled back in ap-southeast-1")


def test_f17_a_region_that_denies_access_is_unknown_to_the_gate(
    account: Account, canary: CanaryService, outside: Outside, denied: None
) -> None:
    del denied
    running = _running(account)
    execution = canary.push("A release that one region hides")
    assert canary.wait(execution) == "Failed"
    card = settled(outside, execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="unknown")
    assert "in ap-southeast-1 was refused: AccessDenied" in words(card)
    assert _running(account) != running


def _running(account: Account) -> str:
    ecs = account.aws.client("ecs", AP)
    (service,) = ecs.describe_services(cluster="production-ap", services=["my-service"])["services"]
    return str(service["taskDefinition"])


def test_f17_a_region_that_denies_access_is_unknown_to_the_fan_out(
    account: Account, ungated: SmallPipeline, outside: Outside, denied: None
) -> None:
    del denied
    execution = ungated.start()
    assert ungated.ended(execution) == "Succeeded"
    verifications = Verifications(outside, account.outputs["VerifyStateMachineArn"])
    concluded = verifications.ended(name_of(execution, "World"))["output"]["concluded"]
    assert (concluded["passed"], concluded["failed"], concluded["unknown"]) == ([EU], [], [AP])
    card = settled(outside, execution, eu_west_1="passed", ap_southeast_1="unknown")
    assert "in ap-southeast-1 was refused: AccessDenied" in words(card)


def test_f17_a_region_that_hides_its_task_sets_is_unknown_and_keeps_them(
    residency: DataResidency, outside: Outside, denied: None
) -> None:
    del denied
    singapore = Group(outside, AP, "CodeDeployToECS", SINGAPORE.name, SINGAPORE.name)
    known = singapore.ids
    execution = residency.push("A catalogue that Singapore hides")
    assert residency.wait(execution) == "Succeeded"
    card = settled(outside, execution, eu_west_2="passed", ap_southeast_1="unknown")
    assert f"DescribeServices in {AP} was refused: AccessDenied" in words(card)
    assert "roll" not in words(card)
    assert singapore.ids[1:] == known
    assert singapore.newest["creator"] == "user"


@pytest.fixture
def without_rollback(account: Account) -> Iterator[None]:
    account.deploy(RollbackMode="off")
    yield
    account.deploy(RollbackMode="suggest")  # the default; without it the stack would keep what it has


def test_with_rollback_off_nobody_has_the_right_to_it(
    account: Account, ungated: SmallPipeline, outside: Outside, without_rollback: None
) -> None:
    del without_rollback
    stacks = account.aws.client("cloudformation", HOME_REGION)
    resources = stacks.describe_stack_resources(StackName=STACK)["StackResources"]
    assert "RollbackPolicy" not in {resource["LogicalResourceId"] for resource in resources}
    outside.deployments(AP, "unhealthy")
    execution = ungated.start()
    assert ungated.ended(execution) == "Succeeded"
    card = settled(outside, execution, eu_west_1="passed", ap_southeast_1="failed")
    Verifications(outside, account.outputs["VerifyStateMachineArn"]).ended(name_of(execution, "World"))
    assert "roll" not in words(card).lower()
