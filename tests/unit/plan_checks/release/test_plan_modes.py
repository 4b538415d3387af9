"""What a plan allows to be done about a region that fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.verdicts import Verdict
from plan_checks.rollback_mode import Mode
from tests.fakes.codepipeline_plans import EXECUTION, GATE, declared, deploys, gates, source, stage
from tests.fakes.json_protocol import RefusedError

if TYPE_CHECKING:
    from tests.unit.plan_checks.conftest import Account

PRIMARY, EUROPE, PACIFIC = "us-east-1", "eu-west-1", "ap-southeast-1"
EARLIER = "00000000-2222-4333-8444-555555555555"
ALARM = {
    "name": "Alarm",
    "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "CloudWatchAlarm", "version": "1"},
    "configuration": {"AlarmName": "errors"},
}
AFTER = {"conditions": [{"result": "ROLLBACK", "rules": [ALARM]}]}


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"onFailure": {"result": "ROLLBACK"}}, "stage Deploy has its own onFailure ROLLBACK: left to CodePipeline"),
        ({"onFailure": {"result": "RETRY"}}, "stage Deploy has its own onFailure RETRY: left to CodePipeline"),
        (
            {"onFailure": AFTER},
            "stage Deploy has its own onFailure ROLLBACK, if its rules say so: left to CodePipeline",
        ),
        ({"onFailure": {"result": "FAIL"}}, ""),
    ],
)
def test_a_stage_that_codepipeline_takes_back_is_left_to_it(
    account: Account, condition: dict[str, object], reason: str
) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), **condition)])
    account.codepipeline.succeeded["Deploy"] = [EARLIER]
    account.codepipeline.ran("Deploy", "D", "Failed", second=10)
    (item,) = account.plan("Deploy", succeeded=False)
    assert item.left_to_codepipeline == reason


@pytest.mark.parametrize("condition", [{"onFailure": {"result": "ROLLBACK"}}, {"onSuccess": AFTER}])
def test_a_stage_in_which_nothing_has_succeeded_with_this_version_is_not_taken_back_by_codepipeline(
    account: Account, condition: dict[str, object]
) -> None:
    """As in the first release after every change of the pipeline."""
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), **condition)])
    account.codepipeline.listed.append(EARLIER)
    account.codepipeline.ran("Deploy", "D", second=10)
    (item,) = account.plan("Deploy", succeeded=False)
    assert (item.mode, item.left_to_codepipeline) == ("auto", "")


def test_a_stage_is_not_taken_back_by_codepipeline_once_the_pipeline_has_changed(account: Account) -> None:
    """What had succeeded before the change is no version to go back to any more, whichever one failed."""
    back = stage("Deploy", deploys("D", EUROPE), onFailure={"result": "ROLLBACK"})
    account.codepipeline.define([source(), back])
    account.codepipeline.succeeded["Deploy"] = [EARLIER]
    account.codepipeline.ran("Deploy", "D", "Failed", second=10)
    account.codepipeline.define([source(), back], version=4)
    (item,) = account.plan("Deploy", succeeded=False)
    assert not item.left_to_codepipeline


def test_a_stage_of_which_crosscheck_may_not_know_what_it_goes_back_to_is_left_to_codepipeline(
    account: Account,
) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), onFailure={"result": "ROLLBACK"})])
    account.codepipeline.ran("Deploy", "D", "Failed", second=10)
    account.codepipeline.refuse("ListPipelineExecutions", RefusedError("AccessDeniedException"))
    (item,) = account.plan("Deploy", succeeded=False)
    assert item.left_to_codepipeline == "stage Deploy has its own onFailure ROLLBACK: left to CodePipeline"


def test_what_a_stage_goes_back_to_is_asked_again_where_codepipeline_does_not_answer(account: Account) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), onFailure={"result": "ROLLBACK"})])
    account.codepipeline.ran("Deploy", "D", "Failed", second=10)
    account.codepipeline.refuse("ListPipelineExecutions", RefusedError("ThrottlingException"))
    with pytest.raises(ClientError):
        account.plan("Deploy", succeeded=False)


@pytest.mark.parametrize(
    ("condition", "succeeded"),
    [({}, False), ({"onFailure": {"result": "RETRY"}}, False), ({"onFailure": {"result": "ROLLBACK"}}, True)],
)
def test_what_a_stage_goes_back_to_is_asked_only_where_it_is_to_go_back(
    account: Account, condition: dict[str, object], succeeded: bool
) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), **condition)])
    account.codepipeline.ran("Deploy", "D", second=10)
    assert account.plan("Deploy", succeeded=succeeded)
    assert account.codepipeline.called("ListPipelineExecutions") == []


@pytest.mark.parametrize(
    ("test", "reason"),
    [("Succeeded", "a condition of stage Deploy rolls it back: left to CodePipeline"), ("Failed", "")],
)
def test_a_condition_of_a_stages_success_takes_nothing_back_where_one_of_its_actions_failed(
    account: Account, test: str, reason: str
) -> None:
    smoke = declared("Smoke", "Test", "CodeBuild")
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), smoke, onSuccess=AFTER)])
    account.codepipeline.succeeded["Deploy"] = [EARLIER]
    account.codepipeline.ran("Deploy", "D", second=10)
    account.codepipeline.ran("Deploy", "Smoke", test, second=60)
    (item,) = account.plan("Deploy", succeeded=False)
    assert (item.mode, item.left_to_codepipeline) == ("auto", reason)


def test_a_stage_that_codepipeline_has_retried_by_itself_is_left_no_longer(account: Account) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), onFailure={"result": "RETRY"})])
    account.codepipeline.ran("Deploy", "D", "Failed", second=10)
    account.codepipeline.retried["Deploy"] = 1
    (item,) = account.plan("Deploy", succeeded=False)
    assert not item.left_to_codepipeline


def test_a_stage_that_succeeded_makes_codepipeline_take_nothing_back(account: Account) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), onFailure={"result": "ROLLBACK"})])
    account.codepipeline.ran("Deploy", "D", second=10)
    (item,) = account.plan("Deploy")
    assert not item.left_to_codepipeline


def test_a_rollback_is_verified_and_never_taken_back(secondaries: Account) -> None:
    secondaries.codepipeline.kinds[EXECUTION] = "ROLLBACK"
    assert {item.mode for item in secondaries.plan("DeploySecondary", succeeded=False)} == {"off"}


def test_f11_a_stage_that_finished_long_ago_is_not_taken_back_by_itself(secondaries: Account) -> None:
    secondaries.now += 7_200
    assert {item.mode for item in secondaries.plan("DeploySecondary", succeeded=False)} == {"suggest"}


@pytest.mark.parametrize(
    ("ceiling", "tag", "mode"), [(Mode.AUTO, "Off", "off"), (Mode.SUGGEST, "auto", "auto"), (Mode.OFF, "auto", "off")]
)
def test_the_tag_prevails_below_the_ceiling(secondaries: Account, ceiling: Mode, tag: str, mode: str) -> None:
    secondaries.set_mode(ceiling)
    secondaries.tag(rollback=tag)
    assert {item.mode for item in secondaries.plan("DeploySecondary", succeeded=False)} == {mode}


def test_where_all_gates_are_in_a_dry_run_nothing_is_taken_back(canary: Account) -> None:
    dry = gates("A", '{"dry_run": true}')
    canary.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE)), stage("Validate", dry)])
    canary.codepipeline.ran("Deploy", "D", second=10)
    (item,) = canary.plan("Deploy")
    assert (item.gate_verdict, item.mode) == ("", "off")


@pytest.mark.parametrize(
    ("ceiling", "tag", "mode"),
    [(Mode.SUGGEST, "auto", "suggest"), (Mode.AUTO, "suggest", "suggest"), (Mode.AUTO, "", "auto")],
)
def test_a_tag_lifts_nothing_where_plans_may_not_roll_back(
    secondaries: Account, ceiling: Mode, tag: str, mode: str
) -> None:
    secondaries.forbid_lifts()
    secondaries.set_mode(ceiling)
    secondaries.tag(rollback=tag)
    assert {item.mode for item in secondaries.plan("DeploySecondary", succeeded=False)} == {mode}


@pytest.mark.parametrize(
    ("plan", "mode"),
    [
        ({"rollback": "auto", "checks": [{"kind": "http", "url": "https://attacker.example/"}]}, "suggest"),
        ({"deadline_minutes": 0}, "suggest"),
        ({"soak_minutes": 5, "failure_limit": 2, "deadline_minutes": 60}, "auto"),
        ({"rollback": "off", "checks": [{"kind": "http", "url": "https://attacker.example/"}]}, "off"),
    ],
)
def test_whoever_may_write_a_plan_rolls_nothing_back_where_plans_may_not(
    secondaries: Account, plan: dict[str, object], mode: str
) -> None:
    secondaries.publish(json.dumps(plan))
    assert "auto" in {item.mode for item in secondaries.plan("DeploySecondary", succeeded=False)} or mode == "off"
    secondaries.forbid_lifts()
    assert {item.mode for item in secondaries.plan("DeploySecondary", succeeded=False)} == {mode}


def test_a_gate_lifts_nothing_where_plans_may_not_roll_back(canary: Account) -> None:
    canary.forbid_lifts()
    canary.set_mode(Mode.SUGGEST)
    canary.codepipeline.define(
        [source(), stage("Deploy", deploys("D", EUROPE)), stage("Validate", gates("A", '{"rollback": "auto"}'))]
    )
    canary.codepipeline.ran("Deploy", "D", "Failed", second=10)
    (item,) = canary.plan("Deploy", succeeded=False)
    assert item.mode == "suggest"


@pytest.mark.parametrize(
    "told",
    [
        {"checks": [{"kind": "http", "url": "https://attacker.example/#{variables.path}"}]},
        {"plan": "#{variables.plan}"},
        {"deadline_minutes": "#{variables.minutes}"},
    ],
)
@pytest.mark.parametrize(("lifts", "mode"), [(True, "auto"), (False, "suggest")])
def test_what_a_rule_leaves_to_a_variable_rolls_nothing_back_where_plans_may_not(
    account: Account, told: dict[str, object], mode: str, *, lifts: bool
) -> None:
    """CodePipeline tells the value to the gate that fails the region, and to nobody else."""
    parameters = json.dumps({"stage": "Deploy", "rollback": "auto", **told})
    rule = {
        "name": "Look",
        "ruleTypeId": {"category": "Rule", "provider": "LambdaInvoke"},
        "configuration": {"FunctionName": GATE, "UserParameters": parameters},
    }
    after = {"conditions": [{"result": "FAIL", "rules": [rule]}]}
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE), onSuccess=after)])
    account.codepipeline.ran("Deploy", "D", second=10)
    account.gate_said("Deploy", EUROPE, Verdict.FAIL, judge="Deploy/rule Look")
    if not lifts:
        account.forbid_lifts()
    (item,) = account.plan("Deploy", succeeded=False)
    assert (item.gate_verdict, item.mode) == ("FAIL", mode)
