"""What a card keeps of a pipeline's definition."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from crosscheck.pipelines import parse_definition
from crosscheck.releases.outline import outline

if TYPE_CHECKING:
    from mypy_boto3_codepipeline.type_defs import PipelineDeclarationOutputTypeDef

GATE = "stack-GateStage-1"


def _action(name: str, category: str, provider: str, **configuration: str) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": configuration}


def _rule(function: str, provider: str = "LambdaInvoke", parameters: str = "") -> dict[str, Any]:
    kind = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    configuration = {"FunctionName": function, "UserParameters": parameters}
    rule = {"name": "Gate", "ruleTypeId": kind, "configuration": configuration}
    return {"conditions": [{"result": "FAIL", "rules": [rule]}]}


def _gated(*stages: dict[str, Any]) -> list[str]:
    declared = {"name": "shop", "version": 3, "stages": stages}
    definition = parse_definition(cast("PipelineDeclarationOutputTypeDef", declared), "us-east-1")
    gated: list[str] = outline(definition, GATE)["gated"]
    return gated


DEPLOY = {"name": "World", "actions": [_action("To", "Deploy", "ECS")]}
NAMED = json.dumps({"stage": "World", "execution": "#{codepipeline.PipelineExecutionId}"})


@pytest.mark.parametrize("function", [GATE, f"arn:aws:lambda:us-east-1:111122223333:function:{GATE}"])
def test_an_action_gates_its_own_stage_or_the_one_before(function: str) -> None:
    verify = {"name": "Verify", "actions": [_action("Gate", "Invoke", "Lambda", FunctionName=function)]}
    assert _gated(DEPLOY, verify) == ["World"]
    assert _gated(verify, DEPLOY) == []
    assert _gated({"name": "World", "actions": [*DEPLOY["actions"], *verify["actions"]]}) == ["World"]


@pytest.mark.parametrize("member", ["beforeEntry", "onSuccess", "onFailure"])
def test_a_rule_gates_the_stage_that_it_names(member: str) -> None:
    after = {"name": "Next", "actions": [_action("Test", "Test", "CodeBuild")], member: _rule(GATE, parameters=NAMED)}
    assert _gated(DEPLOY, after) == ["World"]
    assert _gated({**DEPLOY, member: _rule(GATE, parameters=NAMED)}) == ["World"]


@pytest.mark.parametrize(
    "conditions",
    [
        _rule("another-function", parameters=NAMED),
        _rule(GATE, "CodeBuild", NAMED),
        _rule(GATE, parameters="{}"),
        _rule(GATE, parameters='{"stage": 7}'),
        _rule(GATE, parameters="[]"),
        _rule(GATE, parameters="{not json"),
        _rule(GATE, parameters="[" * 10_000),
        {"conditions": [{"result": "FAIL"}]},
        {},
    ],
)
def test_no_other_rule_gates_anything(conditions: dict[str, Any]) -> None:
    assert _gated({**DEPLOY, "onSuccess": conditions}) == []
