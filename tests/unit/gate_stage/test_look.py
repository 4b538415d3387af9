from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from crosscheck.ledger.decision_facts import SkippedCheck, check_id
from crosscheck.ledger.subjects import Subject
from tests.fakes.codepipeline import FakeJob
from tests.fakes.codepipeline_release import (
    EXECUTION,
    HOME,
    JOB,
    PIPELINE,
    SECONDARIES,
    SERVICE,
    STAGES,
    STARTED,
    action,
    context,
    gate,
)
from tests.fakes.ecr import FakeEcr
from tests.fakes.json_protocol import SESSION

if TYPE_CHECKING:
    from tests.unit.gate_stage.conftest import Account

SUBJECT = Subject(HOME, PIPELINE, EXECUTION).key


def verdict_of(region: str, judge: str = "ValidateSecondary/Validate-Secondary") -> str:
    return f"verdict/DeploySecondary/{region}/{judge}"


def test_all_regions_pass(account: Account) -> None:
    answer = account.invoke()
    assert answer["outcome"] == "succeeded"
    assert answer["outputVariables"] == {
        "verdict": "PASS",
        "regions_passed": "ap-southeast-1,eu-west-1",
        "regions_failed": "none",
    }
    verdicts = {name: record.latest for name, record in account.ledger().items()}
    assert set(verdicts) == {verdict_of("ap-southeast-1"), verdict_of("eu-west-1")}
    assert all(verdict["judged"]["verdict"] == "PASS" and verdict["final"] for verdict in verdicts.values())
    assert account.cards() == [SUBJECT]


def test_one_region_fails_and_only_that_one(account: Account) -> None:
    account.release.regions["ap-southeast-1"].fail_tasks()
    answer = account.invoke()
    assert answer["failureDetails"]["type"] == "JobFailed"
    assert answer["failureDetails"]["message"] == (
        "FAIL regions=ap-southeast-1: ap-southeast-1: my-service: 0 of 2 tasks run; last task stopped "
        "with exit code 1: Essential container in task exited; passed: eu-west-1"
    )
    verdicts = {
        record.latest["judged"]["region"]: record.latest["judged"]["verdict"] for record in account.ledger().values()
    }
    assert verdicts == {"ap-southeast-1": "FAIL", "eu-west-1": "PASS"}


def test_a_rollout_is_waited_for_and_the_ledger_follows(account: Account) -> None:
    account.release.regions["eu-west-1"].deploying()
    first = account.invoke()
    assert first["outcome"] == "continued"
    assert len(first["continuationToken"]) < 100
    record = account.ledger()[verdict_of("eu-west-1")]
    assert (record.latest["judged"]["verdict"], record.latest["final"], record.latest["look"]) == ("PENDING", False, 1)
    region = account.release.regions["eu-west-1"]
    region.service["runningCount"] = 2
    region.service["deployments"][0] |= {"rolloutState": "COMPLETED", "runningCount": 2}
    assert account.look_again(first, 2)["outcome"] == "succeeded"
    record = account.ledger()[verdict_of("eu-west-1")]
    assert (record.latest["judged"]["verdict"], record.latest["final"], record.latest["look"]) == ("PASS", True, 2)
    assert account.cards() == [SUBJECT, SUBJECT]


def test_what_never_ends_fails_at_the_deadline(account: Account) -> None:
    account.release.regions["eu-west-1"].deploying()
    answer = account.invoke(parameters={"deadline_minutes": 0.6})
    answer = account.look_again(answer, 2, parameters={"deadline_minutes": 0.6})
    assert answer["outcome"] == "continued"
    answer = account.look_again(answer, 3, parameters={"deadline_minutes": 0.6})
    assert answer["failureDetails"]["message"].startswith(
        "FAIL regions=eu-west-1: eu-west-1: not done within 0.6 minutes: "
    )


