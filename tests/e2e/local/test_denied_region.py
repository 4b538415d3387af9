"""An account that enforces IAM: what the stack's roles may suffices, and what is denied to them is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.account import HOME_REGION, STACK, Account
from local.scenarios.canary_service import CanaryService
from local.scenarios.data_residency import SINGAPORE, DataResidency
from tests.e2e import enforced
from tests.e2e.code_deploy import Group
from tests.e2e.enforced import put_policy, refusals
from tests.e2e.outside import Outside, words
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines
from tests.e2e.verifications import Verifications, name_of, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
OPEN = "open-service"
# What the emulator's policies tell a region by: ECS's resources carry it in their ARN.
DENIED = [f"arn:aws:ecs:{AP}:*:*"]


@pytest.fixture(scope="module")
def canary(strict: Account) -> CanaryService:
    return CanaryService(strict).release_first()


@pytest.fixture(scope="module")
def residency(strict: Account) -> DataResidency:
    return DataResidency(strict).release_first()


@pytest.fixture(scope="module")
def ungated(strict: Account) -> SmallPipeline:
    """Two regions and no gate; one good release is behind it."""
    outside = Outside(strict.describe())
    pipelines = SmallPipelines.prepare(outside, OPEN, (EU, AP), strict.outputs)
    rights = [{"Effect": "Allow", "Action": ["ecs:*", "s3:*", "iam:PassRole"], "Resource": "*"}]
    put_policy(strict, f"{OPEN}-role", "release", rights)
    pipeline = pipelines.create(OPEN, pipelines.deploying())
    wanted = pipeline.ended(pipeline.first)
    execution = pipeline.first if wanted == "Succeeded" else pipeline.start()
    assert pipeline.ended(execution) == "Succeeded"
    return pipeline


@pytest.fixture
def denied(strict: Account, canary: CanaryService, residency: DataResidency, ungated: SmallPipeline) -> Iterator[None]:
    """ECS of one region is denied to whoever reads it; every pipeline has had a good release before."""
    del canary, residency, ungated
    with enforced.denied(strict, {"Action": "ecs:*", "Resource": DENIED}):
        yield


def test_the_stacks_rights_suffice_for_a_release_and_its_rollback(
    strict: Account, canary: CanaryService, client: Outside
) -> None:
    before = refusals(strict)
    client.deployments(AP, "unhealthy")
    execution = canary.push("Cache the product list")
    assert canary.wait(execution) == "Failed"
    settled(client, execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="rolled_back")
    client.ended_card(execution, "rolled back in ap-southeast-1")
    assert refusals(strict) == before


def test_f17_a_region_that_denies_access_is_unknown_to_the_gate(
    strict: Account, canary: CanaryService, client: Outside, denied: None
) -> None:
    del denied
    running = _running(strict)
    execution = canary.push("A release that one region hides")
    assert canary.wait(execution) == "Failed"
    card = settled(client, execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="unknown")
    assert "in ap-southeast-1 was refused: AccessDenied" in words(card)
    assert _running(strict) != running


def _running(account: Account) -> str:
    ecs = account.aws.client("ecs", AP)
    (service,) = ecs.describe_services(cluster="production-ap", services=["my-service"])["services"]
    return str(service["taskDefinition"])


def test_f17_a_region_that_denies_access_is_unknown_to_the_fan_out(
    strict: Account, ungated: SmallPipeline, client: Outside, denied: None
) -> None:
    del denied
    execution = ungated.start()
    assert ungated.ended(execution) == "Succeeded"
    verifications = Verifications(client, strict.outputs["VerifyStateMachineArn"])
    concluded = verifications.ended(name_of(execution, "World"))["output"]["concluded"]
    assert (concluded["passed"], concluded["failed"], concluded["unknown"]) == ([EU], [], [AP])
    card = settled(client, execution, eu_west_1="passed", ap_southeast_1="unknown")
    assert "in ap-southeast-1 was refused: AccessDenied" in words(card)


def test_f17_a_region_that_hides_its_task_sets_is_unknown_and_keeps_them(
    residency: DataResidency, client: Outside, denied: None
) -> None:
    del denied
    singapore = Group(client, AP, "CodeDeployToECS", SINGAPORE.name, SINGAPORE.name)
    known = singapore.ids
    execution = residency.push("A catalogue that Singapore hides")
    assert residency.wait(execution) == "Succeeded"
    card = settled(client, execution, eu_west_2="passed", ap_southeast_1="unknown")
    assert f"DescribeServices in {AP} was refused: AccessDenied" in words(card)
    assert "roll" not in words(card)
    assert singapore.ids[1:] == known
    assert singapore.newest["creator"] == "user"


@pytest.fixture
def without_rollback(strict: Account) -> Iterator[None]:
    strict.deploy(RollbackMode="off")
    yield
    strict.deploy(RollbackMode="auto")


def test_with_rollback_off_nobody_has_the_right_to_it(
    strict: Account, ungated: SmallPipeline, client: Outside, without_rollback: None
) -> None:
    del without_rollback
    stacks = strict.aws.client("cloudformation", HOME_REGION)
    resources = stacks.describe_stack_resources(StackName=STACK)["StackResources"]
    assert "RollbackPolicy" not in {resource["LogicalResourceId"] for resource in resources}
    client.deployments(AP, "unhealthy")
    execution = ungated.start()
    assert ungated.ended(execution) == "Succeeded"
    card = settled(client, execution, eu_west_1="passed", ap_southeast_1="failed")
    Verifications(client, strict.outputs["VerifyStateMachineArn"]).ended(name_of(execution, "World"))
    assert "roll" not in words(card).lower()
