"""IAM in the account: its roles' policies, and what was refused to its functions."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from local.account import HOME_REGION, STACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.account import Account

# Everything that reads what a release deploys to.
READERS = ("GateStageRole", "CheckRegionRole", "RollBackRole")


@contextmanager
def denied(account: Account, statement: Mapping[str, Any], *named: str) -> Iterator[None]:
    """Meanwhile the named roles may not do this, or else whoever reads what releases deploy to."""
    roles = named or [_role(account, logical) for logical in READERS]
    for role in roles:
        put_policy(account, role, "denied", [{"Effect": "Deny", **statement}])
    try:
        yield
    finally:
        for role in roles:
            account.aws.client("iam", HOME_REGION).delete_role_policy(RoleName=role, PolicyName="denied")


def put_policy(account: Account, role: str, name: str, statements: list[dict[str, Any]]) -> None:
    """Give a role an inline policy."""
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    account.aws.client("iam", HOME_REGION).put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)


def refusals(account: Account) -> list[str]:
    """What the functions' logs say of requests that were refused."""
    lines = (
        line
        for log in (account.directory / "functions").glob("*.log")
        for line in log.read_text(errors="replace").splitlines()
    )
    return [line for line in lines if "AccessDenied" in line or "not authorized" in line]


def _role(account: Account, logical: str) -> str:
    stacks = account.aws.client("cloudformation", HOME_REGION)
    asked = {"StackName": STACK, "LogicalResourceId": logical}
    return str(stacks.describe_stack_resources(**asked)["StackResources"][0]["PhysicalResourceId"])
