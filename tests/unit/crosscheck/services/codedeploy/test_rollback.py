"""The way back through CodeDeploy: where a group stands, and what beginning does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import (
    NOTHING_ELSE_PROVEN,
    NOTHING_PROVEN,
    Feasibility,
    RollbackStarted,
    SupersededError,
)
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.rollback import CodeDeployProposal, CodeDeployRollback
from tests.fakes.codedeploy import FakeCodeDeploy, appspec, s3
from tests.fakes.ecs import FakeEcs
from tests.fakes.json_protocol import FakeClients, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

REGION = "us-west-2"
NAMED = ("CrossRegionActionSupport", "production")
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
UNDO = CodeDeployRollback()
PROVEN = "s3://store/release/1@v1"


@pytest.fixture
def fake() -> FakeCodeDeploy:
    return FakeCodeDeploy(STARTED)


def planned(deployment: str) -> PlannedCheck:
    run = ActionRun("Deploy", "Deploy-US-West", "Succeeded", 0.0, external=deployment)
    return PlannedCheck("codedeploy", REGION, {"application": NAMED[0], "group": NAMED[1]}, run)


def propose(fake: FakeCodeDeploy, deployment: str, proven: str = PROVEN) -> CodeDeployProposal:
    return UNDO.propose(planned(deployment), proven, clients(fake))


def clients(fake: FakeCodeDeploy) -> FakeClients:
    """CodeDeploy, and ECS with a task definition per AppSpec, whose image is pinned."""
    ecs = FakeEcs(REGION)
    for family in ("app", "a" * 255):
        for number in range(8):
            ecs.define(f"{family}:{number}", {"web": f"app@sha256:{number:064x}"})
    return FakeClients({("codedeploy", REGION): fake, ("ecs", REGION): ecs})


def begin(fake: FakeCodeDeploy, deployment: str, way: CodeDeployProposal, proven: str = PROVEN) -> RollbackStarted:
    return UNDO.execute(planned(deployment), way, proven, clients(fake))


def released(fake: FakeCodeDeploy, status: str = "Succeeded", **more: object) -> str:
    """A good deployment, then the one that is to be taken back."""
    fake.deploy(NAMED, s3(1))
    return fake.deploy(NAMED, s3(2), status, **more)


def hashed(number: int) -> str:
    return f"appspec sha256:{appspec(number)['appSpecContent']['sha256']}"


def proof(begun: RollbackStarted, **named: str) -> bool:
    """Whether it proves that deployment."""
    expected = {"application": NAMED[0], "group": NAMED[1], **named}
    return (begun.verification.kind, begun.verification.region, begun.verification.run) == (
        "codedeploy",
        REGION,
        None,
    ) and (begun.verification.parameters == expected)


@pytest.mark.parametrize("status", ["Succeeded", "Failed", "Stopped"])
def test_what_ended_is_taken_back_by_the_last_good_revision(fake: FakeCodeDeploy, status: str) -> None:
    ours = released(fake, status, fileExistsBehavior="OVERWRITE", ignoreApplicationStopFailures=True)
    way = propose(fake, ours)
    assert (way.feasibility, way.target) == (Feasibility.READY, "s3://store/release/1@v1")
    assert way.reason == f"{ours} is {status}, and d-000000000 had succeeded before it"
    begun = begin(fake, ours, way)
    made = fake.groups[NAMED][-1]
    assert proof(begun, deployment=made)
    assert begun.reason == f"deployed s3://store/release/1@v1 again: {made}"
    (request,) = fake.called("CreateDeployment")
    assert request == {
        "applicationName": NAMED[0],
        "deploymentGroupName": NAMED[1],
        "revision": s3(1),
        "description": f"crosscheck:{ours}",
        "autoRollbackConfiguration": {"enabled": False},
        "overrideAlarmConfiguration": {"enabled": False, "alarms": []},
        "ignoreApplicationStopFailures": True,
        "fileExistsBehavior": "OVERWRITE",
    }


@pytest.mark.parametrize("theirs", [("CrossRegionActionSupport", "billing"), ("Billing", "production")])
def test_a_deployment_to_another_group_than_the_actions_is_left_alone(
    fake: FakeCodeDeploy, theirs: tuple[str, str]
) -> None:
    fake.deploy(NAMED, s3(1))
    fake.deploy(theirs, s3(1))
    foreign = fake.deploy(theirs, s3(2))
    way = propose(fake, foreign)
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == (
        f"CodePipeline names {foreign}, which is a deployment to {theirs[1]} of {theirs[0]}, not to production of "
        "CrossRegionActionSupport"
    )
    assert fake.called("CreateDeployment") == fake.called("StopDeployment") == []


def test_the_proof_of_the_proposal_passes_once_the_group_is_back(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    way = propose(fake, ours)
    assert way.verification is not None
    aws = FakeClients({("codedeploy", REGION): fake})
    assert CodeDeploy().run(way.verification, aws).verdict is Verdict.PENDING
    begin(fake, ours, way)
    made = fake.groups[NAMED][-1]
    fake.deployments[made]["status"] = "Succeeded"
    fake.instance(made)
    assert CodeDeploy().run(way.verification, aws).verdict is Verdict.PASS


def test_beginning_twice_has_one_effect(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    way = propose(fake, ours)
    first = begin(fake, ours, way)
    again = begin(fake, ours, way)
    assert again.verification == first.verification
    assert len(fake.called("CreateDeployment")) == 1
    later = propose(fake, ours)
    assert later.feasibility is Feasibility.READY
    assert begin(fake, ours, later).verification == first.verification


def test_two_that_begin_at_once_have_one_effect(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    way = propose(fake, ours)
    fake.meanwhile["CreateDeployment"] = lambda: fake.deploy(NAMED, s3(1), "Created", description=f"crosscheck:{ours}")
    assert proof(begin(fake, ours, way), deployment=fake.groups[NAMED][-1])
    assert len(fake.groups[NAMED]) == 3


def test_a_strangers_deployment_that_calls_itself_the_way_back_is_none(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    theirs = fake.deploy(NAMED, s3(3), description=f"crosscheck:{ours}")
    way = propose(fake, ours)
    assert (way.feasibility, way.reason) == (Feasibility.SUPERSEDED, f"{theirs} (Succeeded) came after {ours}")


@pytest.mark.parametrize("status", ["Succeeded", "InProgress"])
@pytest.mark.parametrize(("named", "feasibility"), [({}, Feasibility.MANUAL), ({"eTag": "e"}, Feasibility.READY)])
def test_an_object_whose_version_nobody_named_may_be_another_one_by_now(
    fake: FakeCodeDeploy, status: str, named: dict[str, str], feasibility: Feasibility
) -> None:
    location = {"bucket": "store", "key": "latest.zip", "bundleType": "zip", **named}
    fake.deploy(NAMED, {"revisionType": "S3", "s3Location": location})
    ours = fake.deploy(NAMED, s3(2), status)
    proven = f"s3://store/latest.zip{'@e' if named else ''}"
    assert propose(fake, ours, proven).feasibility is feasibility


def test_a_strangers_deployment_that_calls_itself_the_way_back_was_replaced_all_the_same(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    way = propose(fake, ours)
    create = fake.create_deployment

    def late(body: Mapping[str, Any]) -> Mapping[str, Any]:
        fake.deploy(NAMED, s3(3), description=f"crosscheck:{ours}")
        return create(body)

    fake.create_deployment = late  # type: ignore[method-assign]
    assert "s3://store/release/3@v3, deployed by somebody else" in begin(fake, ours, way).replaced


def test_another_deployment_that_comes_at_that_moment_has_moved_on(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    way = propose(fake, ours)
    fake.meanwhile["CreateDeployment"] = lambda: fake.deploy(NAMED, s3(3), "InProgress")
    with pytest.raises(SupersededError, match="came after"):
        begin(fake, ours, way)
    assert len(fake.groups[NAMED]) == 3


def test_an_account_at_its_limit_is_tried_once_more_and_then_told(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    way = propose(fake, ours)
    fake.refuse("CreateDeployment", RefusedError("DeploymentLimitExceededException"))
    with pytest.raises(ClientError):
        begin(fake, ours, way)
    assert len(fake.called("CreateDeployment")) == 2


def test_f04_a_newer_deployment_has_moved_on(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    way = propose(fake, ours)
    newer = fake.deploy(NAMED, s3(3))
    moved = propose(fake, ours)
    assert (moved.feasibility, moved.reason) == (Feasibility.SUPERSEDED, f"{newer} (Succeeded) came after {ours}")
    assert moved.verification is None
    with pytest.raises(SupersededError, match=newer):
        begin(fake, ours, way)
    assert not fake.called("CreateDeployment")


def test_a_group_that_still_names_an_older_deployment_has_not_moved_on(fake: FakeCodeDeploy) -> None:
    ours = released(fake, "InProgress")
    fake.behind = 1
    assert propose(fake, ours).feasibility is Feasibility.READY


def test_codedeploys_own_rollback_is_the_way_back_already(fake: FakeCodeDeploy) -> None:
    ours = released(fake, "Failed")
    way = propose(fake, ours)
    rollback = fake.roll_back(ours, "InProgress")
    back = propose(fake, ours)
    assert (back.feasibility, back.target) == (Feasibility.ALREADY_BACK, rollback)
    assert proof(begin(fake, ours, way), deployment=rollback)
    assert not fake.called("CreateDeployment")
    fake.deployments[rollback]["status"] = "Failed"
    assert propose(fake, ours).feasibility is Feasibility.MANUAL


@pytest.mark.parametrize("status", ["Created", "Queued", "InProgress", "Baking", "Ready"])
def test_what_runs_is_stopped_with_its_rollback(fake: FakeCodeDeploy, status: str) -> None:
    ours = released(fake, status)
    way = propose(fake, ours)
    assert (way.feasibility, way.target) == (Feasibility.READY, "d-000000000")
    begun = begin(fake, ours, way)
    assert fake.called("StopDeployment") == [{"deploymentId": ours, "autoRollbackEnabled": True}]
    rollback = fake.groups[NAMED][-1]
    assert proof(begun, deployment=rollback)
    assert begun.reason == f"stopped {ours}; {rollback} rolls it back"
    assert begin(fake, ours, way).verification == begun.verification
    assert len(fake.called("StopDeployment")) == 1


def test_a_rollback_that_begins_later_is_proven_by_what_it_undoes(fake: FakeCodeDeploy) -> None:
    ours = released(fake, "InProgress")
    fake.slow = True
    assert proof(begin(fake, ours, propose(fake, ours)), undoes=ours)


def test_what_ends_while_it_is_being_stopped_is_deployed_back(fake: FakeCodeDeploy) -> None:
    ours = released(fake, "InProgress")
    way = propose(fake, ours)
    fake.meanwhile["StopDeployment"] = lambda: fake.deployments[ours].update(status="Succeeded")
    assert proof(begin(fake, ours, way), deployment=fake.groups[NAMED][-1])
    assert fake.called("CreateDeployment")[0]["description"] == f"crosscheck:{ours}"


@pytest.mark.parametrize(("action", "seconds"), [("TERMINATE", 3_600.0), ("KEEP_ALIVE", 0.0)])
def test_a_way_back_goes_on_until_the_original_environment_is_terminated(
    fake: FakeCodeDeploy, action: str, seconds: float
) -> None:
    original = {"action": action, "terminationWaitTimeInMinutes": 60}
    settings = {"terminateBlueInstancesOnDeploymentSuccess": original}
    ours = released(fake, blueGreenDeploymentConfiguration=settings)
    way = propose(fake, ours)
    assert way.settle_seconds == seconds
    begin(fake, ours, way)
    assert propose(fake, ours).settle_seconds == seconds


@pytest.mark.parametrize(("proven", "why"), [("", NOTHING_PROVEN), ("s3://store/release/2@v2", NOTHING_ELSE_PROVEN)])
def test_where_nothing_else_was_proven_a_person_has_to_say(fake: FakeCodeDeploy, proven: str, why: str) -> None:
    ours = released(fake)
    way = propose(fake, ours, proven)
    assert (way.feasibility, way.reason) == (Feasibility.MANUAL, f"{ours} is Succeeded; {why}")
    with pytest.raises(SupersededError):
        begin(fake, ours, way, proven)


def test_two_bad_releases_in_a_row_are_both_taken_back(fake: FakeCodeDeploy) -> None:
    fake.deploy(NAMED, s3(1))
    fake.deploy(NAMED, s3(2))  # CodeDeploy calls it a success; it was found broken, and left
    ours = fake.deploy(NAMED, s3(3))
    way = propose(fake, ours)
    assert (way.feasibility, way.target) == (Feasibility.READY, PROVEN)
    begin(fake, ours, way)
    assert fake.called("CreateDeployment")[0]["revision"] == s3(1)


def test_what_runs_is_not_stopped_where_codedeploy_would_go_back_to_what_never_passed(fake: FakeCodeDeploy) -> None:
    fake.deploy(NAMED, s3(1))
    fake.deploy(NAMED, s3(2))
    ours = fake.deploy(NAMED, s3(3), "InProgress")
    way = propose(fake, ours)
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason.endswith("stopped, it would go back to s3://store/release/2@v2, which has not passed")


def test_codedeploys_own_way_back_to_what_never_passed_is_not_the_end(fake: FakeCodeDeploy) -> None:
    fake.deploy(NAMED, s3(1))
    fake.deploy(NAMED, s3(2))
    ours = fake.deploy(NAMED, s3(3), "Failed")
    rollback = fake.roll_back(ours, "InProgress")
    assert propose(fake, ours).feasibility is Feasibility.ALREADY_BACK
    fake.deployments[rollback].update(status="Succeeded", revision=s3(2))
    way = propose(fake, ours)
    assert (way.feasibility, way.target) == (Feasibility.READY, PROVEN)
    begun = begin(fake, ours, way)
    assert begin(fake, ours, way).verification == begun.verification
    assert len(fake.called("CreateDeployment")) == 1


def test_a_deployment_that_codedeploy_no_longer_lists_is_no_way_back(fake: FakeCodeDeploy) -> None:
    ours = fake.deploy(NAMED, s3(2))
    way = propose(fake, ours)
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == f"CodeDeploy no longer lists the deployment to production of {PROVEN}"


def test_a_history_of_many_is_read_in_batches(fake: FakeCodeDeploy) -> None:
    for number in range(60):
        fake.deploy(NAMED, s3(number))
    ours = fake.deploy(NAMED, s3(60))
    assert propose(fake, ours, "s3://store/release/7@v7").target == "s3://store/release/7@v7"
    assert [len(call["deploymentIds"]) for call in fake.called("BatchGetDeployments")] == [25, 25, 11]


def test_a_good_deployment_of_long_ago_is_found(fake: FakeCodeDeploy) -> None:
    fake.deploy(NAMED, s3(1))
    fake.now += timedelta(days=400)
    ours = fake.deploy(NAMED, s3(2))
    assert propose(fake, ours).target == "s3://store/release/1@v1"
    asked = fake.called("ListDeployments")
    assert "start" in asked[0]["createTimeRange"]
    assert "start" not in asked[-1]["createTimeRange"]


def test_more_than_can_be_read_is_not_guessed(fake: FakeCodeDeploy) -> None:
    for number in range(501):
        fake.deploy(NAMED, s3(number))
    way = propose(fake, fake.groups[NAMED][-1])
    assert way.feasibility is Feasibility.MANUAL
    assert "over 500 deployments" in way.reason


def test_another_good_deployment_than_was_proposed_is_not_deployed(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    way = propose(fake, ours)
    fake.deployments["d-000000000"]["status"] = "Failed"
    fake.deployments["d-000000002"] = {**fake.deployments["d-000000000"], "status": "Succeeded"}
    fake.deployments["d-000000002"]["deploymentId"] = "d-000000002"
    fake.groups[NAMED].insert(0, "d-000000002")
    with pytest.raises(SupersededError, match="d-000000002"):
        begin(fake, ours, way)


def test_an_appspec_is_fetched_by_its_hash(fake: FakeCodeDeploy) -> None:
    fake.platform = "ECS"
    fake.deploy(NAMED, appspec(6))
    ours = fake.deploy(NAMED, appspec(7), fileExistsBehavior="DISALLOW")
    way = propose(fake, ours, hashed(6))
    assert way.target == "app:6"
    begin(fake, ours, way, hashed(6))
    (request,) = fake.called("CreateDeployment")
    assert request["revision"] == appspec(6)
    assert "fileExistsBehavior" not in request


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task-definition/{family}:7", "{family}:7"),
        ("{family}:7", "{family}:7"),
        ("{family}a:7", ""),
        ("{family}/{family}:7", ""),
    ],
)
def test_what_is_longer_than_any_task_definition_is_none(fake: FakeCodeDeploy, named: str, shown: str) -> None:
    fake.platform, family = "ECS", "a" * 255
    before = appspec(6)
    before["appSpecContent"]["content"] = f"TaskDefinition: {named.format(family=family)}\n"
    fake.deploy(NAMED, before)
    ours = fake.deploy(NAMED, appspec(7))
    way = propose(fake, ours, hashed(6))
    assert way.target == shown.format(family=family)
    assert way.feasibility is (Feasibility.READY if shown else Feasibility.MANUAL)


def test_an_appspec_that_is_gone_is_no_way_back(fake: FakeCodeDeploy) -> None:
    fake.platform = "ECS"
    fake.deploy(NAMED, appspec(6))
    ours = fake.deploy(NAMED, appspec(7))
    fake.forgotten.add(appspec(6)["appSpecContent"]["sha256"])
    way = propose(fake, ours, hashed(6))
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == "CodeDeploy no longer has the AppSpec of d-000000000, the last good deployment"


@pytest.mark.parametrize("deployment", ["", "d-999999999"])
def test_a_deployment_that_nobody_knows_is_stuck(fake: FakeCodeDeploy, deployment: str) -> None:
    released(fake)
    assert propose(fake, deployment).feasibility is Feasibility.MANUAL


def test_a_group_that_is_gone_is_stuck(fake: FakeCodeDeploy) -> None:
    ours = released(fake)
    del fake.groups[NAMED]
    way = propose(fake, ours)
    assert (way.feasibility, way.reason) == (Feasibility.MANUAL, "there is no deployment group production any more")
