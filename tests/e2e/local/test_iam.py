"""Release A in an account that enforces IAM: every role has what it needs, and without its policies it has nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from local.scenarios.canary_service import CanaryService
from tests.e2e.enforced import refusals
from tests.e2e.outside import Outside
from tests.e2e.verifications import settled

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def canary(strict: Account) -> CanaryService:
    scenario = CanaryService(strict)
    scenario.prepare()
    return scenario


def test_a_release_needs_no_more_than_the_stacks_roles_may(strict: Account, canary: CanaryService) -> None:
    execution = canary.create_pipeline()
    assert canary.wait(execution) == "Succeeded"
    settled(Outside(strict.describe()), execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="passed")
    board = requests.get(strict.board_url, timeout=60)
    assert (board.status_code, canary.pipeline in board.text) == (200, True)
    assert refusals(strict) == []


def test_without_the_stacks_policy_the_pipelines_role_reaches_no_store(strict: Account, canary: CanaryService) -> None:
    iam = strict.aws.client("iam", "us-east-1")
    iam.detach_role_policy(RoleName=canary.pipeline, PolicyArn=strict.outputs["PipelineArtifactPolicyArn"])
    execution = canary.push("Release without rights")
    assert canary.wait(execution) == "Failed"
    (source,) = canary.actions(execution)
    assert "AccessDenied" in source["output"]["executionResult"]["errorDetails"]["message"]
