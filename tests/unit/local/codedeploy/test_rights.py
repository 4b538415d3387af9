"""What IAM is asked for requests to CodeDeploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.clients import ACCOUNT_ID
from local.codedeploy.api import OPERATIONS
from local.codedeploy.rights import KINDS, Kind, needed
from local.codedeploy.service import SERVICE
from local.codedeploy.state import State
from tests.unit.local.callers import Allowing, request
from tests.unit.local.codedeploy.account import APPLICATION, GROUP, REGION, Account, open_service
from tests.unit.local.reference import resource_types

if TYPE_CHECKING:
    from tests.unit.local.served import Served

PREFIX = f"arn:aws:codedeploy:{REGION}:{ACCOUNT_ID}:"
OF_GROUP = f"{PREFIX}deploymentgroup:{APPLICATION}/{GROUP}"
OF_APPLICATION = f"{PREFIX}application:{APPLICATION}"
NAMED: dict[str, Any] = {"applicationName": APPLICATION, "deploymentGroupName": GROUP}


def asked(operation: str, state: State | None = None, **parameters: Any) -> list[tuple[str, str]]:
    rights = needed(state or State(), request(SERVICE, operation, **parameters))
    return [(right.action, right.resource) for right in rights]


def test_every_operation_of_the_local_account_has_a_kind() -> None:
    assert KINDS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize(("operation", "kind"), KINDS.items())
def test_the_kinds_are_those_of_the_service_authorization_reference(operation: str, kind: Kind) -> None:
    assert resource_types("codedeploy", operation) == (set() if kind is Kind.NONE else {kind})


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("GetApplication", {"applicationName": APPLICATION}, OF_APPLICATION),
        ("GetDeploymentGroup", NAMED, OF_GROUP),
        ("UpdateDeploymentGroup", {"applicationName": APPLICATION, "currentDeploymentGroupName": GROUP}, OF_GROUP),
        ("ListDeployments", NAMED, OF_GROUP),
        ("ListDeployments", {}, f"{PREFIX}deploymentgroup:*"),
        ("GetDeployment", {"deploymentId": "d-ABCDEFGHI"}, f"{PREFIX}deploymentgroup:*"),
        ("BatchGetDeployments", {"deploymentIds": []}, f"{PREFIX}deploymentgroup:*"),
        ("StopDeployment", {"deploymentId": "d-ABCDEFGHI"}, "*"),
        ("BatchGetDeploymentTargets", {"deploymentId": "d-ABCDEFGHI", "targetIds": []}, "*"),
        ("ListApplications", {}, "*"),
    ],
)  # fmt: skip
def test_a_request_is_authorised_for_what_it_is_about(
    operation: str, parameters: dict[str, Any], resource: str
) -> None:
    assert asked(operation, **parameters) == [(f"codedeploy:{operation}", resource)]


@pytest.mark.parametrize("operation", ["GetDeployment", "BatchGetDeployments"])
def test_a_deployment_is_authorised_for_its_group(account: Account, operation: str) -> None:
    account.ec2_group()
    ids = [account.released(account.bundle(number)) for number in (1, 2)]
    named: dict[str, Any] = {"deploymentIds": ids} if operation == "BatchGetDeployments" else {"deploymentId": ids[0]}
    assert asked(operation, account.service._state, **named) == [(f"codedeploy:{operation}", OF_GROUP)]


def test_who_creates_a_deployment_needs_its_configuration_and_its_application_too(account: Account) -> None:
    account.ec2_group(deploymentConfigName="CodeDeployDefault.AllAtOnce")
    revision = account.bundle(1)
    assert asked("CreateDeployment", account.service._state, **NAMED, revision=revision) == [
        ("codedeploy:CreateDeployment", OF_GROUP),
        ("codedeploy:GetDeploymentConfig", f"{PREFIX}deploymentconfig:CodeDeployDefault.AllAtOnce"),
        ("codedeploy:RegisterApplicationRevision", OF_APPLICATION),
    ]
    quiet = asked("CreateDeployment", account.service._state, **NAMED, overrideAlarmConfiguration={"enabled": False})
    assert quiet[:2] == [("codedeploy:CreateDeployment", OF_GROUP), ("codedeploy:UpdateDeploymentGroup", OF_GROUP)]
    named = asked("CreateDeployment", account.service._state, **NAMED, deploymentConfigName="CodeDeployDefault.Own")
    assert named[1:] == [("codedeploy:GetDeploymentConfig", f"{PREFIX}deploymentconfig:CodeDeployDefault.Own")]
    assert len(asked("CreateDeployment", **NAMED)) == 1  # no such group: nothing is known of its configuration


def test_f17_who_may_not_is_refused_and_nothing_is_made(served: Served) -> None:
    iam = Allowing({f"codedeploy:CreateApplication {OF_APPLICATION}", "codedeploy:ListApplications *"})
    strict = open_service(served.aws, iam)
    served.app = strict.service.app
    strict.api.create_application(applicationName=APPLICATION)
    with pytest.raises(ClientError, match=r"AccessDeniedException.*not authorized to perform: codedeploy:DeleteAppl"):
        strict.api.delete_application(applicationName=APPLICATION)
    assert strict.api.list_applications()["applications"] == [APPLICATION]
    strict.clock.stop()