def test_a_soak_ends_in_success(account: Account) -> None:
    soak = {"soak_minutes": 0.5}
    answer = account.invoke(parameters=soak)
    assert answer["outcome"] == "continued"
    assert "observed for 0.0 of 0.5 minutes" in answer["executionDetails"]["summary"]
    assert account.look_again(answer, 2, parameters=soak)["outcome"] == "succeeded"


def test_two_gates_over_the_same_region_each_keep_their_verdict(account: Account) -> None:
    checks = [{"kind": "ecs-service", "cluster": "production-eu", "service": "gone", "region": "eu-west-1"}]
    assert account.invoke(parameters={"checks": checks})["outcome"] == "failed"
    job = JOB.replace("a", "b")
    account.release.add_gate("ValidateSecondary", actions=[gate("Validate-Again")])
    account.release.codepipeline.jobs[job] = FakeJob(context("ValidateSecondary", "Validate-Again"))
    account.now += 30
    assert account.invoke(job=job)["outcome"] == "succeeded"
    verdicts = {name: record.latest["judged"]["verdict"] for name, record in account.ledger().items()}
    assert verdicts[verdict_of("eu-west-1")] == "FAIL"
    assert verdicts[verdict_of("eu-west-1", "ValidateSecondary/Validate-Again")] == "PASS"


def test_a_rule_judges_under_its_own_name_though_codepipeline_does_not_say_where_it_stands(account: Account) -> None:
    parameters = {"pipeline": PIPELINE, "execution": EXECUTION, "stage": "DeployPrimary"}
    account.release.rule("ValidatePrimary", "Look", parameters)
    assert account.invoke(parameters=parameters)["outputVariables"]["regions_passed"] == "us-east-1"
    assert set(account.ledger()) == {"verdict/DeployPrimary/us-east-1/ValidatePrimary/rule Look"}


def test_a_rule_is_known_by_what_it_declares_where_codepipeline_resolves_nothing(account: Account) -> None:
    parameters = {"pipeline": PIPELINE, "execution": EXECUTION, "stage": "DeployPrimary"}
    account.release.rule("ValidatePrimary", "Look", parameters)
    [ran] = account.release.codepipeline.rules
    ran["input"]["configuration"] = ran["input"].pop("resolvedConfiguration")
    assert account.invoke(parameters=parameters)["outputVariables"]["regions_passed"] == "us-east-1"


def test_a_rule_has_to_say_which_stage_it_verifies(account: Account) -> None:
    parameters = {"pipeline": PIPELINE, "execution": EXECUTION}
    account.release.rule("DeploySecondary", "Look", parameters)
    details = account.invoke(parameters=parameters)["failureDetails"]
    assert (details["type"], details["message"].partition(";")[0]) == (
        "ConfigurationError",
        "stage: say which stage to verify",
    )


def test_regions_narrow_what_is_looked_at(account: Account) -> None:
    account.release.regions["ap-southeast-1"].fail_tasks()
    answer = account.invoke(parameters={"regions": ["eu-west-1"]})
    assert answer["outputVariables"]["regions_passed"] == "eu-west-1"
    assert account.release.regions["ap-southeast-1"].ecs.calls == []


def test_the_plan_that_the_pipelines_tag_names_is_followed_unless_the_gate_names_its_own(account: Account) -> None:
    for name, region in (("tagged", "ap-southeast-1"), ("own", "eu-west-1")):
        SESSION.client("ssm", region_name=HOME).put_parameter(
            Name=f"/crosscheck/plans/{name}", Value=json.dumps({"regions": region}), Type="String"
        )
    account.release.codepipeline.tags[PIPELINE] = {"crosscheck:plan": "/crosscheck/plans/tagged"}
    assert account.invoke()["outputVariables"]["regions_passed"] == "ap-southeast-1"
    again = JOB.replace("a", "b")
    account.release.codepipeline.jobs[again] = FakeJob(context("ValidateSecondary", "Validate-Secondary"))
    answer = account.invoke(parameters={"plan": "/crosscheck/plans/own"}, job=again)
    assert answer["outputVariables"]["regions_passed"] == "eu-west-1"


