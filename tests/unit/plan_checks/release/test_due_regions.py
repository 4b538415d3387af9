from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosscheck.pipelines.definition import PipelineDefinition, parse_definition
from crosscheck.pipelines.gates import GateDefinition
from crosscheck.pipelines.parameters import Parameters
from plan_checks.release.due_regions import DueRegion, due_regions


def deploy(name: str, *regions: str) -> dict[str, Any]:
    kind = {"category": "Deploy", "owner": "AWS", "provider": "ECS", "version": "1"}
    return {
        "name": name,
        "actions": [{"name": f"To-{region}", "actionTypeId": kind, "region": region} for region in regions],
    }


def pipeline(*stages: Any) -> PipelineDefinition:
    return parse_definition({"name": "p", "stages": list(stages)}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it


CANARY = pipeline(
    {"name": "Source", "actions": []},
    deploy("First", "us-east-1"),
    {"name": "Prove", "actions": []},
    deploy("Others", "eu-west-1", "sa-east-1"),
    {"name": "ProveOthers", "actions": []},
)
FIRST = GateDefinition("Prove", "G", "First", frozenset({"us-east-1"}), Parameters())
EUROPE = GateDefinition("ProveOthers", "E", "Others", frozenset({"eu-west-1"}), Parameters())
BRAZIL = GateDefinition("ProveOthers", "B", "Others", frozenset({"sa-east-1"}), Parameters())
GATES = (FIRST, EUROPE, BRAZIL)


def judged(finished: str, *gates: GateDefinition, succeeded: bool) -> list[tuple[str, str]]:
    return [(each.stage, each.region) for each in due_regions(CANARY, gates, finished, succeeded=succeeded)]


def test_without_gates_a_stage_is_judged_when_it_has_finished() -> None:
    assert judged("First", succeeded=True) == [("First", "us-east-1")]
    assert judged("Others", succeeded=False) == [("Others", "eu-west-1"), ("Others", "sa-east-1")]


@pytest.mark.parametrize("stage", ["Source", "Prove", "ProveOthers", "Gone"])
def test_a_stage_that_neither_deploys_nor_proves_needs_no_judge(stage: str) -> None:
    assert judged(stage, succeeded=True) == []


def test_a_gate_that_is_still_to_come_has_its_turn() -> None:
    assert judged("First", *GATES, succeeded=True) == []
    assert judged("Prove", *GATES, succeeded=False) == [("First", "us-east-1")]


def test_a_gate_behind_a_stage_that_failed_never_has_its_turn() -> None:
    assert judged("Others", *GATES, succeeded=False) == [("Others", "eu-west-1"), ("Others", "sa-east-1")]


def test_a_gate_behind_a_failed_stage_that_follows_the_deployment_never_has_its_turn() -> None:
    smoke = {"name": "Smoke", "actions": []}
    definition = pipeline(deploy("First", "us-east-1"), smoke, {"name": "Prove", "actions": []})
    assert due_regions(definition, (FIRST,), "Smoke", succeeded=True) == ()
    assert due_regions(definition, (FIRST,), "Smoke", succeeded=False) == (DueRegion("First", "us-east-1", (FIRST,)),)
    assert due_regions(definition, (), "Smoke", succeeded=False) == ()


def test_a_region_that_no_gate_covers_is_judged_at_once() -> None:
    assert judged("Others", EUROPE, succeeded=True) == [("Others", "sa-east-1")]


def test_a_gate_in_the_stage_itself_has_had_its_turn() -> None:
    inside = replace(FIRST, stands="First")
    assert due_regions(CANARY, (inside,), "First", succeeded=True) == (DueRegion("First", "us-east-1", (inside,)),)


def test_a_gate_in_a_dry_run_is_no_judge() -> None:
    dry = replace(FIRST, parameters=Parameters(dry_run=True))
    (found,) = due_regions(CANARY, (dry,), "First", succeeded=True)
    assert (found.gates, found.judges) == ((dry,), ())
    assert judged("Prove", dry, succeeded=True) == []


def test_a_rollback_of_a_stage_never_gets_to_a_gate_behind_it() -> None:
    found = due_regions(CANARY, GATES, "Others", succeeded=True, alone=True)
    assert found == (DueRegion("Others", "eu-west-1", ()), DueRegion("Others", "sa-east-1", ()))


def test_a_gate_in_the_stage_itself_judges_its_rollback() -> None:
    inside = replace(FIRST, stands="First")
    assert due_regions(CANARY, (inside,), "First", succeeded=True, alone=True) == (
        DueRegion("First", "us-east-1", (inside,)),
    )
