"""OverrideStageCondition; conditions that are stopped, cancelled and retried; rules as the API shows them."""

import uuid
from typing import Any

import pytest

from tests.unit.local.codepipeline.functions import Verdicts
from tests.unit.local.codepipeline.harness import Account, wait_for
from tests.unit.local.codepipeline.wires import (
    condition,
    git_source,
    invoke,
    lambda_rule,
    pipeline,
    rule,
    variable_rule,
    with_stage,
)

NEVER = rule("Window", "DeploymentWindow", {"Cron": "* * * * JAN ? 1999"})


@pytest.fixture
def verdicts(account: Account) -> Verdicts:
    return Verdicts(account)


def override(account: Account, execution: str, kind: str = "BEFORE_ENTRY", stage: str = "GateStage") -> None:
    account.api().override_stage_condition(
        pipelineName="my-pipeline", stageName=stage, pipelineExecutionId=execution, conditionType=kind
    )


def gated(**conditions: Any) -> Any:
    return with_stage(pipeline([git_source()], [invoke()], [invoke("Last")]), **conditions)


def evaluated(account: Account, status: str, member: str = "beforeEntryConditionState") -> None:
    def look() -> bool:
        state = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][1]
        return bool(state[member].get("latestExecution", {}).get("status") == status)

    wait_for(look, f"the condition to be {status}")


def test_a_failed_entry_condition_is_overridden(account: Account, verdicts: Verdicts) -> None:
    execution = account.create(gated(beforeEntry=condition("FAIL", variable_rule("a", "b"))))
    assert account.ended("my-pipeline", execution) == "Failed"
    override(account, execution)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert "Action Gate SUCCEEDED" in account.changes(execution)
    evaluated(account, "Overridden")


def test_a_failed_success_condition_is_overridden_without_running_the_actions_again(
    account: Account, verdicts: Verdicts
) -> None:
    execution = account.create(gated(onSuccess=condition("FAIL", variable_rule("a", "b"))))
    assert account.ended("my-pipeline", execution) == "Failed"
    override(account, execution, "ON_SUCCESS")
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert account.changes(execution).count("Action Gate STARTED") == 1
    assert "Stage LastStage SUCCEEDED" in account.changes(execution)


def test_a_window_that_never_opens_is_overridden(account: Account, verdicts: Verdicts) -> None:
    account.clock.speed = 60
    execution = account.create(gated(beforeEntry=condition("FAIL", NEVER)))
    evaluated(account, "InProgress")
    override(account, execution)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    (run,) = account.api().list_rule_executions(pipelineName="my-pipeline")["ruleExecutionDetails"]
    assert run["status"] == "Abandoned"


def test_what_cannot_be_overridden(account: Account, verdicts: Verdicts) -> None:
    errors = account.api().exceptions
    execution = account.create(gated(beforeEntry=condition("SKIP", variable_rule("a", "b"))))
    account.ended("my-pipeline", execution)
    for kind in ("BEFORE_ENTRY", "ON_SUCCESS"):
        with pytest.raises(errors.ConditionNotOverridableException):
            override(account, execution, kind)
    with pytest.raises(errors.StageNotFoundException):
        override(account, execution, stage="Nowhere")
    with pytest.raises(errors.NotLatestPipelineExecutionException):
        override(account, str(uuid.uuid4()))
    later = account.start("my-pipeline")
    account.ended("my-pipeline", later)
    with pytest.raises(errors.NotLatestPipelineExecutionException):
        override(account, execution)


def test_a_stop_ends_the_evaluation(account: Account) -> None:
    account.clock.speed = 60
    execution = account.create(gated(beforeEntry=condition("FAIL", NEVER)))
    evaluated(account, "InProgress")
    account.api().stop_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=execution)
    assert account.ended("my-pipeline", execution) == "Stopped"
    evaluated(account, "Abandoned")


def test_an_update_cancels_the_evaluation(account: Account) -> None:
    account.clock.speed = 60
    wire = gated(beforeEntry=condition("FAIL", NEVER))
    execution = account.create(wire)
    evaluated(account, "InProgress")
    account.api().update_pipeline(pipeline=wire)
    assert account.ended("my-pipeline", execution) == "Cancelled"
    evaluated(account, "Cancelled")


