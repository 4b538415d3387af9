"""ECS blue/green deployments: the task sets as the traffic moves, for each outcome."""

from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from local.codedeploy.revisions import InvalidAppSpecError, parse_appspec
from local.outcomes import Outcome
from tests.unit.local.codedeploy.account import (
    APPLICATION,
    CLUSTER,
    REGION,
    SERVICE,
    Account,
    appspec_revision,
    ecs_settings,
)

INSTALLED, SHIFTED, ENDED = 33.0, 43.0, 343.0  # after CreateDeployment; the blue task set is kept for 5 minutes


def choose(account: Account, outcome: Outcome) -> None:
    account.outcomes.choose(REGION, "CodeDeployToECS", APPLICATION, outcome)


@pytest.fixture
def service(account: Account) -> Account:
    """With a first revision deployed by CodeDeploy."""
    account.ecs_group()
    account.released(account.appspec(2))
    return account


def sets(account: Account, deployment: str) -> list[tuple[str, str, int, float]]:
    (target,) = account.targets(deployment)
    return [
        (each["taskSetLabel"], each["status"], each["runningCount"], each["trafficWeight"])
        for each in target["taskSetsInfo"]
    ]


def test_the_traffic_moves_and_the_blue_task_set_is_kept_for_a_while(service: Account) -> None:
    deployment = service.deploy(service.appspec(3))
    service.after(10)
    assert sets(service, deployment) == [("Blue", "PRIMARY", 2, 100.0), ("Green", "ACTIVE", 0, 0.0)]
    assert service.page() == (True, "my-service:2 image:2")
    service.after(INSTALLED - 10)
    assert sets(service, deployment)[1] == ("Green", "ACTIVE", 2, 0.0)
    service.after(SHIFTED - INSTALLED)
    assert sets(service, deployment) == [("Green", "PRIMARY", 2, 100.0), ("Blue", "ACTIVE", 2, 0.0)]
    info = service.deployment(deployment)
    assert (info["status"], info["instanceTerminationWaitTimeStarted"]) == ("InProgress", True)
    assert service.page() == (True, "my-service:3 image:3")
    service.after(ENDED - SHIFTED)
    assert service.deployment(deployment)["status"] == "Succeeded"
    assert sets(service, deployment) == [("Green", "PRIMARY", 2, 100.0)]


def test_the_target_is_the_service(service: Account) -> None:
    deployment = service.released(service.appspec(3))
    (target,) = service.targets(deployment)
    assert target["targetId"] == f"{CLUSTER}:{SERVICE}"
    assert target["targetArn"].endswith(f":service/{CLUSTER}/{SERVICE}")
    assert [event["lifecycleEventName"] for event in target["lifecycleEvents"]] == [
        "BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic",
        "AfterAllowTestTraffic", "BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic",
    ]  # fmt: skip
    assert {event["status"] for event in target["lifecycleEvents"]} == {"Succeeded"}


def test_an_unhealthy_green_task_set_fails_after_the_deployment_succeeded(service: Account) -> None:
    choose(service, Outcome.UNHEALTHY)
    deployment = service.deploy(service.appspec(3))
    service.after(SHIFTED)
    assert service.page() == (True, "my-service:3 image:3")
    service.after(ENDED)
    assert service.deployment(deployment)["status"] == "Succeeded"
    assert sets(service, deployment) == [("Green", "PRIMARY", 0, 100.0)]
    assert service.page() == (False, "my-service:3 image:3")


def test_a_deployment_tells_the_hash_of_its_appspec_and_the_application_its_content(service: Account) -> None:
    revision = service.appspec(3)
    told = service.deployment(service.released(revision))["revision"]
    assert told["appSpecContent"].keys() == {"sha256"}
    found = service.api.get_application_revision(applicationName=APPLICATION, revision=told)["revision"]
    assert found["appSpecContent"]["content"] == revision["appSpecContent"]["content"]
    service.released(service.appspec(4))
    assert service.deployment(service.released(told))["previousRevision"]["appSpecContent"].keys() == {"sha256"}
    assert service.page() == (True, "my-service:3 image:3")


@pytest.mark.parametrize(
    ("specified", "code"),
    [
        ({"sha256": "0" * 64}, "RevisionDoesNotExistException"),
        ({"content": "version: 0.0", "sha256": "0" * 64}, "InvalidRevisionException"),
    ],
)
def test_a_hash_that_no_appspec_has(service: Account, specified: Any, code: str) -> None:
    with pytest.raises(service.api.exceptions.from_code(code)):
        service.deploy({"revisionType": "AppSpecContent", "appSpecContent": specified})


def test_going_back_after_an_unhealthy_release(service: Account) -> None:
    choose(service, Outcome.UNHEALTHY)
    service.released(service.appspec(3))
    back = service.deployment(service.released(service.appspec(2)))
    assert back["status"] == "Succeeded"
    assert service.page() == (True, "my-service:2 image:2")


