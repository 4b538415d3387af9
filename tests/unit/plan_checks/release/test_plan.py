from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.execution_facts import ActionState, ReportedRun
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState, State
from crosscheck.verification.engine import Limits
from crosscheck.verification.item import Purpose
from plan_checks.release.plan import IGNORED, ReleasePlanning
from plan_checks.release.plan_inputs import FinishedStage
from plan_checks.rollback_mode import Mode
from tests.fakes.codepipeline_plans import GATE, STARTED, declared, deploys, gates, source, stage
from tests.fakes.json_protocol import RefusedError
from tests.unit.plan_checks.conftest import FINISHED, SUBJECT

if TYPE_CHECKING:
    from tests.unit.plan_checks.conftest import Account

PRIMARY, EUROPE, PACIFIC = "us-east-1", "eu-west-1", "ap-southeast-1"


@pytest.mark.parametrize(("mode", "attempt"), [(Mode.AUTO, 2), (Mode.SUGGEST, 0), (Mode.OFF, 0)])
def test_the_ledger_knows_whether_what_a_gate_failed_is_taken_back_by_itself(
    canary: Account, mode: Mode, attempt: int
) -> None:
    canary.set_mode(mode)
    canary.gate_said("DeployPrimary", PRIMARY, Verdict.FAIL)
    canary.codepipeline.ran("ValidatePrimary", "Validate-US-East", "Failed", second=30)
    canary.plan("ValidatePrimary", succeeded=False, attempt=2)
    judge = KnownFacts(canary.ledger.read(SUBJECT)).judges.get(("DeployPrimary", PRIMARY))
    assert (judge.takes_back_attempt if judge else 0) == attempt
    assert judge is None or judge.gates == ("ValidatePrimary/Validate-US-East",)
    assert bool(canary.cards.told) is bool(attempt)


def test_of_a_stage_that_neither_deploys_nor_proves_nothing_more_is_asked(canary: Account) -> None:
    assert canary.plan("Source") == []
    asked = {operation for operation, _ in canary.codepipeline.calls}
    assert asked == {"GetPipeline", "ListTagsForResource"}


def test_a_stage_in_between_that_fails_takes_the_turn_of_the_gate_behind_it(account: Account) -> None:
    account.codepipeline.define(
        [
            source(),
            stage("Deploy", deploys("D", EUROPE)),
            stage("Smoke", declared("S", "Test", "CodeBuild")),
            stage("Prove", gates("G")),
        ]
    )
    account.codepipeline.ran("Deploy", "D", second=10)
    assert account.plan("Smoke") == []
    (item,) = account.plan("Smoke", succeeded=False)
    assert (item.stage, item.region, item.gate_verdict) == ("Deploy", EUROPE, "")


def test_a_gate_that_is_to_come_has_its_turn(canary: Account) -> None:
    assert canary.plan("DeployPrimary") == []


def test_what_the_gate_failed_is_judged_with_the_check_that_leads_back(canary: Account) -> None:
    canary.gate_said("DeployPrimary", PRIMARY, Verdict.FAIL)
    canary.codepipeline.ran("ValidatePrimary", "Validate-US-East", "Failed", second=30)
    (item,) = canary.plan("ValidatePrimary", succeeded=False, attempt=2)
    assert (item.purpose, item.stage, item.region) == (Purpose.STAGE, "DeployPrimary", PRIMARY)
    assert (item.gate_verdict, item.mode, item.attempt, item.left_to_codepipeline) == ("FAIL", "auto", 2, "")
    (check,) = item.checks
    assert (check.kind, check.parameters) == ("ecs-service", {"cluster": "production-us", "service": "my-service"})
    assert check.run
    assert (check.run.name, check.run.started) == ("Deploy-US-East", STARTED.timestamp() + 10)
    assert check.run.inputs["BuildOutput"].key == "b/x"


