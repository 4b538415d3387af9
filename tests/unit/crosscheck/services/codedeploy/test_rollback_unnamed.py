"""The way back of a CodeDeploy action for which CodePipeline names no deployment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.codedeploy.rollback import CodeDeployProposal, CodeDeployRollback
from tests.fakes.codedeploy import FakeCodeDeploy, s3
from tests.fakes.json_protocol import FakeClients

REGION = "us-west-2"
NAMED = ("CrossRegionActionSupport", "production")
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


@pytest.fixture
def fake() -> FakeCodeDeploy:
    return FakeCodeDeploy(STARTED)


def unnamed(fake: FakeCodeDeploy, status: str, started: datetime) -> CodeDeployProposal:
    run = ActionRun("Deploy", "Deploy-US-West", status, started.timestamp())
    told = PlannedCheck("codedeploy", REGION, {"application": NAMED[0], "group": NAMED[1]}, run)
    return CodeDeployRollback().propose(told, "", FakeClients({("codedeploy", REGION): fake}))


def test_an_action_that_failed_before_it_deployed_left_the_group_as_it_was(fake: FakeCodeDeploy) -> None:
    before = fake.deploy(NAMED, s3(1))
    way = unnamed(fake, "Failed", fake.now + timedelta(seconds=1))
    assert (way.feasibility, way.target, way.verification) == (Feasibility.ALREADY_BACK, before, None)
    assert way.reason == f"Deploy-US-West deployed nothing: the last deployment of production is {before} as before"


def test_an_action_that_failed_before_the_first_deployment_of_a_group(fake: FakeCodeDeploy) -> None:
    fake.groups[NAMED] = []
    way = unnamed(fake, "Failed", STARTED)
    assert (way.feasibility, way.target) == (Feasibility.ALREADY_BACK, "")
    assert way.reason == "Deploy-US-West deployed nothing: production has had no deployment"


@pytest.mark.parametrize("status", ["Succeeded", "InProgress", "Failed"])
def test_what_was_deployed_since_an_action_without_a_name_began_may_be_its_own(
    fake: FakeCodeDeploy, status: str
) -> None:
    fake.deploy(NAMED, s3(1))
    way = unnamed(fake, status, fake.now)
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == "CodePipeline names no deployment of the action, or CodeDeploy has it no more"


def test_an_action_without_a_name_of_a_group_that_is_gone(fake: FakeCodeDeploy) -> None:
    way = unnamed(fake, "Failed", STARTED)
    assert (way.feasibility, way.reason) == (Feasibility.MANUAL, "there is no deployment group production any more")
