"""IAM is enforced: without rights nobody may anything; in release A every role has what it needs, and no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests
from botocore.exceptions import ClientError

from local.account import HOME_REGION
from local.clients import Credentials
from local.scenarios.canary_service import CanaryService
from tests.e2e.outside import Outside
from tests.e2e.verifications import settled

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def nobody(account: Account) -> Credentials:
    """The credentials of a role without any right."""
    iam, sts = (account.aws.client(name, HOME_REGION) for name in ("iam", "sts"))
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="nobody", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    found = sts.assume_role(RoleArn=role, RoleSessionName="nobody")["Credentials"]
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "list_buckets"),
        ("dynamodb", "list_tables"),
        ("ecs", "list_clusters"),
        ("ecr", "describe_repositories"),
        ("codepipeline", "list_pipelines"),
        ("codedeploy", "list_applications"),
        ("elasticbeanstalk", "describe_applications"),
    ],
)
def test_every_service_of_the_account_refuses_whom_no_policy_allows(
    account: Account, nobody: Credentials, service: str, operation: str
) -> None:
    """The emulator, the layers in front of it, and the account's own engines."""
    getattr(account.aws.client(service, HOME_REGION), operation)()
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(account.aws.client(service, HOME_REGION, nobody), operation)()


@pytest.mark.usefixtures("unrefused")
def test_a_release_needs_no_more_than_the_stacks_roles_may(account: Account, canary: CanaryService) -> None:
    execution = canary.push("Release with the stack's rights")
    assert canary.wait(execution) == "Succeeded"
    settled(Outside(account.describe()), execution, us_east_1="passed", eu_west_1="passed", ap_southeast_1="passed")
    board = requests.get(account.board_url, timeout=60)
    assert (board.status_code, canary.pipeline in board.text) == (200, True)


def test_without_the_stacks_policy_the_pipelines_role_reaches_no_store(account: Account, canary: CanaryService) -> None:
    iam = account.aws.client("iam", HOME_REGION)
    policy = {"RoleName": canary.pipeline, "PolicyArn": account.outputs["PipelineArtifactPolicyArn"]}
    iam.detach_role_policy(**policy)
    try:
        execution = canary.push("Release without rights")
        assert canary.wait(execution) == "Failed"
    finally:
        iam.attach_role_policy(**policy)
    (source,) = canary.actions(execution)
    assert "AccessDenied" in source["output"]["executionResult"]["errorDetails"]["message"]
