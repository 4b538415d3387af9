"""What CreatePipeline refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from local.aws_json.errors import ApiError
from local.codepipeline.definition_rules import check_definition
from tests.unit.local.codepipeline.harness import HOME, SECOND, Wire
from tests.unit.local.codepipeline.wires import action, build, ecs, git_source, invoke, pipeline

STRUCTURE = "InvalidStructureException"
STAGE = "InvalidStageDeclarationException"
ACTION = "InvalidActionDeclarationException"
STORE = {"type": "S3", "location": "store"}
LAMBDA = action("Code", "Deploy", "Lambda", {"FunctionName": "shop"})
LAMBDA_IN_V1 = pipeline([git_source()], [LAMBDA], pipelineType="V1", executionMode="SUPERSEDED")


def good() -> Wire:
    return pipeline([git_source()], [build()], [ecs(), invoke(runOrder=2)])


def test_a_good_definition_passes() -> None:
    check_definition(good(), HOME)


def test_a_good_cross_region_definition_passes() -> None:
    stores = {HOME: STORE, SECOND: STORE}
    check_definition(pipeline([git_source()], [build()], [ecs(region=SECOND)], artifactStores=stores), HOME)


def change(edit: Callable[[Wire], Any]) -> Wire:
    wire = good()
    edit(wire)
    return wire


def last(wire: Wire) -> Any:
    return wire["stages"][2]["actions"][0]


@pytest.mark.parametrize(
    ("wire", "code", "words"),
    [
        (pipeline([git_source()]), STRUCTURE, "minimum of 2 stages"),
        (change(lambda w: w["stages"].extend(dict(w["stages"][1], name=f"s{n}") for n in range(50))), STRUCTURE, "50"),
        (change(lambda w: w["stages"][1].update(name="SourceStage")), STRUCTURE, "'SourceStage' is used more"),
        (change(lambda w: w["stages"][1].update(actions=[])), STAGE, "has no actions"),
        (change(lambda w: w["stages"][0]["actions"].append(build())), STRUCTURE, "only source actions"),
        (change(lambda w: w["stages"][1]["actions"].append(git_source())), STRUCTURE, "must be in the first stage"),
        (change(lambda w: w["stages"][2]["actions"].append(ecs())), STAGE, "'Deploy' is repeated"),
        (pipeline([git_source(namespace="A")], [build(namespace="A")]), STRUCTURE, "Namespaces must be unique"),
        (change(lambda w: w.update(variables=[{"name": "a"}, {"name": "a"}])), STRUCTURE, "variable names"),
        (change(lambda w: w.update(pipelineType="V1")), STRUCTURE, "QUEUED"),
        (LAMBDA_IN_V1, ACTION, "Lambda deploy action 'Code' is only supported for pipelines of type V2"),
        (change(lambda w: w.pop("artifactStore")), STRUCTURE, "either an artifactStore or artifactStores"),
        (change(lambda w: w.update(artifactStores={HOME: STORE})), STRUCTURE, "but not both"),
        (pipeline([git_source()], [build()], artifactStores={SECOND: STORE}), STRUCTURE, "own region us-east-1"),
        (change(lambda w: last(w).update(region=SECOND)), STRUCTURE, "cross-region needs artifactStores"),
        (
            pipeline([git_source()], [build()], [ecs(region=SECOND)], artifactStores={HOME: STORE}),
            STRUCTURE,
            "missing for region eu-west-1",
        ),
        (change(lambda w: last(w).update(region="nowhere-9")), ACTION, "not available in region nowhere-9"),
        (change(lambda w: last(w)["actionTypeId"].update(provider="Nomad")), ACTION, "Provider: 'Nomad'"),
        (change(lambda w: last(w)["actionTypeId"].update(version="2")), ACTION, "Version: '2'"),
        (change(lambda w: last(w)["configuration"].pop("ServiceName")), ACTION, "missing required configuration"),
        (change(lambda w: last(w)["configuration"].update(Nope="x")), ACTION, "unknown configuration 'Nope'"),
        (change(lambda w: last(w).update(inputArtifacts=[])), ACTION, "has 0 input artifacts"),
        (change(lambda w: last(w).update(inputArtifacts=[{"name": "Nothing"}])), ACTION, "'Nothing' of action"),
        (pipeline([git_source()], [build(), ecs()]), ACTION, "is not produced before it"),
        (change(lambda w: w["stages"][1]["actions"].append(dict(build(), name="B2"))), ACTION, "'Build' is repeated"),
    ],
)
def test_refused(wire: Wire, code: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        check_definition(wire, HOME)
    assert refused.value.code == code
    assert words in refused.value.message
