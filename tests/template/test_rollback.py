"""Who may make Crosscheck roll back, and who hears of what a rollback replaced."""

from __future__ import annotations

from crosscheck.telemetry import NAMESPACE
from tests.template.expanded import resources, written


def test_a_rollback_that_replaced_what_was_somebody_elses_rings_an_alarm() -> None:
    alarm = resources("AWS::CloudWatch::Alarm")["StrangersReplacedAlarm"]
    service = resources("AWS::Lambda::Function")["RollBack"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == (NAMESPACE, "StrangersReplaced", 0)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]


def test_plans_may_roll_back_unless_the_stack_says_otherwise() -> None:
    parameter = written()["Parameters"]["PlansMayRollBack"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("true", ["true", "false"])
    functions = resources("AWS::Lambda::Function")
    reading = {name for name in functions if "PLANS_MAY_ROLL_BACK" in functions[name]["Environment"]["Variables"]}
    assert reading == {"PlanChecks"}
    assert functions["PlanChecks"]["Environment"]["Variables"]["PLANS_MAY_ROLL_BACK"] == {"Ref": "PlansMayRollBack"}
