"""What there is for buttons, and that nothing of it is there without approvers."""

from __future__ import annotations

import json
import re

import pytest

from crosscheck.decisions.approvers import parse_approvers
from tests.template.expanded import expanded, resources, written

PARTS = (
    "HandleInteraction", "HandleInteractionLogs", "HandleInteractionRole", "HandleInteractionUrl",
    "HandleInteractionUrlPublicPermissions", "HandleInteractionURLInvokeAllowPublicAccess",
    "ApplyDecision", "ApplyDecisionLogs", "ApplyDecisionRole", "ApplyDecisionQueue",
)  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_without_approvers_nothing_of_it_is_there(name: str) -> None:
    assert expanded()["Resources"][name]["Condition"] == "ButtonsOn"
    listed = {"Fn::Equals": [{"Fn::Join": ["", {"Ref": "Approvers"}]}, ""]}
    assert expanded()["Conditions"]["ButtonsOn"] == {"Fn::And": [{"Condition": "CardsOn"}, {"Fn::Not": [listed]}]}
    assert written()["Outputs"]["InteractionsUrl"]["Condition"] == "ButtonsOn"


def test_slack_reaches_the_url_and_nothing_else_of_the_function() -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html: a URL needs both permissions."""
    (url,) = resources("AWS::Lambda::Url").values()
    assert url["AuthType"] == "NONE"
    assert "Cors" not in url
    permissions = resources("AWS::Lambda::Permission")
    assert {each["FunctionName"]["Ref"] for each in permissions.values()} == {"HandleInteraction"}
    by_url, by_invoke = sorted(permissions.values(), key=lambda each: each["Action"], reverse=True)
    assert (by_url["Action"], by_url["FunctionUrlAuthType"]) == ("lambda:InvokeFunctionUrl", "NONE")
    assert (by_invoke["Action"], by_invoke["InvokedViaFunctionUrl"]) == ("lambda:InvokeFunction", True)


def test_the_function_behind_the_url_can_only_hand_clicks_on() -> None:
    role = resources("AWS::IAM::Role")["HandleInteractionRole"]
    (policy,) = role["Policies"]
    actions = {action for each in policy["PolicyDocument"]["Statement"] for action in _list(each["Action"])}
    assert actions == {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage", "dynamodb:Query"}
    assert role["ManagedPolicyArns"] == [{"Ref": "SlackSecretPolicy"}]


def test_a_decision_is_acted_on_one_at_a_time_for_each_release() -> None:
    queues = resources("AWS::SQS::Queue")
    assert queues["DecisionsQueue"]["FifoQueue"] is True
    function = resources("AWS::Lambda::Function")["ApplyDecision"]
    assert queues["DecisionsQueue"]["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_both_sides_and_the_card_have_the_same_approvers() -> None:
    functions = resources("AWS::Lambda::Function")
    joined = {"Fn::Join": [",", {"Ref": "Approvers"}]}
    told = {name for name, each in functions.items() if each["Environment"]["Variables"].get("APPROVERS") == joined}
    assert told == {"HandleInteraction", "ApplyDecision", "UpdateCard"}


@pytest.mark.parametrize("person", ["U0123456789", "W0123456789", "S0123456789", "C0123456789", "here", "U1 S2"])
def test_the_parameter_takes_what_can_be_an_approver_and_nothing_else(person: str) -> None:
    pattern = written()["Parameters"]["Approvers"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, person)) == bool(parse_approvers(person))
    assert re.fullmatch(pattern, "")


def test_the_policies_say_what_a_click_may_do() -> None:
    text = json.dumps(resources("AWS::IAM::Role")["ApplyDecisionRole"]["Policies"])
    assert "Rollback" not in text
    assert "codepipeline:PutApprovalResult" in text


def _list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
