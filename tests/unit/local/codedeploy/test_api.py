"""The API itself: names, lists, refusals, and the same answers as moto where moto has the operation."""

from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from local.aws_json.errors import ResponseViolatesModelError
from local.aws_json.model import checked_answer
from local.clients import ACCOUNT_ID
from local.codedeploy.service import SERVICE
from tests.unit.local.codedeploy.account import APPLICATION, GROUP, REGION, ROLE, Account, s3_revision

NAMED = {"applicationName": APPLICATION, "deploymentGroupName": GROUP}
OF_EVERY_OPERATION = {"ValidationException", "UnknownOperationException"}
NEW_GROUP = NAMED | {"deploymentGroupName": "x"}


def code_of(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return str(refused.value.response["Error"]["Code"])


def unchecked(account: Account) -> Any:
    """A client that sends what boto3 would refuse by itself."""
    return boto3.client(
        "codedeploy",
        region_name=REGION,
        endpoint_url=account.clients.endpoint,
        aws_access_key_id=ACCOUNT_ID,
        aws_secret_access_key="local",  # noqa: S106 - nobody checks it
        config=Config(parameter_validation=False),
    )


def test_applications_come_and_go(account: Account) -> None:
    api = account.api
    made = api.create_application(applicationName="one")["applicationId"]
    api.create_application(applicationName="two", computePlatform="ECS")
    assert api.list_applications()["applications"] == ["one", "two"]
    shown = api.get_application(applicationName="one")["application"]
    assert (shown["applicationId"], shown["computePlatform"]) == (made, "Server")
    api.delete_application(applicationName="one")
    api.delete_application(applicationName="one")
    assert api.list_applications()["applications"] == ["two"]
    assert code_of(api.get_application, applicationName="one") == "ApplicationDoesNotExistException"
    assert code_of(api.create_application, applicationName="two") == "ApplicationAlreadyExistsException"


def test_each_region_for_itself(account: Account) -> None:
    account.ec2_group()
    elsewhere = account.clients.client("codedeploy", "us-east-1")
    assert elsewhere.list_applications()["applications"] == []


def test_groups_come_change_and_go(account: Account) -> None:
    account.ec2_group(ec2TagFilters=[{"Key": "Name", "Value": "web", "Type": "KEY_AND_VALUE"}])
    api = account.api
    shown = api.get_deployment_group(**NAMED)["deploymentGroupInfo"]
    assert shown["deploymentConfigName"] == "CodeDeployDefault.OneAtATime"
    assert shown["ec2TagFilters"][0]["Value"] == "web"
    alarms = {"enabled": True, "alarms": [{"name": "errors"}]}
    api.update_deployment_group(
        applicationName=APPLICATION, currentDeploymentGroupName=GROUP, newDeploymentGroupName="web",
        alarmConfiguration=alarms, deploymentConfigName="CodeDeployDefault.AllAtOnce",
    )  # fmt: skip
    assert api.list_deployment_groups(applicationName=APPLICATION)["deploymentGroups"] == ["web"]
    shown = api.get_deployment_group(applicationName=APPLICATION, deploymentGroupName="web")["deploymentGroupInfo"]
    assert (shown["alarmConfiguration"], shown["serviceRoleArn"]) == (alarms, ROLE)
    assert shown["deploymentConfigName"] == "CodeDeployDefault.AllAtOnce"
    api.delete_deployment_group(applicationName=APPLICATION, deploymentGroupName="web")
    assert code_of(api.get_deployment_group, **NAMED) == "DeploymentGroupDoesNotExistException"


def test_deployments_are_listed_the_newest_first(account: Account) -> None:
    account.ec2_group()
    first, second = account.released(account.bundle(1)), account.deploy(account.bundle(2))
    account.after(5)
    listed = account.api.list_deployments
    assert listed(**NAMED)["deployments"] == [second, first]
    assert listed()["deployments"] == [second, first]
    assert listed(**NAMED, includeOnlyStatuses=["InProgress"])["deployments"] == [second]
    assert listed(**NAMED, createTimeRange={"start": account.clock.now() - 10})["deployments"] == [second]
    assert code_of(listed, applicationName=APPLICATION) == "DeploymentGroupNameRequiredException"
    assert code_of(listed, deploymentGroupName=GROUP) == "ApplicationNameRequiredException"
    found = account.api.batch_get_deployments(deploymentIds=[first, "d-000000000"])["deploymentsInfo"]
    assert [each["deploymentId"] for each in found] == [first]


def test_pages(account: Account) -> None:
    for number in range(101):
        account.api.create_application(applicationName=f"app-{number:03}")
    first = account.api.list_applications()
    assert len(first["applications"]) == 100
    assert account.api.list_applications(nextToken=first["nextToken"])["applications"] == ["app-100"]
    assert code_of(account.api.list_applications, nextToken="nobody") == "InvalidNextTokenException"


def test_a_revision_is_known_once_it_was_deployed(account: Account) -> None:
    account.ec2_group()
    revision = account.bundle(1)
    asked = {"applicationName": APPLICATION, "revision": revision}
    assert code_of(account.api.get_application_revision, **asked) == "RevisionDoesNotExistException"
    account.released(revision)
    assert account.api.get_application_revision(**asked)["revisionInfo"]["deploymentGroups"] == [GROUP]


@pytest.mark.parametrize(
    ("name", "parameters", "code"),
    [
        ("get_application", {}, "ApplicationNameRequiredException"),
        ("get_application", {"applicationName": "no spaces"}, "InvalidApplicationNameException"),
        ("create_application", {"applicationName": "a", "computePlatform": "Cobol"}, "InvalidComputePlatformException"),
        ("create_application", {"applicationName": "a", "computePlatform": "Lambda"},
         "InvalidComputePlatformException"),
        ("get_deployment", {"deploymentId": "x"}, "InvalidDeploymentIdException"),
        ("get_deployment", {"deploymentId": "d-000000000"}, "DeploymentDoesNotExistException"),
        ("create_deployment", NAMED, "RevisionRequiredException"),
        ("create_deployment", {"applicationName": APPLICATION}, "DeploymentGroupNameRequiredException"),
        ("create_deployment", NAMED | {"revision": {"revisionType": "AppSpecContent"}}, "InvalidRevisionException"),
        ("create_deployment", NAMED | {"revision": {"revisionType": "S3", "s3Location": {"bucket": "b"}}},
         "InvalidRevisionException"),
        ("create_deployment", NAMED | {"revision": s3_revision("1"), "deploymentConfigName": "Mine"},
         "DeploymentConfigDoesNotExistException"),
        ("create_deployment_group", NEW_GROUP, "RoleRequiredException"),
        ("create_deployment_group", NAMED | {"serviceRoleArn": ROLE}, "DeploymentGroupAlreadyExistsException"),
        ("create_deployment_group",
         NEW_GROUP | {"serviceRoleArn": ROLE, "autoRollbackConfiguration": {"enabled": True}},
         "InvalidAutoRollbackConfigException"),
        ("list_deployments", {"includeOnlyStatuses": ["Odd"]}, "InvalidDeploymentStatusException"),
        ("list_deployments", {"nextToken": "x"}, "InvalidNextTokenException"),
        ("batch_get_deployment_targets", {"deploymentId": "d-000000000", "targetIds": [5]}, "ValidationException"),
        ("list_git_hub_account_token_names", {}, "UnknownOperationException"),
    ],
)  # fmt: skip
def test_refusals(account: Account, name: str, parameters: Any, code: str) -> None:
    account.ec2_group()
    api = unchecked(account)
    assert code_of(getattr(api, name), **parameters) == code
    model = SERVICE.operation(api.meta.method_to_api_mapping[name])
    assert model is not None
    assert code in {error.name for error in model.error_shapes} | OF_EVERY_OPERATION


def test_what_is_no_request_for_codedeploy(account: Account) -> None:
    answer = requests.post(account.clients.endpoint, data="{}", timeout=60)
    assert (answer.status_code, answer.json()["__type"]) == (400, "MissingAuthenticationTokenException")
    signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential={ACCOUNT_ID}/20260101/{REGION}/codedeploy/aws4_request"}
    answer = requests.post(account.clients.endpoint, data="{}", headers=signed, timeout=60)
    assert answer.json()["__type"] == "UnknownOperationException"
    signed["X-Amz-Target"] = "CodeDeploy_20141006.GetApplication"
    answer = requests.post(account.clients.endpoint, data="no json", headers=signed, timeout=60)
    assert answer.json()["__type"] == "SerializationException"


def test_an_answer_that_codedeploy_would_not_give_is_a_bug() -> None:
    model = SERVICE.operation("GetDeployment")
    assert model is not None
    with pytest.raises(ResponseViolatesModelError, match="GetDeployment"):
        checked_answer(model, {"deploymentInfo": {"deploymentId": 7}})


def outcomes_of_one_story(api: Any) -> list[Any]:
    """What a client sees of an application's life: error codes, lists, and the shapes of what is described."""
    revision = s3_revision("version-1")
    return [
        code_of(api.get_application, applicationName=APPLICATION),
        code_of(api.get_deployment_group, **NAMED),
        "applicationId" in api.create_application(applicationName=APPLICATION, computePlatform="Server"),
        code_of(api.create_application, applicationName=APPLICATION, computePlatform="Server"),
        code_of(api.get_deployment_group, **NAMED),
        code_of(api.create_deployment, **NAMED, revision=revision),
        "deploymentGroupId" in api.create_deployment_group(**NAMED, serviceRoleArn=ROLE),
        code_of(api.create_deployment_group, **NAMED, serviceRoleArn=ROLE),
        api.list_applications()["applications"],
        api.list_deployment_groups(applicationName=APPLICATION)["deploymentGroups"],
        code_of(api.list_deployments, applicationName=APPLICATION),
        code_of(api.list_deployments, deploymentGroupName=GROUP),
        *_described(api, api.create_deployment(**NAMED, revision=revision, description="why")["deploymentId"]),
    ]


def _described(api: Any, deployment: str) -> list[Any]:
    info = api.get_deployment(deploymentId=deployment)["deploymentInfo"]
    group = api.get_deployment_group(**NAMED)["deploymentGroupInfo"]
    same = ("applicationName", "deploymentGroupName", "deploymentConfigName", "revision", "status", "creator")
    return [
        {name: info[name] for name in (*same, "description")},
        {name: group[name] for name in ("applicationName", "deploymentGroupName", "serviceRoleArn", "computePlatform")},
        api.list_deployments(**NAMED)["deployments"] == [deployment],
    ]


def test_the_same_story_as_motos(account: Account) -> None:
    account.bundle(1)
    ours = outcomes_of_one_story(account.api)
    with mock_aws():
        theirs = outcomes_of_one_story(boto3.client("codedeploy", region_name=REGION))
    assert ours == theirs
