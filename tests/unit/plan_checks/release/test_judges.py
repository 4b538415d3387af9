"""Who judges what a stage deploys to a region, as far as the definition tells it."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from crosscheck.clients import Clients
from crosscheck.pipelines.definition import parse_definition
from crosscheck.pipelines.parameters import Tags
from crosscheck.pipelines.pipeline import Pipeline
from plan_checks.release.due_regions import judges_of
from plan_checks.release.read import Execution, read_gates

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


def _judges(*stages: dict[str, Any], alone: bool = False) -> dict[str, tuple[str, ...]]:
    declared = {"name": "shop", "version": 3, "stages": stages}
    definition = parse_definition(cast("PipelineDeclarationOutputTypeDef", declared), "us-east-1")
    pipeline = Pipeline(definition, Tags(), "111122223333")
    gates = read_gates(Clients(), pipeline, Execution({}, is_rollback=alone), GATE)
    judges = judges_of(definition, gates, alone=alone)
    return {judge.stage: judge.gates for judge in judges if judge.gates}


def _gate(function: str = GATE, run_order: int = 1, **parameters: str) -> dict[str, Any]:
    action = _action("Gate", "Invoke", "Lambda", FunctionName=function, UserParameters=json.dumps(parameters))
    return {**action, "runOrder": run_order}


DEPLOY = {"name": "World", "actions": [_action("To", "Deploy", "ECS")]}
NAMED = json.dumps({"stage": "World", "execution": "#{codepipeline.PipelineExecutionId}"})


@pytest.mark.parametrize("function", [GATE, f"arn:aws:lambda:us-east-1:111122223333:function:{GATE}"])
def test_an_action_gates_its_own_stage_or_the_one_before(function: str) -> None:
    verify = {"name": "Verify", "actions": [_gate(function)]}
    assert _judges(DEPLOY, verify) == {"World": ("Verify/Gate",)}
    assert _judges(verify, DEPLOY) == {}
    assert _judges({"name": "World", "actions": [*DEPLOY["actions"], _gate(function, 2)]}) == {"World": ("World/Gate",)}


def test_a_gate_before_the_deployments_of_its_own_stage_verifies_the_one_before() -> None:
    second = {"name": "Second", "actions": [_gate(), {**_action("To", "Deploy", "ECS"), "runOrder": 2}]}
    assert _judges(DEPLOY, second) == {"World": ("Second/Gate",)}


def test_an_action_may_name_the_stage_that_it_judges() -> None:
    other = {"name": "Other", "actions": [_action("To", "Deploy", "ECS")]}
    assert _judges(DEPLOY, other, {"name": "Verify", "actions": [_gate(stage="World")]}) == {"World": ("Verify/Gate",)}
    assert _judges(DEPLOY, {"name": "Verify", "actions": [_gate(stage="Nowhere")]}) == {}


def test_every_gate_is_named_by_the_stage_that_holds_it() -> None:
    late = {"name": "Late", "actions": [_gate(), {**_gate(), "name": "Again"}]}
    early = {"name": "Early", "actions": [_gate()], "beforeEntry": _rule(GATE, parameters=NAMED)}
    assert _judges(DEPLOY, late, early) == {"World": ("Early/Gate", "Early/rule Gate", "Late/Again", "Late/Gate")}


@pytest.mark.parametrize("member", ["beforeEntry", "onSuccess", "onFailure"])
def test_a_rule_gates_the_stage_that_it_names(member: str) -> None:
    after = {"name": "Next", "actions": [_action("Test", "Test", "CodeBuild")], member: _rule(GATE, parameters=NAMED)}
    assert _judges(DEPLOY, after) == {"World": ("Next/rule Gate",)}
    assert _judges({**DEPLOY, member: _rule(GATE, parameters=NAMED)}) == {"World": ("World/rule Gate",)}


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
    assert _judges({**DEPLOY, "onSuccess": conditions}) == {}


def test_a_gate_in_a_dry_run_judges_nothing() -> None:
    dry = _action("Gate", "Invoke", "Lambda", FunctionName=GATE, UserParameters='{"dry_run": true}')
    assert _judges(DEPLOY, {"name": "Verify", "actions": [dry]}) == {}


def test_a_rollback_never_gets_to_a_gate_in_another_stage() -> None:
    verify = {"name": "Verify", "actions": [_gate()]}
    assert _judges(DEPLOY, verify, alone=True) == {}
    inside = {"name": "World", "actions": [*DEPLOY["actions"], _gate(run_order=2)]}
    assert _judges(inside, verify, alone=True) == {"World": ("World/Gate",)}
