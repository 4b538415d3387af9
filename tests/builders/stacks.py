"""Stacks of Crosscheck's, as CloudFormation describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck_cli.stack.deployed_stack import DeployedStack

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT, HOME = "111122223333", "us-east-1"
TOPIC = f"arn:aws:sns:{HOME}:{ACCOUNT}:alarms"
PARAMETERS = {
    "Regions": "us-east-1, eu-west-1,ap-southeast-1",
    "ReplicateRepositories": "shop",
    "ArtifactStorePrefix": "pipeline-artifacts",
    "LedgerRetentionDays": "90",
    "SlackChannel": "C0RELEASES",
    "SlackSecret": "crosscheck/slack",
    "SlackApiUrl": "https://slack.com/api/",
    "Approvers": "",
    "AlarmTopicArn": TOPIC,
}


def deployed(
    *, status: str = "UPDATE_COMPLETE", types: Mapping[str, str] | None = None, **parameters: str
) -> DeployedStack:
    """A stack in us-east-1 with stores in two more regions. Each resource of ``types`` has its logical id as its
    physical one."""
    given = types or {}
    return DeployedStack(
        name="crosscheck",
        arn=f"arn:aws:cloudformation:{HOME}:{ACCOUNT}:stack/crosscheck/1",
        status=status,
        parameters={**PARAMETERS, **parameters},
        outputs={"LedgerTableName": "ledger", "GateFunctionName": "gate", "GateInvocationPolicyArn": "arn:policy"},
        resources={name: name for name in given},
        types=given,
    )
