from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import PipelineDefinition, parse_definition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.pipelines.scope import Position, Scope, scope
from crosscheck.plans.plan import make_plan
from tests.fakes.codepipeline_release import SECONDARIES, SERVICE, STAGES, action

RUN = ActionRun("DeploySecondary", "Deploy-EU-West", "Succeeded", 1.0)


def pipeline(*stages: Any) -> PipelineDefinition:
    return parse_definition({"name": "p", "stages": list(stages or STAGES)}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it


def secondaries(*regions: str) -> Scope:
    return scope(pipeline(), Position("ValidateSecondary", "Validate-Secondary"), "", regions)


def runs(**changes: Any) -> dict[tuple[str, str], ActionRun]:
    names = ("Deploy-EU-West", "Deploy-AP-Southeast")
    return {("DeploySecondary", name): replace(RUN, name=name, **changes) for name in names}


def test_each_ecs_action_becomes_a_check_in_its_region() -> None:
    plan = make_plan(secondaries(), runs())
    assert sorted({check.region for check in plan.checks}) == sorted(SECONDARIES)
    [check] = (each for each in plan.checks if each.region == "eu-west-1")
    assert (check.kind, check.parameters) == ("ecs-service", {"cluster": "production-eu", "service": SERVICE})
    assert check.run == RUN
    assert not check.unsupported


def test_variables_resolved_by_codepipeline_prevail_over_the_definition() -> None:
    plan = make_plan(secondaries("eu-west-1"), runs(configuration={"ServiceName": "resolved"}))
    assert plan.checks[0].parameters == {"cluster": "default", "service": "resolved"}


def test_gaps_say_why_this_version_cannot_look() -> None:
    lambdas = {"name": "D", "actions": [action("L", "Deploy", "AppConfig", "eu-west-1")]}
    [check] = make_plan(scope(pipeline(lambdas), Position(), "D", ()), {}).checks
    assert check.unsupported == "no check for provider AppConfig in this version (action L)"
    assert (
        make_plan(secondaries("eu-west-1"), {}).checks[0].unsupported
        == "action Deploy-EU-West has not run in this execution"
    )
    abroad = make_plan(secondaries("eu-west-1"), runs(account="444455556666"), account="111122223333")
    assert "deploys to account 444455556666" in abroad.checks[0].unsupported


def test_a_check_that_is_added_goes_to_every_region_in_scope_or_to_its_own() -> None:
    entries = [
        {"kind": "ecs-service", "cluster": "c", "service": "everywhere"},
        {"kind": "ecs-service", "cluster": "c", "service": "here", "region": "eu-west-1"},
    ]
    plan = make_plan(secondaries(), runs(), entries)
    services: dict[str, list[str]] = {}
    for check in plan.checks:
        services.setdefault(check.region, []).append(check.parameters["service"])
    assert services == {"ap-southeast-1": [SERVICE, "everywhere"], "eu-west-1": [SERVICE, "everywhere", "here"]}


def test_regions_may_share_a_plan() -> None:
    entry = {"kind": "ecs-service", "cluster": "c", "service": "s", "region": "ap-southeast-1"}
    assert len(make_plan(secondaries("eu-west-1"), runs(), [entry]).checks) == 1


def test_a_derived_check_is_not_added_again() -> None:
    entry = {"kind": "ecs-service", "cluster": "production-eu", "service": SERVICE, "region": "eu-west-1"}
    [check] = make_plan(secondaries("eu-west-1"), runs(), [entry, entry]).checks
    assert check.run is not None


def test_more_checks_than_a_token_counts_are_refused() -> None:
    entries = [{"kind": "ecs-service", "cluster": "c", "service": f"s{number}"} for number in range(60)]
    with pytest.raises(ConfigurationError, match="122 checks are planned; a gate takes at most 120"):
        make_plan(secondaries(), runs(), entries)


def test_the_same_value_under_different_keys_makes_different_checks() -> None:
    url: dict[str, Any] = {"kind": "http", "url": "https://example.com/", "region": "eu-west-1"}
    entries = [{**url, "status": 200}, {**url, "latency_ms": 200}, {**url, "contains": "200"}]
    checks = make_plan(secondaries("eu-west-1"), runs(), [*entries, *entries]).checks[1:]
    expected = [("status", "200"), ("latency_ms", "200"), ("contains", "200")]
    assert [list(check.parameters.items())[1] for check in checks] == expected
    assert len({check.id for check in checks}) == 3


def test_the_order_of_the_keys_makes_no_other_check() -> None:
    one = PlannedCheck("http", "eu-west-1", {"url": "u", "status": "200"})
    other = PlannedCheck("http", "eu-west-1", {"status": "200", "url": "u"})
    assert (one.key, one.id) == (other.key, other.id)


def test_two_checks_that_share_an_id_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlannedCheck, "id", "abcdef")
    entry = {"kind": "ecs-service", "cluster": "c", "service": "s"}
    words = "ecs-service in eu-west-1 and ecs-service in eu-west-1 share the id abcdef; verify them with two gates"
    with pytest.raises(ConfigurationError, match=words):
        make_plan(secondaries("eu-west-1"), runs(), [entry])
    assert len(make_plan(secondaries("eu-west-1"), runs()).checks) == 1


def test_of_several_actions_on_one_thing_the_last_to_start_is_looked_at() -> None:
    shop = {"StackName": "shop", "ActionMode": "CREATE_UPDATE"}
    names = ("Create", "Change", "Foreign")
    actions = [action(name, "Deploy", "CloudFormation", "eu-west-1", configuration=shop) for name in names]
    at = {"Create": 10.0, "Change": 20.0, "Foreign": 30.0}
    ran = {("D", name): ActionRun("D", name, "Succeeded", began) for name, began in at.items()}
    ran["D", "Foreign"] = replace(ran["D", "Foreign"], account="444455556666")
    for order in (actions, actions[::-1]):
        stage = scope(pipeline({"name": "D", "actions": order}), Position(), "D", ())
        checks = make_plan(stage, ran, account="111122223333").checks
        assert sorted(check.deployed.name for check in checks) == ["Change", "Foreign"]
        assert {check.since for check in checks} == {20.0}


def test_where_nothing_has_begun_a_check_does_not_say_since_when() -> None:
    entry = {"kind": "ecs-service", "cluster": "c", "service": "s"}
    (added,) = make_plan(secondaries("eu-west-1"), {}, [entry]).checks[-1:]
    assert (added.run, added.since) == (None, 0.0)