def test_f65_a_failure_that_no_gate_of_the_definition_told_is_not_acted_upon(canary: Account) -> None:
    for foreign in ("Foreign/Gate", "gate", "ValidatePrimary/rule Gate"):
        canary.gate_said("DeployPrimary", PRIMARY, Verdict.FAIL, judge=foreign)
    (item,) = canary.plan("ValidatePrimary")
    assert item.gate_verdict == ""
    canary.gate_said("DeployPrimary", PRIMARY, Verdict.PASS)
    assert canary.plan("ValidatePrimary") == []


def test_the_fan_out_takes_over_from_a_gate_until_a_retry_gives_it_a_turn(canary: Account) -> None:
    gate = ("ValidatePrimary/Validate-US-East",)

    def judges() -> tuple[str, ...]:
        canary.now += 60
        return KnownFacts(canary.ledger.read(SUBJECT)).judges["DeployPrimary", PRIMARY].gates

    canary.plan("DeployPrimary")
    assert judges() == gate
    canary.plan("DeployPrimary", succeeded=False)
    assert judges() == ()
    canary.plan("DeployPrimary", attempt=2)
    assert judges() == gate
    canary.gate_said("DeployPrimary", PRIMARY, Verdict.FAIL)
    canary.plan("ValidatePrimary", succeeded=False)
    assert judges() == gate
    canary.gate_said("DeployPrimary", PRIMARY, Verdict.PENDING, final=False, second=90)
    canary.codepipeline.ran("ValidatePrimary", "Validate-US-East", "Failed", second=80)
    canary.plan("ValidatePrimary", succeeded=False)
    assert judges() == ()


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.INCONCLUSIVE])
def test_what_the_gate_does_not_hold_against_the_region_needs_nothing_more(canary: Account, verdict: Verdict) -> None:
    canary.gate_said("DeployPrimary", PRIMARY, verdict)
    assert canary.plan("ValidatePrimary") == []


@pytest.mark.parametrize("given", [{}, {"final": False}, {"second": 5}])
def test_without_a_last_word_of_the_gate_on_this_run_the_region_is_looked_at(
    canary: Account, given: dict[str, int]
) -> None:
    if given:
        canary.gate_said("DeployPrimary", PRIMARY, Verdict.FAIL, **given)  # type: ignore[arg-type]  # by name
    (item,) = canary.plan("ValidatePrimary", succeeded=False)
    assert (item.region, item.gate_verdict) == (PRIMARY, "")


def test_a_failed_stage_is_looked_at_in_every_region_that_it_reached(secondaries: Account) -> None:
    items = {item.region: item for item in secondaries.plan("DeploySecondary", succeeded=False)}
    assert list(items) == [PACIFIC, EUROPE]
    assert {item.deployed_regions for item in items.values()} == {(PACIFIC, EUROPE)}
    good, bad = items[EUROPE].checks[0].run, items[PACIFIC].checks[0].run
    assert good
    assert bad
    assert (good.status, good.external) == ("Succeeded", "ecs-svc/1")
    assert (bad.status, bad.error) == ("Failed", "JobFailed")


def test_a_region_whose_action_never_ran_is_left_out(canary: Account) -> None:
    canary.codepipeline.ran("DeploySecondary", "Deploy-AP", "Failed", second=101)
    (item,) = canary.plan("DeploySecondary", succeeded=False)
    assert (item.region, item.deployed_regions) == (PACIFIC, (PACIFIC,))


def test_actions_after_the_one_that_failed_are_left_out(account: Account) -> None:
    first, second = deploys("First", EUROPE), deploys("Second", EUROPE, "S3", BucketName="b", ObjectKey="k")
    account.codepipeline.define([source(), stage("Deploy", first, second)])
    account.codepipeline.ran("Deploy", "First", "Failed", second=10)
    (item,) = account.plan("Deploy", succeeded=False)
    assert [check.kind for check in item.checks] == ["ecs-service"]


