"""The README's steps, done as they are written: the first deployment and the removal."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from local import stack
from local.account import HOME_REGION, STACK, Account
from local.stack import DeployError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

TRUST = {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}


class _Loader(yaml.SafeLoader):
    """Reads a template without looking at CloudFormation's short forms."""


_Loader.add_multi_constructor("!", lambda *_: None)


def _answers(account: Account) -> str:
    """What a person types at ``sam deploy --guided``: a line for each question, empty for the default."""
    asked = yaml.load(stack.BUILT_TEMPLATE.read_text(), _Loader)["Parameters"]  # noqa: S506 - a safe loader
    parameters = {**account.stack_parameters, "Architecture": "x86_64", "OnStoreRemoval": "Empty"}
    confirm, create_roles, disable_rollback, open_url, save = "n", "y", "n", "y", "y"
    lines = [STACK, HOME_REGION, *(parameters.get(name, "") for name in asked)]
    return "\n".join([*lines, confirm, create_roles, disable_rollback, open_url, save, "", "", ""])


def _deploy_guided(account: Account, folder: Path) -> None:
    """Deploy in a folder that looks like a clone after ``make build``."""
    folder.mkdir()
    for path in stack.ROOT.iterdir():
        if path.name != "samconfig.toml":
            (folder / path.name).symlink_to(path)
    done = subprocess.run(  # noqa: S603 - the SAM CLI of this repository
        [stack.SAM, "deploy", "--guided"],
        cwd=folder,
        env=account.sam_environment,
        input=_answers(account),
        capture_output=True,
        text=True,
        timeout=stack.DEPLOY_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    account.outputs = stack.outputs(account.aws, HOME_REGION, STACK)


def _events(account: Account) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.aws.client("cloudformation", HOME_REGION).describe_stack_events(
        StackName=STACK
    )["StackEvents"]
    return found


def test_what_the_readme_deploys_it_also_removes(tmp_path: Path) -> None:
    with Account(tmp_path / "account") as account:
        account.ensure_secret()
        folder = tmp_path / "clone"
        _deploy_guided(account, folder)
        assert [path.name for path in folder.iterdir() if not path.is_symlink()] == ["samconfig.toml"]
        assert "/samconfig.toml" in (stack.ROOT / ".gitignore").read_text().splitlines()
        gate = account.aws.client("lambda", HOME_REGION).get_function(FunctionName=account.outputs["GateFunctionName"])
        assert gate["Configuration"]["Architectures"] == ["x86_64"]

        iam, policy = account.aws.client("iam", HOME_REGION), account.outputs["PipelineArtifactPolicyArn"]
        document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        iam.create_role(RoleName="somebody-elses-pipeline", AssumeRolePolicyDocument=document)
        iam.attach_role_policy(RoleName="somebody-elses-pipeline", PolicyArn=policy)
        with pytest.raises(DeployError):
            account.delete()
        reasons = {
            event["LogicalResourceId"]: event["ResourceStatusReason"]
            for event in _events(account)
            if event["ResourceStatus"] == "DELETE_FAILED" and event["LogicalResourceId"] != STACK
        }
        assert reasons.keys() == {"PipelineArtifactPolicy"}
        assert "DeleteConflict" in reasons["PipelineArtifactPolicy"]

        (role,) = iam.list_entities_for_policy(PolicyArn=policy)["PolicyRoles"]
        iam.detach_role_policy(RoleName=role["RoleName"], PolicyArn=policy)
        account.delete()
        stacks = account.aws.client("cloudformation", HOME_REGION).list_stacks()["StackSummaries"]
        assert {each["StackStatus"] for each in stacks if each["StackName"] == STACK} == {"DELETE_COMPLETE"}
        assert iam.list_policies(Scope="Local")["Policies"] == []
