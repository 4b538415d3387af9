"""What a card keeps of a pipeline's definition."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from crosscheck.pipelines.definition import parse_definition
from update_card.outline import outline

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


def _gates(*stages: dict[str, Any]) -> dict[str, list[str]]:
    declared = {"name": "shop", "version": 3, "stages": stages}
    definition = parse_definition(cast("PipelineDeclarationOutputTypeDef", declared), "us-east-1")
    kept = outline(definition, GATE).to_fact(0.0).latest
    gates: dict[str, list[str]] = kept["gates"]
    assert kept["gated"] == sorted(gates)
    return gates


def _gate(function: str = GATE, run_order: int = 1, **parameters: str) -> dict[str, Any]:
    action = _action("Gate", "Invoke", "Lambda", FunctionName=function, UserParameters=json.dumps(parameters))
    return {**action, "runOrder": run_order}


DEPLOY = {"name": "World", "actions": [_action("To", "Deploy", "ECS")]}
NAMED = json.dumps({"stage": "World", "execution": "#{codepipeline.PipelineExecutionId}"})


@pytest.mark.parametrize("function", [GATE, f"arn:aws:lambda:us-east-1:111122223333:function:{GATE}"])
def test_an_action_gates_its_own_stage_or_the_one_before(function: str) -> None:
    verify = {"name": "Verify", "actions": [_gate(function)]}
    assert _gates(DEPLOY, verify) == {"World": ["Verify"]}
    assert _gates(verify, DEPLOY) == {}
    assert _gates({"name": "World", "actions": [*DEPLOY["actions"], _gate(function, 2)]}) == {"World": ["World"]}


def test_a_gate_before_the_deployments_of_its_own_stage_verifies_the_one_before() -> None:
    second = {"name": "Second", "actions": [_gate(), {**_action("To", "Deploy", "ECS"), "runOrder": 2}]}
    assert _gates(DEPLOY, second) == {"World": ["Second"]}


def test_an_action_may_name_the_stage_that_it_gates() -> None:
    other = {"name": "Other", "actions": [_action("To", "Deploy", "ECS")]}
    assert _gates(DEPLOY, other, {"name": "Verify", "actions": [_gate(stage="World")]}) == {"World": ["Verify"]}
    assert _gates(DEPLOY, {"name": "Verify", "actions": [_gate(stage="Nowhere")]}) == {}


def test_every_stage_that_holds_a_gate_is_listed_once() -> None:
    late = {"name": "Late", "actions": [_gate(), {**_gate(), "name": "Again"}]}
    early = {"name": "Early", "actions": [_gate()], "beforeEntry": _rule(GATE, parameters=NAMED)}
    assert _gates(DEPLOY, late, early) == {"World": ["Early", "Late"]}


@pytest.mark.parametrize("member", ["beforeEntry", "onSuccess", "onFailure"])
def test_a_rule_gates_the_stage_that_it_names(member: str) -> None:
    after = {"name": "Next", "actions": [_action("Test", "Test", "CodeBuild")], member: _rule(GATE, parameters=NAMED)}
    assert _gates(DEPLOY, after) == {"World": ["Next"]}
    assert _gates({**DEPLOY, member: _rule(GATE, parameters=NAMED)}) == {"World": ["World"]}


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
    assert _gates({**DEPLOY, "onSuccess": conditions}) == {}