def test_a_region_that_is_not_judged_to_the_end_is_left_open_for_the_fan_out(account: Account) -> None:
    account.release.regions["ap-southeast-1"].fail_tasks()
    account.release.regions["eu-west-1"].deploying()
    assert account.invoke()["outcome"] == "failed"
    final = {region: account.ledger()[verdict_of(region)].latest["final"] for region in SECONDARIES}
    assert final == {"ap-southeast-1": True, "eu-west-1": False}


def test_a_plan_in_ssm_is_followed(account: Account) -> None:
    SESSION.client("ssm", region_name=HOME).put_parameter(
        Name="/crosscheck/plans/eu", Value='{"regions": "eu-west-1"}', Type="String"
    )
    answer = account.invoke(parameters={"plan": "/crosscheck/plans/eu"})
    assert answer["outputVariables"]["regions_passed"] == "eu-west-1"


def test_a_dry_run_shows_everything_and_writes_nothing(account: Account) -> None:
    account.release.regions["ap-southeast-1"].fail_tasks()
    answer = account.invoke(parameters={"dry_run": True})
    assert answer["outcome"] == "succeeded"
    assert answer["outputVariables"] == {
        "verdict": "FAIL",
        "regions_passed": "eu-west-1",
        "regions_failed": "ap-southeast-1",
    }
    assert account.ledger() == {}
    assert account.cards() == []


def test_a_provider_without_a_check_is_unknown(account: Account) -> None:
    stages = [*STAGES[:4], {"name": "D", "actions": [action("X", "Deploy", "AppConfig", "eu-west-1")]}, STAGES[5]]
    account.release.define(stages)
    answer = account.invoke(parameters={"deadline_minutes": 0})
    assert answer["failureDetails"]["message"] == (
        "FAIL regions=: unknown eu-west-1: no check for provider AppConfig in this version (action X)"
    )


@pytest.mark.parametrize(
    ("known", "parameters", "words"),
    [
        (
            context("ValidateSecondary", "Validate-Secondary", pipelineExecutionId=EXECUTION.replace("1", "2")),
            {"execution": EXECUTION},
            f"UserParameters name {EXECUTION}, but the job belongs to {EXECUTION.replace('1', '2')}",
        ),
        (
            {key: value for key, value in context("A", "B").items() if key != "pipelineExecutionId"},
            {},
            "execution: CodePipeline does not say it; pass #{codepipeline.PipelineExecutionId}",
        ),
        ({}, {}, "pipeline: CodePipeline does not say it"),
        (context("ValidateSecondary", "X", pipelineName="other"), {}, "there is no other in us-east-1"),
        (context("ValidateSecondary", "Validate-Secondary"), {"regions": "us-east-1"}, "does not deploy to us-east-1"),
        (context("ValidateSecondary", "Validate-Secondary"), {"stage": "Nowhere"}, "has no stage 'Nowhere'"),
        (context("Source", "Gate"), {}, "neither stage Source"),
        (
            context("Source", "Source"),
            {},
            "stage Source of multi-region-service has no action or rule Source that invokes",
        ),
        (
            context("ValidateSecondary", "Validate-Secondary"),
            {"checks": [{"kind": "weather"}]},
            "no check 'weather' in this version",
        ),
        (
            context("ValidateSecondary", "Validate-Secondary"),
            {"rollback": "always"},
            'rollback must be "off", "suggest" or "auto"',
        ),
        (context("ValidateSecondary", "Validate-Secondary"), {"colour": 1}, "unknown key 'colour'"),
    ],
)
def test_f19_what_the_user_has_to_change_is_a_configuration_error(
    account: Account, known: dict[str, object], parameters: dict[str, object], words: str
) -> None:
    account.release.add_gate("Source", actions=[gate("Gate")])
    account.release.codepipeline.jobs[JOB] = FakeJob(known)
    details = account.invoke(parameters=parameters)["failureDetails"]
    assert details["type"] == "ConfigurationError"
    assert words in details["message"]