def test_a_gate_that_owes_its_word_leaves_the_region_to_the_fan_out_beside_one_that_passed_it(account: Account) -> None:
    """It crashed, did not answer in CodePipeline's 20 minutes, or could not read the pipeline any more."""
    account.codepipeline.define(
        [source(), stage("Deploy", deploys("D", EUROPE)), stage("Prove", gates("Quick"), gates("Soak"))]
    )
    account.codepipeline.ran("Deploy", "D", second=10)
    account.codepipeline.ran("Prove", "Quick", second=50)
    account.codepipeline.ran("Prove", "Soak", "Failed", second=50, error="JobFailed")
    account.gate_said("Deploy", EUROPE, Verdict.PASS, second=60, judge="Prove/Quick")
    account.gate_said("Deploy", EUROPE, Verdict.PENDING, final=False, second=61, judge="Prove/Soak")
    (item,) = account.plan("Prove", succeeded=False)
    assert (item.region, item.gate_verdict) == (EUROPE, "")


@pytest.mark.parametrize(("succeeded", "planned"), [(True, []), (False, [EUROPE])])
def test_a_gate_whose_turn_is_yet_to_come_owes_nothing_and_one_that_lost_it_does(
    account: Account, succeeded: bool, planned: list[str]
) -> None:
    first, test = gates("First"), declared("Test", "Test", "CodeBuild")
    account.codepipeline.define(
        [
            source(),
            stage("Deploy", deploys("D", EUROPE)),
            stage("Prove", first, test),
            stage("Soak", gates("Second")),
        ]
    )
    account.codepipeline.ran("Deploy", "D", second=10)
    account.codepipeline.ran("Prove", "First", second=50)
    account.gate_said("Deploy", EUROPE, Verdict.PASS, second=60, judge="Prove/First")
    assert [item.region for item in account.plan("Prove", succeeded=succeeded)] == planned


def test_a_gate_that_only_speaks_where_its_stage_fails_owes_no_word_where_it_succeeded(account: Account) -> None:
    rule = {
        "name": "Look",
        "ruleTypeId": {"category": "Rule", "provider": "LambdaInvoke"},
        "configuration": {"FunctionName": GATE, "UserParameters": json.dumps({"stage": "Deploy"})},
    }
    failed = {"conditions": [{"result": "ROLLBACK", "rules": [rule]}]}
    deploy = stage("Deploy", deploys("D", EUROPE), gates("Soak", runOrder=2), onFailure=failed)
    account.codepipeline.define([source(), deploy])
    account.codepipeline.ran("Deploy", "D", second=10)
    account.codepipeline.ran("Deploy", "Soak", second=50)
    account.gate_said("Deploy", EUROPE, Verdict.PASS, second=60, judge="Deploy/Soak")
    assert account.plan("Deploy") == []


def test_the_latest_run_of_an_action_counts(secondaries: Account) -> None:
    secondaries.codepipeline.ran("DeploySecondary", "Deploy-AP", second=400)
    items = {item.region: item for item in secondaries.plan("DeploySecondary", succeeded=False, attempt=2)}
    run = items[PACIFIC].checks[0].run
    assert run
    assert (run.status, run.started) == ("Succeeded", STARTED.timestamp() + 400)


@pytest.mark.parametrize(
    ("state", "attempt", "planned"),
    [
        (RollbackState.DONE, 2, [PACIFIC]),
        (RollbackState.RUNNING, 2, [PACIFIC]),
        (RollbackState.BACK, 2, [PACIFIC, EUROPE]),
        (RollbackState.FAILED, 2, [PACIFIC]),
        (RollbackState.SUGGESTED, 2, [PACIFIC, EUROPE]),
        (RollbackState.LEFT, 2, [PACIFIC, EUROPE]),
        (RollbackState.MOVED_ON, 2, [PACIFIC, EUROPE]),
        (RollbackState.DONE, 1, [PACIFIC, EUROPE]),
    ],
)
def test_what_a_rollback_replaced_is_not_judged_again_after_a_retry_of_other_actions(
    secondaries: Account, state: RollbackState, attempt: int, planned: list[str]
) -> None:
    back = RollbackProgress("DeploySecondary", EUROPE, 1, state, "2 of 2 tasks run", STARTED.timestamp() + 300)
    secondaries.ledger.merge(SUBJECT, back.to_fact())
    items = secondaries.plan("DeploySecondary", succeeded=False, attempt=attempt)
    assert [item.region for item in items] == planned


