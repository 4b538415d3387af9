"""The rules CloudWatchAlarm, DeploymentWindow and VariableCheck, in pipelines that run."""

from typing import Any

import pytest

from tests.unit.local.codepipeline.functions import Verdicts
from tests.unit.local.codepipeline.harness import HOME, Account, wait_for
from tests.unit.local.codepipeline.wires import (
    condition,
    git_source,
    invoke,
    pipeline,
    rule,
    variable_rule,
    with_stage,
)


def gated(**conditions: Any) -> Any:
    return with_stage(pipeline([git_source()], [invoke()]), **conditions)


def alarm(account: Account, state: str) -> None:
    cloudwatch = account.aws.client("cloudwatch", HOME)
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        Namespace="Shop",
        MetricName="Errors",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue=state, StateReason="a test")


def alarm_rule(**configuration: str) -> Any:
    return condition("FAIL", rule("Alarm", "CloudWatchAlarm", {"AlarmName": "errors"} | configuration))


def looked_at(account: Account) -> None:
    wait_for(lambda: ("cloudwatch", HOME, False) in account.aws.asked, "a look at the alarm")


@pytest.fixture(autouse=True)
def _functions(account: Account) -> None:
    Verdicts(account)


@pytest.mark.parametrize(
    ("state", "monitored", "ends"),
    [
        ("OK", {}, "Succeeded"),
        ("ALARM", {}, "Failed"),
        ("INSUFFICIENT_DATA", {}, "Succeeded"),
        ("INSUFFICIENT_DATA", {"AlarmStates": "ALARM, INSUFFICIENT_DATA"}, "Failed"),
        ("ALARM", {"WaitTime": "3"}, "Failed"),
    ],
)
@pytest.mark.parametrize("member", ["beforeEntry", "onSuccess"])
def test_an_alarm_in_a_monitored_state_fails_the_rule(
    account: Account, member: str, state: str, monitored: dict[str, str], ends: str
) -> None:
    alarm(account, state)
    execution = account.create(gated(**{member: alarm_rule(**monitored)}))
    assert account.ended("my-pipeline", execution) == ends


def test_an_entry_condition_waits_for_the_alarm_to_calm_down(account: Account) -> None:
    account.clock.speed = 60
    alarm(account, "ALARM")
    execution = account.create(gated(beforeEntry=alarm_rule(WaitTime="10000")))
    looked_at(account)
    alarm(account, "OK")
    account.clock.speed = 10_000
    assert account.ended("my-pipeline", execution) == "Succeeded"


def test_a_success_condition_watches_for_the_alarm(account: Account) -> None:
    account.clock.speed = 60
    alarm(account, "OK")
    execution = account.create(gated(onSuccess=alarm_rule(WaitTime="10000")))
    looked_at(account)
    alarm(account, "ALARM")
    account.clock.speed = 10_000
    assert account.ended("my-pipeline", execution) == "Failed"


def test_a_missing_alarm_fails_the_rule_by_name(account: Account) -> None:
    execution = account.create(gated(beforeEntry=alarm_rule()))
    assert account.ended("my-pipeline", execution) == "Failed"
    (run,) = account.api().list_rule_executions(pipelineName="my-pipeline")["ruleExecutionDetails"]
    message = run["output"]["executionResult"]["errorDetails"]["message"]
    assert message == "The alarm errors does not exist in us-east-1."


def test_an_open_window_lets_the_execution_in(account: Account) -> None:
    open_now = rule("Window", "DeploymentWindow", {"Cron": "* * * * * ?", "TimeZone": "Asia/Tokyo"})
    execution = account.create(gated(beforeEntry=condition("FAIL", open_now)))
    assert account.ended("my-pipeline", execution) == "Succeeded"


def test_a_closed_window_says_what_it_waits_for(account: Account) -> None:
    account.clock.speed = 60
    account.create(gated(beforeEntry=condition("FAIL", rule("W", "DeploymentWindow", {"Cron": "* * * * * ? 1999"}))))

    def summary() -> str | None:
        state = account.api().get_pipeline_state(name="my-pipeline")["stageStates"][1]["beforeEntryConditionState"]
        latest = state["conditionStates"][0]["ruleStates"][0].get("latestExecution", {})
        found: str | None = latest.get("summary")
        return found

    assert "* * * * * ? 1999 (UTC) to open" in wait_for(summary, "the window's summary")


@pytest.mark.parametrize(
    ("variable", "operator", "value", "ends"),
    [
        ("calm", "EQ", "calm", "Succeeded"),
        ("calm", "EQ", "cal", "Failed"),
        ("calm", "NE", "bold", "Succeeded"),
        ("calm", "NE", "calm", "Failed"),
        ("calm", "CONTAINS", "al", "Succeeded"),
        ("calm", "CONTAINS", "x", "Failed"),
        ("calm", "MATCHES", "c.*m", "Succeeded"),
        ("calm", "MATCHES", "a", "Failed"),
        ("calm", "MATCHES", "(", "Failed"),
    ],
)
def test_variables_are_compared(account: Account, variable: str, operator: str, value: str, ends: str) -> None:
    execution = account.create(gated(beforeEntry=condition("FAIL", variable_rule(variable, value, operator))))
    assert account.ended("my-pipeline", execution) == ends
