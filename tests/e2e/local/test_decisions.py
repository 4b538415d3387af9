"""The emulator's IAM decides for the account's own services."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.aws_json.authorization import Right
from local.aws_json.errors import ApiError
from local.clients import ACCOUNT_ID, Aws
from local.emulator import Emulator
from local.emulator.decisions import PATH, DecisionError, decider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.aws_json.authorization import Decides

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
ROLE = "reader"
WHO = f"User: arn:aws:sts::{ACCOUNT_ID}:assumed-role/{ROLE}/looking is not authorized to perform: "
GET, STOP = "codedeploy:GetDeployment", "codedeploy:StopDeployment"
SHOP, OTHER = (f"arn:aws:codedeploy:{EU}:{ACCOUNT_ID}:deploymentgroup:{name}/world" for name in ("shop", "other"))


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator.start(tmp_path_factory.mktemp("emulator"), {"AUTH": "true"}) as started:
        yield started


@pytest.fixture(scope="module")
def decide(emulator: Emulator) -> Decides:
    return decider(emulator.url, emulator.service_token)


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def reader(emulator: Emulator) -> str:
    """The key of a role that may look at one group, and stop deployments outside of one region."""
    aws = Aws(emulator.url)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.client("iam", EU).create_role(RoleName=ROLE, AssumeRolePolicyDocument=_policy(trust))
    rights = _policy(
        {"Effect": "Allow", "Action": GET, "Resource": SHOP},
        {"Effect": "Allow", "Action": STOP, "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": AP}}},
    )
    aws.client("iam", EU).put_role_policy(RoleName=ROLE, PolicyName="rights", PolicyDocument=rights)
    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/{ROLE}"
    answer = aws.client("sts", EU).assume_role(RoleArn=arn, RoleSessionName="looking")
    return str(answer["Credentials"]["AccessKeyId"])


def test_a_role_may_what_its_policies_allow(decide: Decides, reader: str) -> None:
    decide(reader, EU, Right(GET, SHOP))
    decide(reader, EU, Right(STOP, "*"))


@pytest.mark.parametrize(
    ("region", "right", "why"),
    [
        (EU, Right(GET, OTHER), f"{GET} on resource: {OTHER} because no identity-based policy allows the {GET} action"),
        (AP, Right(STOP, "*"), f"{STOP} on resource: * with an explicit deny in an identity-based policy"),
    ],
    ids=["not allowed", "denied"],
)
def test_f17_a_role_may_nothing_else(decide: Decides, reader: str, region: str, right: Right, why: str) -> None:
    with pytest.raises(ApiError, match=re.escape(WHO + why)) as refused:
        decide(reader, region, right)
    assert refused.value.code == "AccessDeniedException"


def test_the_administrator_may_everything(decide: Decides) -> None:
    decide(ACCOUNT_ID, AP, Right(STOP, "*"))


def test_f17_a_key_that_nobody_issued_is_refused_as_such(decide: Decides) -> None:
    with pytest.raises(ApiError) as refused:
        decide("ASIAUNKNOWN", EU, Right(GET, SHOP))
    assert refused.value.code == "UnrecognizedClientException"


def test_f09_only_the_accounts_own_engines_are_answered(emulator: Emulator, reader: str) -> None:
    with pytest.raises(DecisionError, match="answered 403"):
        decider(emulator.url, "guessed")(reader, EU, Right(GET, SHOP))
    assert requests.post(f"{emulator.url}{PATH}", json={}, timeout=10).status_code == 403
