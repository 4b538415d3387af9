"""The board shows every alarm, and the metrics that functions really write."""

from __future__ import annotations

import json
import re
from typing import Any

from crosscheck.telemetry import NAMESPACE
from tests.template.expanded import TEMPLATE, resources

FUNCTIONS = TEMPLATE.parent / "functions"
LAYER = TEMPLATE.parent / "layers"


def _body(*, cards: bool) -> dict[str, Any]:
    """The dashboard's body, with names in the places of what they stand for."""
    [dashboard] = resources("AWS::CloudWatch::Dashboard").values()
    text, parts = dashboard["DashboardBody"]["Fn::Sub"]
    for name, choice in parts.items():
        condition, there, absent = choice["Fn::If"]
        assert condition == "CardsOn"
        text = text.replace(f"${{{name}}}", there["Fn::Sub"] if cards else absent)
    body: dict[str, Any] = json.loads(text)
    return body


def _widgets(kind: str, *, cards: bool = True) -> list[dict[str, Any]]:
    return [each["properties"] for each in _body(cards=cards)["widgets"] if each["type"] == kind]


def test_every_alarm_is_on_the_board() -> None:
    [shown] = _widgets("alarm")
    assert {re.fullmatch(r"\$\{(\w+)\.Arn\}", arn)[1] for arn in shown["alarms"]} == set(  # type: ignore[index]
        resources("AWS::CloudWatch::Alarm")
    )


def test_without_cards_the_board_names_nothing_that_is_not_there() -> None:
    without = json.dumps(_body(cards=False))
    there = json.dumps(_body(cards=True))
    assert "UpdateCard" in there
    assert "UpdateCard" not in without
    assert "CardsRefusedAlarm" not in without


def test_the_errors_of_every_function_are_on_the_board() -> None:
    metrics = [metric for widget in _widgets("metric") for metric in widget["metrics"] if metric[1] == "Errors"]
    assert {metric[3] for metric in metrics} == {f"${{{name}}}" for name in resources("AWS::Lambda::Function")}


def test_own_metrics_on_the_board_and_of_alarms_are_counted_by_their_function() -> None:
    shown = {
        (metric[1], metric[3])
        for widget in _widgets("metric")
        for metric in widget["metrics"]
        if metric[0] == NAMESPACE
    }
    alarms = resources("AWS::CloudWatch::Alarm").values()
    rung = {(each["MetricName"], each["Dimensions"][0]["Value"]) for each in alarms if each["Namespace"] == NAMESPACE}
    assert shown
    for metric, function in shown | rung:
        sources = [*(FUNCTIONS / function).rglob("*.py"), *LAYER.rglob("*.py")]
        assert any(f'count("{metric}"' in path.read_text() for path in sources), (metric, function)


def test_the_widget_is_the_function_that_draws_it() -> None:
    [widget] = _widgets("custom")
    assert widget["endpoint"] == "${RenderWidget.Arn}"
    assert widget["updateOn"] == {"refresh": True, "resize": True, "timeRange": True}


def test_widgets_fit_the_grid_and_none_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for each in _body(cards=True)["widgets"]:
        places = {
            (x, y)
            for x in range(each["x"], each["x"] + each["width"])
            for y in range(each["y"], each["y"] + each["height"])
        }
        assert each["x"] + each["width"] <= 24
        assert not places & taken
        taken |= places


def test_the_widget_may_read_the_ledger_and_nothing_else() -> None:
    [policy] = resources("AWS::IAM::Role")["RenderWidgetRole"]["Policies"]
    logs, ledger = policy["PolicyDocument"]["Statement"]
    assert logs["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert ledger["Action"] == "dynamodb:Query"
    assert ledger["Resource"] == [{"Fn::GetAtt": ["Ledger", "Arn"]}, {"Fn::Sub": "${Ledger.Arn}/index/board"}]
    assert "ManagedPolicyArns" not in resources("AWS::IAM::Role")["RenderWidgetRole"]
