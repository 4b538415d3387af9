"""Who may do what with the keys of the stores."""

from __future__ import annotations

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
    shared = {action for statement in statements_of("PipelineArtifactPolicy") for action in statement["Action"]}
    assert {action for statement in own["Statement"] for action in statement["Action"]} == shared
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