def test_a_rule_times_out(account: Account) -> None:
    execution = account.create(gated(beforeEntry=condition("FAIL", dict(NEVER, timeoutInMinutes=5))))
    assert account.ended("my-pipeline", execution) == "Failed"
    (run,) = account.api().list_rule_executions(pipelineName="my-pipeline")["ruleExecutionDetails"]
    assert run["output"]["executionResult"]["errorDetails"]["message"] == "The rule Window timed out after 5 minutes."


def test_a_retry_evaluates_again_what_failed(account: Account, verdicts: Verdicts) -> None:
    verdicts.fail("check", "not yet", times=1)
    execution = account.create(gated(beforeEntry=condition("FAIL", lambda_rule())))
    assert account.ended("my-pipeline", execution) == "Failed"
    account.api().retry_stage_execution(
        pipelineName="my-pipeline", stageName="GateStage", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
    )
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert account.rule_statuses() == ["Succeeded", "Failed"]


def test_a_lambda_rule_is_a_job_like_any_other_but_nothing_is_said_of_its_place(account: Account) -> None:
    seen: list[Any] = []

    def check(job: dict[str, Any]) -> None:
        if "continuationToken" not in job["data"]:
            account.api().put_job_success_result(jobId=job["id"], continuationToken="again")
            return
        seen.append(account.api().get_job_details(jobId=job["id"])["jobDetails"])
        account.api().put_job_success_result(jobId=job["id"], executionDetails={"summary": "fine"})

    Verdicts(account)
    account.aws.functions["us-east-1"].functions["check"] = check
    parameters = {"UserParameters": '{"execution": "#{codepipeline.PipelineExecutionId}"}' + " " * 2_000}
    rules = condition("FAIL", lambda_rule(configuration=parameters, inputArtifacts=[{"name": "Source"}]))
    execution = account.create(gated(beforeEntry=rules))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    told = account.aws.functions["us-east-1"].jobs[0]["data"]["actionConfiguration"]["configuration"]
    assert execution in told["UserParameters"]
    assert len(told["UserParameters"]) > 2_000
    data = seen[0]["data"]
    assert data["actionConfiguration"]["configuration"] == {"FunctionName": "check"}
    assert [artifact["name"] for artifact in data["inputArtifacts"]] == ["Source"]
    assert data["continuationToken"] == "again"
    assert not {"pipelineContext", "actionTypeId"} & data.keys()
    assert not [change for change in account.changes(execution) if "Check" in change]


def test_rule_executions_are_listed_with_what_they_were_asked(account: Account, verdicts: Verdicts) -> None:
    rules = condition("FAIL", variable_rule("#{codepipeline.PipelineExecutionId}", "x", "NE"))
    execution = account.create(gated(beforeEntry=rules))
    account.ended("my-pipeline", execution)
    account.ended("my-pipeline", account.start("my-pipeline"))
    (run,) = account.api().list_rule_executions(pipelineName="my-pipeline", filter={"pipelineExecutionId": execution})[
        "ruleExecutionDetails"
    ]
    assert (run["ruleName"], run["stageName"], run["status"]) == ("Mood", "GateStage", "Succeeded")
    assert run["input"]["ruleTypeId"]["provider"] == "VariableCheck"
    assert run["input"]["resolvedConfiguration"]["Variable"] == execution
    pages = account.api().list_rule_executions(pipelineName="my-pipeline", maxResults=1)
    assert len(pages["ruleExecutionDetails"]) == 1
    assert pages["nextToken"]


def test_rule_types_are_those_that_run_here(account: Account) -> None:
    types = {kind["id"]["provider"]: kind for kind in account.api().list_rule_types()["ruleTypes"]}
    assert set(types) == {"CloudWatchAlarm", "DeploymentWindow", "LambdaInvoke", "VariableCheck"}
    required = [each["name"] for each in types["LambdaInvoke"]["ruleConfigurationProperties"] if each["required"]]
    assert required == ["FunctionName"]
