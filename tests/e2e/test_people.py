"""What people see and do: a click on Approve in Slack's page, and the board that CloudWatch would show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import requests

from local.account import APPROVER
from local.pictures.devtools import browser
from local.pictures.tab import Tab
from tests.builders.boards import Page
from tests.e2e.outside import Outside, wait_until
from tests.e2e.own_pipeline import OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines, asking

if TYPE_CHECKING:
    from pathlib import Path

    from local.account import Account

pytestmark = pytest.mark.e2e

NAME = "asks-people"


@pytest.fixture(scope="module")
def pipeline(account: Account) -> SmallPipeline:
    """A pipeline whose first execution waits for a person."""
    outside = Outside(account.describe())
    own = OwnPipeline(outside, NAME, ("eu-west-1",), account.outputs)
    source = own.create_source("a note")
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, own.create_role(), {})
    return SmallPipelines(own, release).create(NAME, asking())


@pytest.fixture
def tab(installed_browser: Path) -> Iterator[Tab]:
    with browser(installed_browser, 200) as devtools:
        yield Tab(devtools, 1240, 900)


def board(outside: Outside) -> Page:
    answer = requests.get(outside.description["board"], timeout=60)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_a_click_on_approve_lets_the_release_go_on(pipeline: SmallPipeline, outside: Outside, tab: Tab) -> None:
    wait_until(lambda: outside.cards(pipeline.first), "the card")
    (waiting,) = outside.cards(pipeline.first)
    approve = f'[data-ts="{waiting["ts"]}"] button[data-action^="approve"]'
    tab.open(f"{outside.description['slack']}/?user={APPROVER}")
    tab.wait_until(f"document.querySelector('{approve}')")
    tab.click(approve)
    assert pipeline.ended(pipeline.first) == "Succeeded"
    tab.wait_until(f"!document.querySelector('{approve}')")
    card = outside.ended_card(pipeline.first, APPROVER)
    assert card["metadata"]["event_payload"]["state"] == "SUCCEEDED"


def test_the_board_shows_the_release_and_a_click_its_timeline(
    pipeline: SmallPipeline, outside: Outside, tab: Tab
) -> None:
    outside.ended_card(pipeline.first)
    wait_until(lambda: NAME in board(outside).texts, "the release on the board", 30)
    tab.open(outside.description["board"])
    tab.click("#widget a", NAME)
    tab.wait_until("document.querySelector('#widget svg[aria-label^=timeline]')")
    assert "Sign-off" in tab.evaluate("document.getElementById('widget').textContent")
    tab.click("#widget a", "all releases")
    tab.wait_until("document.querySelector('#widget table thead')")


def test_every_alarm_of_the_stack_is_on_the_dashboard(account: Account, outside: Outside) -> None:
    cloudwatch = outside.client("cloudwatch")
    body = json.loads(cloudwatch.get_dashboard(DashboardName=account.outputs["BoardDashboardName"])["DashboardBody"])
    [shown] = [each["properties"]["alarms"] for each in body["widgets"] if each["type"] == "alarm"]
    alarms = {alarm["AlarmArn"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert alarms
    assert alarms == set(shown)
