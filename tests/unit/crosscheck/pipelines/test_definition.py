from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from crosscheck.pipelines.definition import PipelineDefinition, StoreDefinition, account_of, parse_definition

if TYPE_CHECKING:
    from mypy_boto3_codepipeline.type_defs import PipelineDeclarationOutputTypeDef

ROLE = "arn:aws:iam::111122223333:role/service-role/pipeline"


def parsed(**declared: Any) -> PipelineDefinition:
    document = {"name": "shop", "version": 3, "stages": [], **declared}
    return parse_definition(cast("PipelineDeclarationOutputTypeDef", document), "us-east-1")


def stage(**declared: Any) -> dict[str, Any]:
    return {"name": "World", "actions": [], **declared}


def condition(result: str) -> dict[str, Any]:
    rule = {"name": "Rule", "ruleTypeId": {"category": "Rule", "provider": "CloudWatchAlarm"}}
    return {"result": result, "rules": [rule]}


def test_what_is_not_declared_is_codepipelines_default() -> None:
    definition = parsed()
    assert (definition.account, definition.stores) == ("", {})


def test_what_is_declared() -> None:
    assert parsed(roleArn=ROLE).account == "111122223333"


def test_one_store_is_that_of_the_pipelines_own_region() -> None:
    assert parsed(artifactStore={"type": "S3", "location": "one"}).stores == {"us-east-1": StoreDefinition("one")}


def test_a_store_for_each_region() -> None:
    key = {"id": "alias/artifacts", "type": "KMS"}
    stores = {
        "us-east-1": {"type": "S3", "location": "one"},
        "eu-west-1": {"type": "S3", "location": "two", "encryptionKey": key},
    }
    assert parsed(artifactStores=stores).stores == {
        "us-east-1": StoreDefinition("one"),
        "eu-west-1": StoreDefinition("two", "alias/artifacts"),
    }


@pytest.mark.parametrize(
    ("declared", "on_failure", "on_success_rollback"),
    [
        ({}, "", False),
        ({"onFailure": {"result": "ROLLBACK"}}, "ROLLBACK", False),
        ({"onFailure": {"result": "RETRY", "retryConfiguration": {"retryMode": "FAILED_ACTIONS"}}}, "RETRY", False),
        ({"onFailure": {"conditions": [condition("ROLLBACK")]}}, "ROLLBACK", False),
        ({"onSuccess": {"conditions": [condition("FAIL"), condition("ROLLBACK")]}}, "", True),
        ({"onSuccess": {"conditions": [condition("FAIL")]}}, "", False),
        ({"beforeEntry": {"conditions": [condition("SKIP")]}}, "", False),
    ],
)
def test_what_codepipeline_does_by_itself_after_a_stage(
    declared: dict[str, Any], on_failure: str, on_success_rollback: object
) -> None:
    (found,) = parsed(stages=[stage(**declared)]).stages
    assert (found.on_failure, found.on_success_rollback) == (on_failure, on_success_rollback)


def test_an_action_runs_in_the_account_of_its_role() -> None:
    kind = {"category": "Deploy", "owner": "AWS", "provider": "ECS", "version": "1"}
    own = {"name": "Own", "actionTypeId": kind}
    other = {"name": "Other", "actionTypeId": kind, "roleArn": ROLE.replace("111122223333", "999988887777")}
    assert [action.account for action in parsed(stages=[stage(actions=[own, other])]).actions] == ["", "999988887777"]


@pytest.mark.parametrize("text", ["", "pipeline", "arn:aws:iam::111122223333"])
def test_what_is_no_arn_names_no_account(text: str) -> None:
    assert account_of(text) == ""
