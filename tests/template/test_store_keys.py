"""Who may do what with the keys of the stores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.template.expanded import Template, resources
from tests.unit.docs.markdown import json_blocks, section

OWN = {"Fn::Sub": "${AWS::Region}/*"}
OWNER, ADOPT = "aws:ResourceTag/crosscheck:owner", "aws:ResourceTag/crosscheck:adopt"


def statements_of(name: str) -> list[Template]:
    managed = resources("AWS::IAM::ManagedPolicy")
    if name in managed:
        return list(managed[name]["PolicyDocument"]["Statement"])
    policies = resources("AWS::IAM::Role")[name]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def actions_of(statements: Iterable[Template]) -> set[str]:
    """Of statements that name one action, or several."""
    named = (statement["Action"] for statement in statements)
    return {action for each in named for action in ([each] if isinstance(each, str) else each)}


def using_keys(name: str) -> list[Template]:
    return [statement for statement in statements_of(name) if "kms:Decrypt" in statement["Action"]]


def without_tag(statement: Template) -> Template:
    likes: dict[str, Any] = statement["Condition"]["StringLike"]
    return {**statement, "Condition": {key: value for key, value in likes.items() if key not in {OWNER, ADOPT}}}


@pytest.mark.parametrize("name", ["PipelineArtifactPolicy", "ArtifactReadPolicy", "CheckPolicy"])
def test_an_adopted_key_is_used_like_one_of_ours(name: str) -> None:
    ours, adopted = using_keys(name)
    assert ours["Condition"]["StringLike"][OWNER] == OWN
    assert adopted["Condition"]["StringLike"][ADOPT] == OWN
    assert OWNER not in adopted["Condition"]["StringLike"]
    assert without_tag(ours) == without_tag(adopted)


def test_the_policy_that_separates_pipelines_allows_what_the_shared_one_does() -> None:
    (own,) = json_blocks(section("security.md", "## Pipelines that share a store"))
    assert actions_of(own["Statement"]) == actions_of(statements_of("PipelineArtifactPolicy"))
    keys = own["Statement"][-1]["Condition"]["StringEquals"]
    assert keys == {"aws:ResourceTag/crosscheck:prefix": "pipeline-artifacts-payments"}


def test_reaching_the_stores_does_not_include_the_gate() -> None:
    (invoke, _) = statements_of("GateInvocationPolicy")
    assert invoke == {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": {"Fn::GetAtt": ["GateStage", "Arn"]},
    }
    assert not [each for each in statements_of("PipelineArtifactPolicy") if "lambda" in str(each)]


@pytest.mark.parametrize("name", ["PipelineArtifactPolicy", "ArtifactReadPolicy", "CheckPolicy"])
def test_a_key_is_used_through_s3_only_and_in_this_account(name: str) -> None:
    """A key that was lent has a policy of somebody else's, which may admit the account to every use of it."""
    for statement in using_keys(name):
        assert statement["Condition"]["StringLike"]["kms:ViaService"] == {"Fn::Sub": "s3.*.${AWS::URLSuffix}"}
        assert statement["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:kms:*:${AWS::AccountId}:key/*"}


@pytest.mark.parametrize("name", ["PipelineArtifactPolicy", "ArtifactReadPolicy", "CheckPolicy"])
def test_what_uses_keys_without_s3_is_no_use_of_what_they_protect(name: str) -> None:
    kms = [each for each in statements_of(name) if "kms:" in str(each["Action"]) and each not in using_keys(name)]
    assert actions_of(kms) <= {"kms:DescribeKey", "kms:GetKeyPolicy"}


def test_the_provider_asks_cloudformation_about_stacks_of_its_account_and_region_only() -> None:
    [asking] = [each for each in statements_of("ProvisionRegionsRole") if "cloudformation:" in str(each["Action"])]
    assert asking["Action"] == ["cloudformation:DescribeStackEvents", "cloudformation:DescribeStackResource"]
    stacks = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*"
    assert asking["Resource"] == {"Fn::Sub": stacks}


def test_another_owners_key_cannot_be_tagged_ours() -> None:
    (denied,) = [
        statement
        for statement in statements_of("ProvisionRegionsRole")
        if statement["Effect"] == "Deny" and statement["Action"] == "kms:TagResource"
    ]
    assert denied["Resource"] == "*"
    assert denied["Condition"] == {"Null": {OWNER: "false"}, "StringNotLike": {OWNER: OWN}}


def test_an_adopted_key_is_never_changed() -> None:
    changing = {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKey"}
    for statement in statements_of("ProvisionRegionsRole"):
        if changing & set(statement["Action"]):
            assert statement["Condition"] == {"StringLike": {OWNER: OWN}}