def test_the_circuit_breakers_way_back_is_seen_behind_a_green_action(account: Account) -> None:
    region = account.release.regions["ap-southeast-1"]
    old = region.ecs.arn("task-definition", f"{SERVICE}:6")
    region.service["taskDefinition"] = region.service["deployments"][0]["taskDefinition"] = old
    region.ecs.stop(SERVICE, region.definition, STARTED + timedelta(seconds=50))
    message = account.invoke()["failureDetails"]["message"]
    assert message.startswith("FAIL regions=ap-southeast-1: ap-southeast-1: my-service: my-service:6 runs ")


def replicas(account: Account) -> dict[str, FakeEcr]:
    """The registries of the secondary regions; the image is on its way to them."""
    found = {region: FakeEcr() for region in SECONDARIES}
    for region, registry in found.items():
        account.release.aws.fakes["ecr", region] = registry
        account.release.ecr.report(account.release.digest, region, "IN_PROGRESS")
    return found


def test_an_image_is_waited_for_until_it_is_in_every_region(account: Account) -> None:
    checks = {"checks": [{"kind": "ecr-image"}]}
    registries = replicas(account)
    registries["eu-west-1"].copy(account.release.ecr, SERVICE)
    answer = account.invoke(parameters=checks)
    assert answer["outcome"] == "continued"
    verdicts = {
        record.latest["judged"]["region"]: record.latest["judged"]["verdict"] for record in account.ledger().values()
    }
    assert verdicts == {"ap-southeast-1": "PENDING", "eu-west-1": "PENDING"}
    registries["ap-southeast-1"].copy(account.release.ecr, SERVICE)
    answer = account.look_again(answer, 2, parameters=checks)
    assert answer["outputVariables"]["regions_passed"] == "ap-southeast-1,eu-west-1"


def test_f18_an_image_that_will_never_come_fails_its_region(account: Account) -> None:
    registries = replicas(account)
    registries["eu-west-1"].copy(account.release.ecr, SERVICE)
    account.release.ecr.statuses.clear()
    account.release.ecr.replicate("eu-west-1")
    message = account.invoke(parameters={"checks": [{"kind": "ecr-image"}]})["failureDetails"]["message"]
    assert message.startswith("FAIL regions=ap-southeast-1: ap-southeast-1: my-service@")
    assert "the replication rules of us-east-1 lead to eu-west-1, not to ap-southeast-1" in message


def test_f49_a_page_that_must_not_be_probed_is_unknown(account: Account) -> None:
    checks = [{"kind": "http", "url": "http://169.254.169.254/latest/", "region": "eu-west-1"}]
    answer = account.invoke(parameters={"checks": checks, "deadline_minutes": 0})
    assert answer["failureDetails"]["message"] == (
        "FAIL regions=: unknown eu-west-1: 169.254.169.254 is not probed: the address 169.254.169.254 is link-local; "
        "passed: ap-southeast-1"
    )


def test_a_check_that_a_person_skipped_holds_the_release_up_no_more(account: Account) -> None:
    account.release.regions["ap-southeast-1"].fail_tasks()
    tolerant = {"execution": EXECUTION, "failure_limit": 9}
    first = account.invoke(parameters=tolerant)
    assert first["outcome"] == "continued"
    kind, target = "ecs-service", account.target("ap-southeast-1")
    name = check_id("DeploySecondary", "ap-southeast-1", kind, target)
    account.know(
        SkippedCheck(
            "DeploySecondary", "ap-southeast-1", name, kind, target, 1, "U0123456789", account.now + 1, "being mended"
        ).to_fact()
    )
    second = account.look_again(first, 1, parameters=tolerant)
    assert second["outcome"] == "succeeded"
    assert second["outputVariables"]["regions_passed"] == "ap-southeast-1,eu-west-1"


def test_a_ledger_that_is_out_of_reach_skips_nothing_and_decides_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "Query")
    monkeypatch.setattr("gate_stage.look.read_skips", Mock(side_effect=error))
    assert account.invoke()["outcome"] == "succeeded"
