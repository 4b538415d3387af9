"""Stage conditions: before entry, on success, on failure."""

from typing import Any

import pytest

from local.outcomes import Outcome
from tests.unit.local.codepipeline.functions import Verdicts
from tests.unit.local.codepipeline.harness import HOME, Account, wait_for
from tests.unit.local.codepipeline.wires import (
    build,
    condition,
    ecs,
    git_source,
    invoke,
    lambda_rule,
    pipeline,
    variable_rule,
    with_stage,
)

MOOD = [{"name": "mood", "defaultValue": "calm"}]


@pytest.fixture
def verdicts(account: Account) -> Verdicts:
    return Verdicts(account)


def stage(account: Account, number: int = 1) -> Any:
    return account.api().get_pipeline_state(name="my-pipeline")["stageStates"][number]


def gated(**conditions: Any) -> Any:
    return with_stage(pipeline([git_source()], [invoke()], [invoke("Last")], variables=MOOD), **conditions)


def test_an_entry_condition_that_is_met_lets_the_execution_in(account: Account, verdicts: Verdicts) -> None:
    rules = (lambda_rule(), variable_rule("#{variables.mood}", "calm"))
    execution = account.create(gated(beforeEntry=condition("FAIL", *rules)))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    shown = stage(account)["beforeEntryConditionState"]
    assert shown["latestExecution"]["status"] == "Succeeded"
    (state,) = shown["conditionStates"]
    assert [(rule["ruleName"], rule["latestExecution"]["status"]) for rule in state["ruleStates"]] == [
        ("Check", "Succeeded"),
        ("Mood", "Succeeded"),
    ]
    assert "onSuccessConditionState" not in stage(account)


def test_an_entry_condition_fails_the_stage_before_any_action(account: Account, verdicts: Verdicts) -> None:
    verdicts.fail("check", "not today")
    execution = account.create(gated(beforeEntry=condition("FAIL", lambda_rule())))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert account.changes(execution)[-3:] == [
        "Stage SourceStage SUCCEEDED",
        "Stage GateStage FAILED",
        "Pipeline FAILED",
    ]
    shown = stage(account)
    assert shown["latestExecution"]["status"] == "Failed"
    assert shown["beforeEntryConditionState"]["latestExecution"] == {
        "status": "Failed",
        "summary": "Check: not today",
    }


def test_an_entry_condition_can_skip_the_stage(account: Account, verdicts: Verdicts) -> None:
    skip = condition("SKIP", variable_rule("#{variables.mood}", "bold"))
    execution = account.create(gated(beforeEntry=skip))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert not [change for change in account.changes(execution) if "GateStage" in change]
    assert "Stage LastStage SUCCEEDED" in account.changes(execution)
    assert stage(account)["latestExecution"]["status"] == "Skipped"


def test_what_a_skipped_stage_would_have_made_is_missed_by_name(account: Account) -> None:
    account.aws.client("ecs", HOME).add_service("production", "my-service", {"web": "old:1"})
    skip = condition("SKIP", variable_rule("a", "b"))
    execution = account.create(with_stage(pipeline([git_source()], [build()], [ecs()]), beforeEntry=skip))
    assert account.ended("my-pipeline", execution) == "Failed"
    error = account.actions("my-pipeline", execution)["Deploy"]["output"]["executionResult"]["errorDetails"]
    assert "Build of Deploy was not produced" in error["message"]


def test_a_success_condition_fails_the_stage_after_its_actions(account: Account, verdicts: Verdicts) -> None:
    verdicts.fail("check", "region eu-west-1 is bad")
    execution = account.create(gated(onSuccess=condition("FAIL", lambda_rule())))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert account.changes(execution)[-3:] == ["Action Gate SUCCEEDED", "Stage GateStage FAILED", "Pipeline FAILED"]
    assert stage(account)["onSuccessConditionState"]["latestExecution"]["status"] == "Failed"


def deployed(account: Account) -> str:
    service = account.aws.ecs[HOME].services["production", "my-service"]
    definition = account.aws.ecs[HOME].task_definitions[service["taskDefinition"]]
    return str(definition["containerDefinitions"][0]["image"])


def deploying(account: Account, **conditions: Any) -> tuple[str, str]:
    """A release that succeeded, and what it deployed; a next one is judged by the conditions."""
    account.aws.client("ecs", HOME).add_service("production", "my-service", {"web": "old:1"})
    first = account.create(with_stage(pipeline([git_source()], [build()], [ecs()]), 2, **conditions))
    assert account.ended("my-pipeline", first) == "Succeeded"
    return first, deployed(account)