def test_a_region_in_which_nothing_could_be_begun_is_judged_again_after_a_retry_of_other_actions(
    secondaries: Account,
) -> None:
    now = STARTED.timestamp() + 300
    refused = RollbackProgress("DeploySecondary", EUROPE, 1, RollbackState.FAILED, "denied", now, untouched=True)
    secondaries.ledger.merge(SUBJECT, refused.to_fact())
    items = secondaries.plan("DeploySecondary", succeeded=False, attempt=2)
    assert [item.region for item in items] == [PACIFIC, EUROPE]


def test_what_a_retry_brought_after_the_rollback_is_judged(secondaries: Account) -> None:
    back = RollbackProgress("DeploySecondary", EUROPE, 1, RollbackState.DONE, "", STARTED.timestamp() + 300)
    secondaries.ledger.merge(SUBJECT, back.to_fact())
    secondaries.codepipeline.ran("DeploySecondary", "Deploy-EU-West", second=301)
    items = secondaries.plan("DeploySecondary", succeeded=False, attempt=2)
    assert [item.region for item in items] == [PACIFIC, EUROPE]


def test_what_a_retry_brought_while_the_rollback_went_on_is_judged(secondaries: Account) -> None:
    """The rollback of the attempt before it ended later than this one began."""
    began = STARTED.timestamp()
    back = RollbackProgress("DeploySecondary", EUROPE, 1, RollbackState.FAILED, "0 of 2 tasks run", began + 500)
    secondaries.ledger.merge(SUBJECT, back.to_fact())
    secondaries.codepipeline.ran("DeploySecondary", "Deploy-EU-West", second=400)
    run = ReportedRun(State.SUCCEEDED, 2, began + 450, began + 400)
    action = ActionState("DeploySecondary", "Deploy-EU-West", run, EUROPE, "Deploy")
    secondaries.ledger.merge(SUBJECT, action.to_fact("event"))
    items = secondaries.plan("DeploySecondary", succeeded=False, attempt=2)
    assert [item.region for item in items] == [PACIFIC, EUROPE]


def test_what_the_gate_was_told_holds_for_the_fan_out(canary: Account) -> None:
    told = {"execution": "#{codepipeline.PipelineExecutionId}", "deadline_minutes": 5, "soak_minutes": 2}
    parameters = json.dumps({**told, "rollback": "suggest"})
    stages = [source(), stage("Deploy", deploys("D", EUROPE)), stage("Validate", gates("V", parameters))]
    canary.codepipeline.define(stages)
    canary.codepipeline.ran("Deploy", "D", second=10)
    (item,) = canary.plan("Validate", succeeded=False)
    assert (item.since, item.limits.deadline, item.limits.soak, item.mode) == (canary.now, 300, 120, "suggest")


def test_a_gate_in_a_dry_run_has_no_say_beside_one_that_judges(canary: Account) -> None:
    dry, judge = gates("A", '{"dry_run": true}'), gates("B", '{"deadline_minutes": 5}')
    canary.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE)), stage("Validate", dry, judge)])
    canary.codepipeline.ran("Deploy", "D", second=10)
    (item,) = canary.plan("Validate", succeeded=False)
    assert (item.mode, item.limits.deadline) == ("auto", 300)


@pytest.mark.parametrize(("attempt", "regions"), [(1, []), (2, [PACIFIC, EUROPE])])
def test_f04_the_end_of_an_attempt_that_was_retried_since_asks_for_nothing(
    secondaries: Account, attempt: int, regions: list[str]
) -> None:
    secondaries.stage_is("DeploySecondary", "RESUMED", 2)
    items = secondaries.plan("DeploySecondary", succeeded=False, attempt=attempt)
    assert [item.region for item in items] == regions


