from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from crosscheck.pipelines.definition import PipelineDefinition, parse_definition
from crosscheck.pipelines.gates import find_gates, invokes
from crosscheck.pipelines.parameters import Parameters, parse_parameters

GATE = "crosscheck-GateStage"


def action(name: str, provider: str, region: str = "", category: str = "Deploy", **more: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, **({"region": region} if region else {}), **more}


def gate(name: str, parameters: str = "", **more: Any) -> dict[str, Any]:
    configuration = {"FunctionName": GATE, "UserParameters": parameters}
    return action(name, "Lambda", category="Invoke", configuration=configuration, **more)


def pipeline(*stages: dict[str, Any]) -> PipelineDefinition:
    return parse_definition({"name": "p", "stages": list(stages)}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it


FIRST = {"name": "First", "actions": [action("A", "ECS", "us-east-1")]}
SECOND = {"name": "Second", "actions": [action("B", "ECS", "eu-west-1"), action("C", "ECS", "sa-east-1")]}


def no_plan() -> Any:
    raise AssertionError("no plan is named, so none is read")


read = partial(parse_parameters, ssm=no_plan)


def test_a_gate_verifies_the_nearest_stage_that_deploys() -> None:
    definition = pipeline(FIRST, {"name": "Prove", "actions": [gate("G")]}, SECOND)
    [found] = find_gates(definition, GATE, {}, read)
    assert (found.stands, found.name, found.stage, found.regions) == ("Prove", "G", "First", frozenset({"us-east-1"}))


def test_a_gate_within_the_stage_and_one_that_names_stage_and_regions() -> None:
    inner = {**SECOND, "actions": [*SECOND["actions"], gate("Inner", runOrder=2)]}
    named = gate("Named", json.dumps({"stage": "Second", "regions": ["sa-east-1"], "rollback": "auto"}))
    found = find_gates(pipeline(FIRST, inner, {"name": "Later", "actions": [named]}), GATE, {}, read)
    assert [(gate.stands, gate.stage, sorted(gate.regions)) for gate in found] == [
        ("Second", "Second", ["eu-west-1", "sa-east-1"]),
        ("Later", "Second", ["sa-east-1"]),
    ]
    assert found[1].parameters.rollback == "auto"


def test_what_a_gate_was_told_when_it_ran_prevails_over_the_definition() -> None:
    definition = pipeline(SECOND, {"name": "Prove", "actions": [gate("G", '{"regions": "#{variables.where}"}')]})
    [unresolved] = find_gates(definition, GATE, {}, read)
    assert unresolved.parameters == Parameters()
    [resolved] = find_gates(definition, GATE, {("Prove", "G"): '{"regions": "eu-west-1"}'}, read)
    assert resolved.regions == {"eu-west-1"}


def test_a_rule_is_a_gate_of_the_stage_that_it_names() -> None:
    kind = {"category": "Rule", "owner": "AWS", "provider": "LambdaInvoke", "version": "1"}
    configuration = {"FunctionName": GATE, "UserParameters": '{"stage": "First"}'}
    rules = [{"name": "R", "ruleTypeId": kind, "configuration": configuration}]
    conditions = {"conditions": [{"result": "FAIL", "rules": rules}]}
    [found] = find_gates(pipeline(FIRST, {**SECOND, "beforeEntry": conditions}), GATE, {}, read)
    assert (found.stands, found.stage) == ("Second", "First")


def test_other_functions_and_gates_with_nothing_to_verify_are_none() -> None:
    other = action("X", "Lambda", category="Invoke", configuration={"FunctionName": "notify"})
    definition = pipeline({"name": "Early", "actions": [gate("Nothing yet")]}, FIRST, {"name": "L", "actions": [other]})
    assert find_gates(definition, GATE, {}, read) == ()


@pytest.mark.parametrize("text", ['{"rollback": "off", "soak_minute": 5}', "not JSON", '{"dry_run": "yes"}'])
def test_f19_a_gate_that_cannot_be_read_never_lets_anything_be_taken_back(text: str) -> None:
    [found] = find_gates(pipeline(FIRST, {"name": "Prove", "actions": [gate("G", text)]}), GATE, {}, read)
    assert found.parameters.rollback == "suggest"


@pytest.mark.parametrize("key", ["dry_run", "plan", "rollback"])
def test_what_may_forbid_a_rollback_and_is_not_known_yet_forbids_it(key: str) -> None:
    text = json.dumps({key: "#{variables.careful}", "soak_minutes": 2})
    [found] = find_gates(pipeline(FIRST, {"name": "Prove", "actions": [gate("G", text)]}), GATE, {}, read)
    assert found.parameters == Parameters(soak_minutes=2.0, rollback="suggest")


@pytest.mark.parametrize(
    ("name", "named"),
    [
        (GATE, True),
        (f"{GATE}:live", True),
        (f"arn:aws:lambda:us-east-1:111122223333:function:{GATE}", True),
        (f"arn:aws:lambda:us-east-1:111122223333:function:{GATE}:live", True),
        (f"mine:{GATE}", False),
        (f"arn:aws:lambda:us-east-1:111122223333:function:mine:{GATE}", False),
        (f"arn:aws:lambda:us-east-1:111122223333:layer:{GATE}", False),
        ("", False),
    ],
)
def test_an_alias_that_is_called_like_the_gate_is_no_gate(name: str, *, named: bool) -> None:
    assert invokes({"FunctionName": name}, GATE) is named
