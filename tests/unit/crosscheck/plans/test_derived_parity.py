from __future__ import annotations

from dataclasses import replace
from typing import Any

from crosscheck.pipelines.definition import parse_definition
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.pipelines.scope import Position, Scope, scope
from crosscheck.plans.plan import CHECK_LIMIT, make_plan
from tests.fakes.codepipeline_release import action

HOME, ABROAD = "us-west-2", "us-east-1"
GIVEN = Artifact("store-home", "p/SourceOutp/1")
SOURCE = ActionRun("Source", "Source", "Succeeded", 1.0, external="v1", produced={"SourceOutput": GIVEN})
BUILD = ActionRun(
    "Build",
    "Build",
    "Succeeded",
    2.0,
    inputs={"SourceOutput": GIVEN},
    external="b1",
    produced={"BuildOutput": Artifact("store-home", "p/BuildOutpu/1")},
)
CONFIGURATION = {"ApplicationName": "a", "DeploymentGroupName": "g"}


def deploy(region: str, *inputs: str, status: str = "Succeeded") -> ActionRun:
    copies = {name: Artifact(f"store-{region}", "p/copy/1") for name in inputs}
    return ActionRun("Deploy", region, status, 3.0, CONFIGURATION, copies)


def deploying(*regions: str, names: tuple[str, ...] = ()) -> Scope:
    """The scope of a stage with an action for each of the regions, called like it."""
    actions = [
        action(name, "Deploy", "CodeDeploy", region, configuration=CONFIGURATION)
        for name, region in zip(names or regions, regions, strict=True)
    ]
    pipeline: Any = {"name": "p", "stages": [{"name": "Deploy", "actions": actions}]}
    return scope(parse_definition(pipeline, HOME), Position(), "Deploy", ())


def by_place(*runs: ActionRun) -> dict[tuple[str, str], ActionRun]:
    return {(run.stage, run.name): run for run in runs}


def kinds(*runs: ActionRun) -> list[tuple[str, str]]:
    return [(check.region, check.kind) for check in make_plan(deploying(HOME, ABROAD), by_place(*runs)).checks]


def test_what_a_region_was_given_straight_from_the_source_is_compared_with_it() -> None:
    plan = make_plan(deploying(HOME, ABROAD), by_place(SOURCE, BUILD, deploy(HOME), deploy(ABROAD, "SourceOutput")))
    _, parity = (check for check in plan.checks if check.region == ABROAD)
    assert (parity.kind, parity.run) == ("source-parity", None)
    assert parity.parameters == {
        "revision": "v1",
        "artifact": "SourceOutput",
        "bucket": f"store-{ABROAD}",
        "key": "p/copy/1",
        "source_region": HOME,
        "source_bucket": GIVEN.bucket,
        "source_key": GIVEN.key,
    }


def test_a_source_that_tells_no_revision_is_compared_as_well() -> None:
    runs = by_place(replace(SOURCE, external=""), deploy(HOME, "SourceOutput"))
    assert "revision" not in make_plan(deploying(HOME), runs).checks[-1].parameters


def test_what_was_built_has_no_source_of_that_content() -> None:
    assert "source-parity" not in dict(kinds(SOURCE, BUILD, deploy(ABROAD, "BuildOutput"))).values()


def test_without_the_sources_run_nothing_can_be_compared() -> None:
    assert kinds(deploy(ABROAD, "SourceOutput")) == [(HOME, "codedeploy"), (ABROAD, "codedeploy")]


def test_a_failed_action_was_given_something_too() -> None:
    assert (ABROAD, "source-parity") in kinds(SOURCE, deploy(ABROAD, "SourceOutput", status="Failed"))


def test_several_actions_of_a_region_that_deploy_one_artifact_need_one_check() -> None:
    one = deploy(HOME, "SourceOutput")
    twice = deploying(HOME, HOME, names=("one", "other"))
    plan = make_plan(twice, by_place(SOURCE, replace(one, name="one"), replace(one, name="other")))
    assert [check.kind for check in plan.checks] == ["codedeploy", "source-parity"]


def test_a_plan_that_fills_a_gate_is_not_refused_for_it() -> None:
    entries = [{"kind": "http", "url": f"https://example.com/{number}"} for number in range(CHECK_LIMIT - 1)]
    plan = make_plan(deploying(HOME), by_place(SOURCE, deploy(HOME, "SourceOutput")), entries)
    assert len(plan.checks) == CHECK_LIMIT
    assert plan.checks[-1].kind == "http"
