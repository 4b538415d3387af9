"""IAM in release A: every role has what it needs, and without its policies it has nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from local.scenarios.canary_service import CanaryService
from tests.e2e.outside import Outside
from tests.e2e.verifications import settled

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e


@pytest.mark.usefixtures("unrefused")
def test_a_release_needs_no_more_than_the_stacks_roles_may(account: Account, canary: CanaryService) -> None:
    execution = canary.push("Release with the stack's rights")
    assert canary.wait(execution) == "Succeeded"
    settled(Outside(account.describe()), execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="passed")
    board = requests.get(account.board_url, timeout=60)
    assert (board.status_code, canary.pipeline in board.text) == (200, True)


def test_without_the_stacks_policy_the_pipelines_role_reaches_no_store(account: Account, canary: CanaryService) -> None:
    iam = account.aws.client("iam", "us-east-1")
    policy = {"RoleName": canary.pipeline, "PolicyArn": account.outputs["PipelineArtifactPolicyArn"]}
    iam.detach_role_policy(**policy)
    try:
        execution = canary.push("Release without rights")
        assert canary.wait(execution) == "Failed"
    finally:
        iam.attach_role_policy(**policy)
    (source,) = canary.actions(execution)
    assert "AccessDenied" in source["output"]["executionResult"]["errorDetails"]["message"]
