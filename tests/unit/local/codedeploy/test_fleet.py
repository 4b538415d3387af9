"""EC2 deployments: how they end for each outcome, and what the instances serve then."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.outcomes import Outcome
from tests.unit.local.codedeploy.account import APPLICATION, GROUP, REGION, Account, s3_revision

ROLLBACK = {"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]}


def statuses(account: Account, deployment: str) -> list[str]:
    return [target["status"] for target in account.targets(deployment)]


def choose(account: Account, outcome: Outcome) -> None:
    account.outcomes.choose(REGION, "CodeDeploy", APPLICATION, outcome)


@pytest.fixture
def fleet(account: Account) -> Account:
    """With a first revision deployed."""
    account.ec2_group()
    account.released(account.bundle(1))
    return account


def test_a_healthy_deployment_goes_instance_by_instance(fleet: Account) -> None:
    deployment = fleet.deploy(fleet.bundle(2))
    assert fleet.deployment(deployment)["status"] == "Created"
    fleet.after(23)
    info = fleet.deployment(deployment)
    assert info["status"] == "InProgress"
    assert info["deploymentOverview"] | {"Skipped": 0} == {
        "Pending": 1, "InProgress": 1, "Succeeded": 1, "Failed": 0, "Skipped": 0, "Ready": 0,
    }  # fmt: skip
    assert statuses(fleet, deployment) == ["Succeeded", "InProgress", "Pending"]
    fleet.after(40)
    info = fleet.deployment(deployment)
    assert info["status"] == "Succeeded"
    assert info["deploymentOverview"]["Succeeded"] == 3
    assert info["creator"] == "user"
    assert info["previousRevision"] == s3_revision("version-1")
    assert info["completeTime"] > info["startTime"] > info["createTime"]
    assert fleet.page() == (True, "version-2")


def test_the_page_says_what_the_deployment_was_called_that_brought_the_revision_first(account: Account) -> None:
    account.ec2_group()
    account.deploy(account.bundle(1), description="source revision 1")
    account.after(100)
    account.released(account.bundle(2))
    account.deploy(account.bundle(1), description="once more")
    account.after(100)
    assert account.page() == (True, "version-1 source revision 1")


def test_the_lifecycle_events_of_an_instance(fleet: Account) -> None:
    deployment = fleet.deploy(fleet.bundle(2))
    fleet.after(10)
    events = {event["lifecycleEventName"]: event for event in fleet.targets(deployment)[0]["lifecycleEvents"]}
    assert list(events) == [
        "ApplicationStop", "DownloadBundle", "BeforeInstall", "Install",
        "AfterInstall", "ApplicationStart", "ValidateService",
    ]  # fmt: skip
    assert [event["status"] for event in events.values()] == [
        "Succeeded", "Succeeded", "Succeeded", "InProgress", "Pending", "Pending", "Pending",
    ]  # fmt: skip
    assert "endTime" not in events["Install"]


def test_an_unhealthy_deployment_succeeds_and_the_page_is_down(fleet: Account) -> None:
    choose(fleet, Outcome.UNHEALTHY)
    deployment = fleet.released(fleet.bundle(2))
    assert fleet.deployment(deployment)["status"] == "Succeeded"
    assert statuses(fleet, deployment) == ["Succeeded"] * 3
    assert fleet.page() == (False, "version-2")


def test_going_back_to_a_good_revision_is_good_whatever_is_in_force(fleet: Account) -> None:
    choose(fleet, Outcome.UNHEALTHY)
    fleet.released(fleet.bundle(2))
    deployment = fleet.released(s3_revision("version-1"))
    assert fleet.deployment(deployment)["status"] == "Succeeded"
    assert fleet.page() == (True, "version-1")


def test_a_failed_deployment_leaves_the_other_instances_alone(fleet: Account) -> None:
    choose(fleet, Outcome.FAIL)
    deployment = fleet.released(fleet.bundle(2))
    info = fleet.deployment(deployment)
    assert info["status"] == "Failed"
    assert info["errorInformation"]["code"] == "HEALTH_CONSTRAINTS"
    assert "rollbackInfo" not in info
    assert statuses(fleet, deployment) == ["Failed", "Skipped", "Skipped"]
    failed = fleet.targets(deployment)[0]["lifecycleEvents"][-1]
    assert failed["diagnostics"]["errorCode"] == "ScriptFailed"
    assert fleet.page() == (True, "version-1")


def test_all_at_once_takes_every_instance_down(fleet: Account) -> None:
    choose(fleet, Outcome.FAIL)
    fleet.deploy(fleet.bundle(2), deploymentConfigName="CodeDeployDefault.AllAtOnce")
    fleet.after(10_000)
    assert fleet.page() == (False, "version-2")


def test_a_rolled_back_deployment_names_the_rollback(fleet: Account) -> None:
    choose(fleet, Outcome.ROLLED_BACK)
    deployment = fleet.released(fleet.bundle(2))
    info = fleet.deployment(deployment)
    assert info["status"] == "Failed"
    rollback = fleet.deployment(info["rollbackInfo"]["rollbackDeploymentId"])
    assert rollback["status"] == "Succeeded"
    assert rollback["creator"] == "codeDeployRollback"
    assert rollback["revision"] == s3_revision("version-1")
    assert rollback["rollbackInfo"]["rollbackTriggeringDeploymentId"] == deployment
    assert rollback["createTime"] == info["completeTime"]
    assert fleet.page() == (True, "version-1")


def test_without_an_earlier_revision_there_is_nothing_to_go_back_to(account: Account) -> None:
    account.ec2_group()
    choose(account, Outcome.ROLLED_BACK)
    deployment = account.released(account.bundle(1))
    assert account.deployment(deployment)["status"] == "Failed"
    assert "rollbackInfo" not in account.deployment(deployment)


def test_a_group_that_rolls_back_by_itself_does_so_after_any_failure(account: Account) -> None:
    account.ec2_group(autoRollbackConfiguration=ROLLBACK)
    account.released(account.bundle(1))
    choose(account, Outcome.FAIL)
    deployment = account.released(account.bundle(2))
    assert "rollbackDeploymentId" in account.deployment(deployment)["rollbackInfo"]


def test_a_hanging_deployment_is_stopped_with_a_rollback(fleet: Account) -> None:
    choose(fleet, Outcome.HANG)
    deployment = fleet.released(fleet.bundle(2))
    assert fleet.deployment(deployment)["status"] == "InProgress"
    assert statuses(fleet, deployment) == ["InProgress", "Pending", "Pending"]
    assert fleet.api.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)["status"] == "Succeeded"
    info = fleet.deployment(deployment)
    assert info["status"] == "Stopped"
    assert info["errorInformation"]["code"] == "MANUAL_STOP"
    assert statuses(fleet, deployment) == ["Failed", "Skipped", "Skipped"]
    rollback = info["rollbackInfo"]["rollbackDeploymentId"]
    assert fleet.deployment(rollback)["status"] == "Created"
    fleet.after(100)
    assert fleet.deployment(rollback)["status"] == "Succeeded"
    assert fleet.page() == (True, "version-1")


@pytest.mark.parametrize(("asked", "habit", "rolls_back"), [
    (None, ROLLBACK, True), (None, None, False), (False, ROLLBACK, False), (True, None, True),
])  # fmt: skip
def test_a_stop_rolls_back_as_asked_else_as_the_group_does(
    account: Account, asked: bool | None, habit: Any, rolls_back: bool
) -> None:
    account.ec2_group(**({"autoRollbackConfiguration": habit} if habit else {}))
    account.released(account.bundle(1))
    deployment = account.deploy(account.bundle(2))
    account.after(5)
    account.api.stop_deployment(deploymentId=deployment, **({} if asked is None else {"autoRollbackEnabled": asked}))
    assert ("rollbackInfo" in account.deployment(deployment)) is rolls_back


def test_a_finished_deployment_cannot_be_stopped(fleet: Account) -> None:
    deployment = fleet.released(fleet.bundle(2))
    with pytest.raises(fleet.api.exceptions.DeploymentAlreadyCompletedException):
        fleet.api.stop_deployment(deploymentId=deployment)


def test_a_group_has_one_active_deployment(fleet: Account) -> None:
    active = fleet.deploy(fleet.bundle(2))
    with pytest.raises(fleet.api.exceptions.DeploymentLimitExceededException, match=active):
        fleet.deploy(fleet.bundle(3))


@pytest.mark.parametrize(("content", "message"), [
    (None, "The specified version does not exist."),
    (b"no zip", "not a zip archive"),
    (b"PK\x05\x06" + b"\0" * 18, "did not find an AppSpec file"),
])  # fmt: skip
def test_a_bundle_that_cannot_be_installed_fails_at_its_download(
    fleet: Account, content: bytes | None, message: str
) -> None:
    if content is not None:
        fleet.aws.s3.objects["store", "app.zip", "version-9"] = content
    deployment = fleet.released(s3_revision("version-9"))
    assert fleet.deployment(deployment)["status"] == "Failed"
    (failed,) = [event for event in fleet.targets(deployment)[0]["lifecycleEvents"] if event["status"] == "Failed"]
    assert failed["lifecycleEventName"] == "DownloadBundle"
    assert message in failed["diagnostics"]["message"]


def test_the_group_tells_its_last_deployments(fleet: Account) -> None:
    choose(fleet, Outcome.FAIL)
    failed = fleet.released(fleet.bundle(2))
    info = fleet.api.get_deployment_group(applicationName=APPLICATION, deploymentGroupName=GROUP)["deploymentGroupInfo"]
    assert info["lastAttemptedDeployment"]["deploymentId"] == failed
    assert info["lastAttemptedDeployment"]["status"] == "Failed"
    assert info["lastSuccessfulDeployment"]["status"] == "Succeeded"
    assert info["targetRevision"] == s3_revision("version-1")


def test_events_tell_every_change_once_in_the_groups_region(fleet: Account) -> None:
    assert fleet.page()[0]  # whoever looks first has the end of the first release announced
    fleet.events.clear()
    choose(fleet, Outcome.ROLLED_BACK)
    deployment = fleet.released(fleet.bundle(2))
    for _ in range(2):
        rollback = fleet.deployment(deployment)["rollbackInfo"]["rollbackDeploymentId"]
    details = [json.loads(entry["Detail"]) for _, entry in fleet.events]
    seen = [(detail["deploymentId"], detail["state"]) for detail in details]
    assert seen == [(deployment, "START"), (deployment, "FAILURE"), (rollback, "START"), (rollback, "SUCCESS")]
    assert {region for region, _ in fleet.events} == {REGION}
    entry = fleet.events[0][1]
    assert (entry["Source"], entry["DetailType"]) == (
        "aws.codedeploy",
        "CodeDeploy Deployment State-change Notification",
    )
    assert entry["Resources"][0].endswith(f":deploymentgroup:{APPLICATION}/{GROUP}")
    assert details[0].keys() == {
        "region", "application", "deploymentId", "instanceGroupId", "deploymentGroup", "state",
    }  # fmt: skip


def test_targets_are_told_once_the_deployment_has_started(fleet: Account) -> None:
    deployment = fleet.deploy(fleet.bundle(2))
    with pytest.raises(fleet.api.exceptions.DeploymentNotStartedException):
        fleet.api.list_deployment_targets(deploymentId=deployment)
    fleet.after(3)
    filters = {"TargetStatus": ["Pending"]}
    pending = fleet.api.list_deployment_targets(deploymentId=deployment, targetFilters=filters)["targetIds"]
    assert len(pending) == 2
    with pytest.raises(ClientError) as refused:
        fleet.api.batch_get_deployment_targets(deploymentId=deployment, targetIds=["i-0"])
    assert refused.value.response["Error"]["Code"] == "DeploymentTargetDoesNotExistException"


def test_the_page_of_an_unknown_application(account: Account) -> None:
    with pytest.raises(LookupError, match="no CodeDeploy application nobody in us-west-2"):
        account.service.page(REGION, "nobody")


def test_the_page_names_what_the_deployment_was_called(account: Account) -> None:
    account.ec2_group()
    assert account.page() == (False, "no revision")
    account.deploy(account.bundle(1), description="source revision abc")
    account.after(1_000)
    assert account.page() == (True, "version-1 source revision abc")