def rolled_back(account: Account) -> Any:
    def look() -> Any:
        newest = account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"][0]
        return newest if newest["executionType"] == "ROLLBACK" else None

    found = wait_for(look, "the rollback")
    assert account.ended("my-pipeline", found["pipelineExecutionId"]) == "Succeeded"
    return found


def test_a_success_condition_can_roll_the_stage_back(account: Account, verdicts: Verdicts) -> None:
    first, image = deploying(account, onSuccess=condition("ROLLBACK", lambda_rule()))
    verdicts.fail("check", "bad")
    (second,) = account.service.push("my-org/my-service", "main", "Break it", "release-bot")
    assert account.ended("my-pipeline", second) == "Failed"
    rollback = rolled_back(account)
    assert rollback["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
    assert rollback["trigger"] == {
        "triggerType": "AutomatedRollback",
        "triggerDetail": f'{{"FailedPipelineExecutionId":"{second}"}}',
    }
    assert deployed(account) == image


def test_a_failed_stage_can_roll_itself_back(account: Account) -> None:
    first, _ = deploying(account, onFailure={"result": "ROLLBACK"})
    account.outcomes.choose(HOME, "ECS", None, Outcome.FAIL)
    (second,) = account.service.push("my-org/my-service", "main", "Break it", "release-bot")
    account.told(second, "Action Deploy FAILED")
    account.outcomes.clear()
    assert account.ended("my-pipeline", second) == "Failed"
    newest = wait_for(
        lambda: account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"][0],
        "the rollback",
    )
    assert newest["rollbackMetadata"]["rollbackTargetPipelineExecutionId"] == first
    rollback = newest["pipelineExecutionId"]
    account.ended("my-pipeline", rollback)
    assert account.details(rollback, "Pipeline", "", "STARTED")["execution-trigger"] == {
        "trigger-type": "AutomatedRollback",
        "trigger-detail": f'{{"FailedPipelineExecutionId":"{second}"}}',
    }
    assert account.details(rollback, "Pipeline", "", "STARTED")["pipeline-execution-attempt"] == 1.0
    assert account.changes(rollback)[1] == "Stage DeployStage STARTED"
    order = [detail["execution-id"] for *_, detail in account.events.events]
    assert second not in order[order.index(rollback) :]  # its end is told before the rollback begins
    executions = account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"]
    assert len(executions) == 3


def test_without_a_good_execution_nothing_is_rolled_back(account: Account, verdicts: Verdicts) -> None:
    verdicts.fail("gate", "no")
    execution = account.create(gated(onFailure={"result": "ROLLBACK"}))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert len(account.api().list_pipeline_executions(pipelineName="my-pipeline")["pipelineExecutionSummaries"]) == 1


def test_a_failure_condition_whose_rules_pass_leaves_the_failure(account: Account, verdicts: Verdicts) -> None:
    verdicts.fail("gate", "no")
    execution = account.create(gated(onFailure=condition("RETRY", lambda_rule())))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert "Pipeline RESUMED" not in account.changes(execution)
    assert stage(account)["onFailureConditionState"]["latestExecution"]["status"] == "Succeeded"


def test_an_error_of_the_failure_conditions_function_engages_the_result(account: Account, verdicts: Verdicts) -> None:
    verdicts.fail("gate", "no", times=1)
    verdicts.fail("check", "try again")
    execution = account.create(gated(onFailure=condition("RETRY", lambda_rule())))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert "Pipeline RESUMED" in account.changes(execution)


def test_a_stage_is_retried_by_itself_once(account: Account, verdicts: Verdicts) -> None:
    verdicts.fail("gate", "no")
    retry = {"result": "RETRY", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}
    execution = account.create(gated(onFailure=retry))
    account.told(execution, "Pipeline FAILED", times=2)
    assert account.ended("my-pipeline", execution) == "Failed"
    assert account.changes(execution)[-9:] == [
        "Action Gate FAILED",
        "Stage GateStage FAILED",
        "Pipeline FAILED",
        "Pipeline RESUMED",
        "Stage GateStage RESUMED",
        "Action Gate STARTED",
        "Action Gate FAILED",
        "Stage GateStage FAILED",
        "Pipeline FAILED",
    ]
    assert stage(account)["retryStageMetadata"] == {
        "autoStageRetryAttempt": 1,
        "latestRetryTrigger": "AutomatedStageRetry",
    }


def test_an_unknown_variable_fails_the_rule(account: Account) -> None:
    execution = account.create(gated(beforeEntry=condition("FAIL", variable_rule("#{Nothing.here}", "x"))))
    assert account.ended("my-pipeline", execution) == "Failed"
    assert "#{Nothing.here}" in stage(account)["beforeEntryConditionState"]["latestExecution"]["summary"]
