from __future__ import annotations

from typing import Any

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import PipelineDefinition, parse_definition
from crosscheck.pipelines.scope import Position, Scope, scope
from tests.fakes.codepipeline_release import STAGES, deploy, gate


def pipeline(*stages: Any) -> PipelineDefinition:
    return parse_definition({"name": "p", "stages": list(stages or STAGES)}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it


def secondaries(*regions: str) -> Scope:
    return scope(pipeline(), Position("ValidateSecondary", "Validate-Secondary"), "", regions)


def test_the_default_is_the_nearest_stage_before_that_deploys() -> None:
    assert secondaries().stage == "DeploySecondary"
    assert scope(pipeline(), Position("ValidatePrimary", "Validate-US-East"), "", ()).stage == "DeployPrimary"


def test_the_default_is_the_own_stage_where_it_deploys_before_the_gate() -> None:
    own = {
        "name": "Both",
        "actions": [deploy("A", "eu-west-1"), gate("G", 2), {**deploy("B", "us-east-1"), "runOrder": 3}],
    }
    found = scope(pipeline(STAGES[2], own), Position("Both", "G"), "", ())
    assert (found.stage, found.regions) == ("Both", ("eu-west-1",))


def test_a_gate_beside_its_deploy_actions_looks_at_the_stage_before() -> None:
    own = {"name": "Both", "actions": [deploy("A", "eu-west-1"), gate("G", 1)]}
    assert scope(pipeline(STAGES[2], own), Position("Both", "G"), "", ()).stage == "DeployPrimary"


@pytest.mark.parametrize(
    ("position", "stage", "words"),
    [
        (Position("Source", "Source"), "", "neither stage Source nor any stage before it has a deploy action"),
        (Position(), "", "stage: say which stage to verify"),
        (Position("ValidatePrimary", "G"), "Build", "stage Build has no deploy action"),
        (Position("ValidatePrimary", "G"), "Nowhere", "has no stage 'Nowhere'; its stages are: Source, Build"),
    ],
)
def test_a_stage_without_anything_to_verify_is_said_in_words(position: Position, stage: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        scope(pipeline(), position, stage, ())


def test_regions_narrow_the_scope() -> None:
    assert secondaries("eu-west-1").regions == ("eu-west-1",)


def test_a_strange_region_is_named_with_the_known_ones() -> None:
    with pytest.raises(
        ConfigurationError, match="does not deploy to us-east-1; it deploys to ap-southeast-1, eu-west-1"
    ):
        secondaries("us-east-1", "eu-west-1")


def test_an_action_of_an_earlier_stage_that_is_called_like_the_gate_is_not_the_gate() -> None:
    earlier = {"name": "First", "actions": [{**deploy("A", "eu-west-1"), "runOrder": 2}, gate("G", 1)]}
    found = scope(
        pipeline(STAGES[2], earlier, {"name": "Prove", "actions": [gate("G")]}), Position("Prove", "G"), "", ()
    )
    assert (found.stage, found.regions) == ("First", ("eu-west-1",))