def test_the_variables_of_a_gate_are_those_of_its_run(canary: Account) -> None:
    stages = [
        source(),
        stage("One", deploys("D", PRIMARY)),
        stage("Two", deploys("E", EUROPE)),
        stage("Validate", gates("V", '{"stage": "#{variables.stage}"}')),
    ]
    canary.codepipeline.define(stages)
    canary.codepipeline.ran("One", "D", second=10)
    canary.codepipeline.ran("Two", "E", second=20)
    resolved = {"FunctionName": GATE, "UserParameters": '{"stage": "One"}'}
    canary.codepipeline.ran("Validate", "V", "Failed", second=30, resolvedConfiguration=resolved)
    (item,) = canary.plan("Validate", succeeded=False)
    assert item.stage == "One"


def test_a_plan_adds_its_checks_and_its_patience_but_no_window(secondaries: Account) -> None:
    window = {"kind": "window", "timezone": "UTC", "open": "01:00", "close": "05:00"}
    added = [{"kind": "http", "url": "https://{region}.example.com/"}, window]
    secondaries.publish(json.dumps({"checks": added, "deadline_minutes": 5}))
    items = {item.region: item for item in secondaries.plan("DeploySecondary", succeeded=False)}
    assert [check.target for check in items[EUROPE].checks] == [
        "production-eu/my-service",
        "https://eu-west-1.example.com/",
    ]
    assert items[EUROPE].limits.deadline == 300


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ('{"nonsense": 1}', "the plan: unknown key 'nonsense'"),
        ('{"checks": [{"kind": "http"}]}', "checks: http needs the key url"),
        ("no json", "the plan: not JSON"),
    ],
)
def test_a_wrong_plan_leaves_the_derived_checks_and_says_what_is_wrong(account: Account, plan: str, words: str) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE))])
    account.codepipeline.ran("Deploy", "D", second=10)
    account.publish(plan)
    (item,) = account.plan("Deploy")
    derived, gap = item.checks
    assert (derived.kind, derived.unsupported) == ("ecs-service", "")
    assert gap.region == EUROPE
    assert words in gap.unsupported


def test_a_tag_that_names_no_plan_says_so(account: Account) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE))])
    account.codepipeline.ran("Deploy", "D", second=10)
    account.tag(plan="/crosscheck/plans/absent")
    (item,) = account.plan("Deploy")
    assert "there is no SSM parameter of that name" in item.checks[-1].unsupported


@pytest.mark.parametrize("gone", ["DeployPrimary", "ValidatePrimary"])
def test_a_stage_that_is_no_longer_defined_asks_for_nothing(canary: Account, gone: str) -> None:
    canary.codepipeline.define([source(), stage("Other", deploys("D", EUROPE))])
    assert canary.plan(gone, succeeded=False) == []


@pytest.mark.parametrize("succeeded", [True, False])
def test_a_release_is_judged_by_the_definition_that_it_ran_with(account: Account, succeeded: bool) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE))])
    account.codepipeline.ran("Deploy", "D", second=10)
    account.codepipeline.define([source(), stage("Roll-out", deploys("R", PACIFIC))], version=4)
    (item,) = account.plan("Deploy", succeeded=succeeded)
    assert (item.stage, item.region, item.checks[0].kind) == ("Deploy", EUROPE, "ecs-service")


def test_a_version_that_codepipeline_does_not_keep_leaves_the_current_one(account: Account) -> None:
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE))])
    account.codepipeline.ran("Deploy", "D", second=10)
    account.codepipeline.define([source(), stage("Deploy", deploys("D", EUROPE))], version=4)
    del account.codepipeline.versions[3]
    assert [item.region for item in account.plan("Deploy")] == [EUROPE]


def test_an_ignored_pipeline_is_left_alone_and_says_so(secondaries: Account) -> None:
    secondaries.tag(ignore="true")
    items = secondaries.plan("DeploySecondary", succeeded=False)
    assert [item.region for item in items] == [PACIFIC, EUROPE]
    assert {(item.mode, item.limits) for item in items} == {("off", Limits())}
    assert {check.unsupported for item in items for check in item.checks} == {IGNORED}


