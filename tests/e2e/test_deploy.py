"""The stack as CloudFormation sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.account import Account
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e


def test_deploying_the_unchanged_stack_changes_nothing(account: Account, outside: Outside) -> None:
    client, stack = outside.client("cloudformation"), outside.description["stack"]
    before = client.describe_stack_events(StackName=stack)["StackEvents"]
    output = account.deploy()
    assert "No changes to deploy" in output
    assert client.describe_stack_events(StackName=stack)["StackEvents"] == before


def test_the_outputs_are_those_of_the_contract(account: Account) -> None:
    assert set(account.outputs) == {
        "RegionalProviderArn",
        "GateFunctionName",
        "ArtifactStores",
        "PipelineArtifactPolicyArn",
        "GateInvocationPolicyArn",
        "ArtifactReadPolicyArn",
        "LedgerTableName",
        "VerifyStateMachineArn",
        "InteractionsUrl",
        "BoardDashboardName",
    }
