"""What IAM is asked for requests to Elastic Beanstalk."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws_json.messages import Request, Scope
from local.clients import ACCOUNT_ID
from local.elasticbeanstalk.api import OPERATIONS
from local.elasticbeanstalk.api.operations import KNOWN
from local.elasticbeanstalk.rights import KINDS, Kind, needed
from local.elasticbeanstalk.service import SERVICE
from local.elasticbeanstalk.state import State
from tests.unit.local.callers import Allowing
from tests.unit.local.elasticbeanstalk.account import APPLICATION, ENVIRONMENT, REGION, Account, open_service, refused
from tests.unit.local.reference import resource_types
from tests.unit.local.served import Served

PREFIX = f"arn:aws:elasticbeanstalk:{REGION}:{ACCOUNT_ID}:"
OF_ENVIRONMENT = f"{PREFIX}environment/{APPLICATION}/{ENVIRONMENT}"


def asked(operation: str, state: State | None = None, **parameters: Any) -> list[tuple[str, str]]:
    model = SERVICE.operation(operation)
    assert model is not None
    request = Request(SERVICE, model, Scope(ACCOUNT_ID, REGION), parameters, {}, b"")
    return [(right.action, right.resource) for right in needed(state or State(), request)]


def test_every_operation_of_the_local_account_has_a_kind_and_parameters() -> None:
    assert KINDS.keys() == OPERATIONS.keys() == KNOWN.keys()


@pytest.mark.parametrize(("operation", "known"), KNOWN.items())
def test_the_parameters_are_those_of_the_model(operation: str, known: set[str]) -> None:
    model = SERVICE.operation(operation)
    assert model is not None
    assert model.input_shape is not None
    assert known <= model.input_shape.members.keys()


@pytest.mark.parametrize(("operation", "kind"), KINDS.items())
def test_the_kinds_are_in_the_service_authorization_reference(operation: str, kind: Kind) -> None:
    assert kind in resource_types("elasticbeanstalk", operation)


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("CreateApplication", {"ApplicationName": "a"}, "application/a"),
        ("DescribeApplications", {"ApplicationNames": ["a"]}, "application/a"),
        ("CreateApplicationVersion", {"ApplicationName": "a", "VersionLabel": "v"}, "applicationversion/a/v"),
        ("DescribeApplicationVersions", {"ApplicationName": "a"}, "applicationversion/a/*"),
        ("DescribeEnvironments", {"ApplicationName": "a", "EnvironmentNames": ["e"]}, "environment/a/e"),
        ("DescribeEnvironments", {}, "environment/*/*"),
        ("UpdateEnvironment", {"EnvironmentName": "e"}, "environment/*/e"),
    ],
)
def test_a_request_is_authorised_for_what_it_is_about(
    operation: str, parameters: dict[str, Any], resource: str
) -> None:
    assert asked(operation, **parameters) == [(f"elasticbeanstalk:{operation}", PREFIX + resource)]


def test_of_an_environment_that_exists_the_application_is_known(ready: Account) -> None:
    state = ready.service._state
    right = [("elasticbeanstalk:UpdateEnvironment", OF_ENVIRONMENT)]
    assert asked("UpdateEnvironment", state, EnvironmentName=ENVIRONMENT) == right
    assert asked("UpdateEnvironment", state, EnvironmentId=ready.environment()["EnvironmentId"]) == right


def test_who_lacks_a_right_is_refused(served: Served) -> None:
    everything = f"{PREFIX}environment/*/*"
    allowing = Allowing({f"elasticbeanstalk:DescribeEnvironments {everything}"})
    opened = open_service(served.aws, allowing)
    served.app = opened.service.app
    assert opened.api().describe_environments()["Environments"] == []
    with pytest.raises(ClientError) as error:
        opened.api().describe_events()
    code, message = refused(error.value)
    assert code == "AccessDenied"
    assert f"elasticbeanstalk:DescribeEvents {everything}" in message