def test_a_failed_deployment_never_has_traffic(service: Account) -> None:
    choose(service, Outcome.FAIL)
    deployment = service.deploy(service.appspec(3))
    service.after(60)
    assert sets(service, deployment) == [("Blue", "PRIMARY", 2, 100.0), ("Green", "ACTIVE", 0, 0.0)]
    service.after(600)
    info = service.deployment(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", "TIMEOUT")
    assert sets(service, deployment) == [("Green", "PRIMARY", 2, 100.0)]
    assert service.page() == (True, "my-service:2 image:2")


def test_a_rolled_back_deployment_restores_the_old_task_definition(service: Account) -> None:
    choose(service, Outcome.ROLLED_BACK)
    deployment = service.released(service.appspec(3))
    info = service.deployment(deployment)
    rollback = service.deployment(info["rollbackInfo"]["rollbackDeploymentId"])
    assert (info["status"], rollback["status"], rollback["creator"]) == ("Failed", "Succeeded", "codeDeployRollback")
    assert service.page() == (True, "my-service:2 image:2")


def test_a_stop_after_the_traffic_moved_gives_it_back_to_blue(service: Account) -> None:
    deployment = service.deploy(service.appspec(3))
    service.after(SHIFTED)
    service.api.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
    assert service.page() == (True, "my-service:2 image:2")
    assert "rollbackDeploymentId" in service.deployment(deployment)["rollbackInfo"]


def test_a_canary_moves_a_tenth_first(service: Account) -> None:
    deployment = service.deploy(service.appspec(3), deploymentConfigName="CodeDeployDefault.ECSCanary10Percent5Minutes")
    service.after(INSTALLED + 100)
    assert sets(service, deployment) == [("Blue", "PRIMARY", 2, 90.0), ("Green", "ACTIVE", 2, 10.0)]


def test_a_hanging_deployment_stays_at_its_install(service: Account) -> None:
    choose(service, Outcome.HANG)
    deployment = service.released(service.appspec(3))
    assert sets(service, deployment) == [("Blue", "PRIMARY", 2, 100.0), ("Green", "ACTIVE", 0, 0.0)]
    assert service.deployment(deployment)["status"] == "InProgress"


def test_what_ecs_is_to_show(service: Account) -> None:
    assert service.service.ecs_task_sets(REGION, CLUSTER, "other") == []
    deployment = service.deploy(service.appspec(3))
    service.after(SHIFTED)
    green, blue = service.service.ecs_task_sets(REGION, CLUSTER, SERVICE)
    shape = botocore.session.get_session().get_service_model("ecs").shape_for("TaskSet")
    for shown in (green, blue):
        assert not ParamValidator().validate(shown, shape).has_errors()
    assert (green["status"], green["externalId"], green["runningCount"]) == ("PRIMARY", deployment, 2)
    assert green["taskDefinition"].endswith("my-service:3")
    assert (blue["status"], blue["stabilityStatus"]) == ("ACTIVE", "STEADY_STATE")
    assert blue["taskDefinition"].endswith("my-service:2")


@pytest.mark.parametrize(
    ("revision", "code"),
    [
        (appspec_revision("arn:aws:ecs:us-west-2:111122223333:task-definition/absent:1"), "REVISION_MISSING"),
        ({"revisionType": "AppSpecContent", "appSpecContent": {"content": "version: 0.0"}}, "INVALID_REVISION"),
    ],
)
def test_a_revision_that_cannot_be_deployed(service: Account, revision: Any, code: str) -> None:
    deployment = service.released(revision)
    info = service.deployment(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", code)
    assert service.page() == (True, "my-service:2 image:2")


def test_the_page_answers_to_the_services_name_as_well(service: Account) -> None:
    assert service.service.page(REGION, SERVICE) == service.page()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ecsServices": []}, "InvalidECSServiceException"),
        ({"ecsServices": [{"clusterName": CLUSTER, "serviceName": "nobody"}]}, "InvalidECSServiceException"),
        ({"ecsServices": [{"clusterName": "nowhere", "serviceName": SERVICE}]}, "InvalidECSServiceException"),
        ({"loadBalancerInfo": {}}, "InvalidLoadBalancerInfoException"),
        ({"deploymentStyle": {"deploymentType": "IN_PLACE"}}, "InvalidDeploymentStyleException"),
        ({"deploymentConfigName": "CodeDeployDefault.OneAtATime"}, "DeploymentConfigDoesNotExistException"),
    ],
)
def test_what_an_ecs_group_needs(account: Account, change: Any, code: str) -> None:
    with pytest.raises(account.api.exceptions.from_code(code)):
        account.ecs_group(**change)


def test_a_service_of_another_controller_is_refused(account: Account) -> None:
    account.aws.ecs.controller = "ECS"
    with pytest.raises(account.api.exceptions.InvalidECSServiceException):
        account.ecs_group(**ecs_settings())


@pytest.mark.parametrize("text", ["", "[]", "Resources: []", "{", "Resources: [{TargetService: 1}]"])
def test_what_is_no_appspec(text: str) -> None:
    with pytest.raises(InvalidAppSpecError):
        parse_appspec(text)