@pytest.mark.parametrize("verdict", Verdict)
def test_what_a_gate_says_of_an_ignored_pipeline_stands(canary: Account, verdict: Verdict) -> None:
    canary.tag(ignore="true")
    canary.gate_said("DeployPrimary", PRIMARY, verdict)
    assert canary.plan("ValidatePrimary") == []


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("GetPipeline", "PipelineNotFoundException"),
        ("ListTagsForResource", "AccessDeniedException"),
        ("GetPipelineExecution", "PipelineExecutionNotFoundException"),
        ("ListActionExecutions", "ThrottlingException"),
    ],
)
def test_f54_what_codepipeline_refuses_is_asked_again_by_the_state_machine(
    canary: Account, operation: str, code: str
) -> None:
    canary.codepipeline.refuse(operation, RefusedError(code))
    with pytest.raises(ClientError, match=code):
        canary.plan("ValidatePrimary", succeeded=False)


def test_the_pipeline_of_another_team_gets_the_right_plan(account: Account) -> None:
    """Nothing of ours: names, providers, run orders, an account of its own for one of the actions."""
    blue_green = {"ApplicationName": "shop", "DeploymentGroupName": "live"}
    stack = {"StackName": "net", "ActionMode": "CREATE_UPDATE", "ParameterOverrides": '{"Size": "3"}'}
    actions = [
        deploys("ecs", "eu-west-2", "CodeDeployToECS", **blue_green),
        deploys("site", "eu-west-2", "S3", BucketName="site", ObjectKey="index.html"),
        deploys("archive", "eu-west-2", "S3", BucketName="site", Extract="true"),
        deploys("fn", "eu-west-2", "Lambda", FunctionName="f", FunctionAlias="live"),
        deploys("net", "eu-west-2", "CloudFormation", **stack),
        deploys("plan", "eu-west-2", "CloudFormation", StackName="net", ActionMode="CHANGE_SET_REPLACE"),
        deploys("flags", "eu-west-2", "AppConfig", Application="a"),
        deploys("foreign", "eu-west-2", ClusterName="c", ServiceName="s"),
    ]
    account.codepipeline.define([source(), stage("Rollout_2.prod@x", *actions)])
    for action in actions:
        role = {"role": "arn:aws:iam::999999999999:role/deploy"} if action["name"] == "foreign" else {}
        account.codepipeline.ran("Rollout_2.prod@x", action["name"], second=10, **role)
    (item,) = account.plan("Rollout_2.prod@x")
    assert [(check.kind, check.target) for check in item.checks if not check.unsupported] == [
        ("codedeploy", "shop/live"),
        ("s3-object", "site/index.html"),
        ("lambda-alias", "f/live"),
        ("cloudformation-stack", "net"),
    ]
    assert [check.unsupported for check in item.checks if check.unsupported] == [
        "action archive extracts an archive: no single object can be looked at",
        "no check for provider AppConfig in this version (action flags)",
        "action foreign deploys to account 999999999999: no check across accounts in this version",
    ]


def test_f09_a_forged_event_that_a_stage_failed_is_no_failure_of_its_actions(canary: Account) -> None:
    """What counts is what CodePipeline says of the execution: its action succeeded, so the region is looked at."""
    (item,) = canary.plan("DeployPrimary", succeeded=False)
    (check,) = item.checks
    assert (item.gate_verdict, check.run and check.run.status) == ("", "Succeeded")


def test_f09_a_forged_event_of_an_execution_that_never_was_plans_nothing(canary: Account) -> None:
    finished = FinishedStage(
        replace(SUBJECT, execution="11111111-2222-3333-4444-555555555555"), "DeployPrimary", False, 1, FINISHED
    )
    planning = ReleasePlanning(canary.clients, canary.ledger, canary.cards, canary.settings, lambda: canary.now)
    with pytest.raises(ClientError, match="PipelineExecutionNotFoundException"):
        planning.plan(finished)
    assert canary.ledger.read(finished.subject) == {}
