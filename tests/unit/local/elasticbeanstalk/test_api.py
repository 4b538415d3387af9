"""What the API answers, and what it refuses as Elastic Beanstalk does."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local.elasticbeanstalk.account import APPLICATION, ENVIRONMENT, REGION, STACK, STORE, Account, refused

ARN = f"arn:aws:elasticbeanstalk:{REGION}:111122223333"
PLACED = {"S3Bucket": STORE, "S3Key": "v1"}
VERSION = {"ApplicationName": APPLICATION, "VersionLabel": "v2"}
NAMED = {"ApplicationName": APPLICATION, "EnvironmentName": "other", "SolutionStackName": STACK}
NO_BUNDLE = f"Unable to download from S3 location (Bucket: {STORE}  Key: gone). Reason: "


def refusal(account: Account, operation: str, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        getattr(account.api(), operation)(**parameters)
    return refused(error.value)


def test_a_version_is_described_with_its_bundle(ready: Account) -> None:
    ready.after(1)
    made = ready.version("v2", Description="the second", Process=True)
    assert made["ApplicationVersionArn"] == f"{ARN}:applicationversion/{APPLICATION}/v2"
    assert (made["SourceBundle"]["S3Key"], made["Status"], made["Description"]) == ("v2", "Processed", "the second")
    listed = ready.api().describe_application_versions(ApplicationName=APPLICATION)["ApplicationVersions"]
    assert [each["VersionLabel"] for each in listed] == ["v2", "v1"]
    (only,) = ready.api().describe_application_versions(VersionLabels=["v1", "absent"])["ApplicationVersions"]
    assert (only["SourceBundle"], only["Status"]) == (PLACED, "Unprocessed")
    (application,) = ready.api().describe_applications()["Applications"]
    assert (application["ApplicationArn"], application["Versions"]) == (
        f"{ARN}:application/{APPLICATION}",
        ["v2", "v1"],
    )


def test_an_environment_is_described(ready: Account) -> None:
    found = ready.environment()
    assert found["EnvironmentArn"] == f"{ARN}:environment/{APPLICATION}/{ENVIRONMENT}"
    assert found["EnvironmentId"].startswith("e-")
    assert (found["ApplicationName"], found["SolutionStackName"]) == (APPLICATION, STACK)
    assert found["DateUpdated"] > found["DateCreated"]
    assert found["Tier"]["Name"] == "WebServer"
    assert ready.update("v1", Description="the same")["Description"] == "the same"


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["other", ENVIRONMENT]),
        ({"ApplicationName": APPLICATION, "EnvironmentNames": ["other", "absent"]}, ["other"]),
        ({"ApplicationName": "absent"}, []),
        ({"VersionLabel": "v1"}, [ENVIRONMENT]),
        ({"EnvironmentIds": ["e-absent"]}, []),
        ({"MaxRecords": 1}, ["other"]),
        ({"NextToken": "1"}, [ENVIRONMENT]),
    ],
)
def test_environments_are_chosen(ready: Account, asked: dict[str, Any], names: list[str]) -> None:
    ready.launch("other")
    found = ready.api().describe_environments(**asked)["Environments"]
    assert [each["EnvironmentName"] for each in found] == names


def test_regions_know_nothing_of_each_other(ready: Account) -> None:
    assert ready.api("us-east-1").describe_environments()["Environments"] == []


def test_a_version_may_make_its_application(account: Account) -> None:
    account.version("v1", AutoCreateApplication=True)
    assert [each["ApplicationName"] for each in account.api().describe_applications()["Applications"]] == [APPLICATION]


@pytest.mark.parametrize(
    ("operation", "parameters", "code", "message"),
    [
        ("create_application", {"ApplicationName": APPLICATION}, "InvalidParameterValue",
         f"Application {APPLICATION} already exists."),
        ("create_application_version", VERSION | {"ApplicationName": "nobody", "SourceBundle": PLACED},
         "InvalidParameterValue", "No Application named 'nobody' found."),
        ("create_application_version", VERSION | {"VersionLabel": "v1", "SourceBundle": PLACED},
         "InvalidParameterValue", "Application Version v1 already exists."),
        ("create_application_version", VERSION | {"SourceBundle": {"S3Bucket": STORE}},
         "InvalidParameterCombination", "Both S3 bucket and S3 key must be specified."),
        ("create_application_version", VERSION | {"SourceBundle": {"S3Bucket": STORE, "S3Key": "gone"}},
         "InvalidParameterCombination", f"{NO_BUNDLE}Not Found"),
        ("create_application_version", VERSION, "InvalidParameterValue",
         "The local account makes versions of a SourceBundle only."),
        ("create_environment", NAMED | {"EnvironmentName": ENVIRONMENT}, "InvalidParameterValue",
         f"Environment {ENVIRONMENT} already exists."),
        ("create_environment", NAMED | {"ApplicationName": "nobody"}, "InvalidParameterValue",
         "No Application named 'nobody' found."),
        ("create_environment", NAMED | {"VersionLabel": "v9"}, "InvalidParameterValue",
         "No Application Version named 'v9' found."),
        ("create_environment", NAMED | {"PlatformArn": "arn"}, "InvalidParameterCombination",
         "Exactly one of SolutionStackName and PlatformArn must be specified."),
        ("create_environment", NAMED | {"Tier": {"Name": "Worker"}}, "InvalidParameterValue",
         "The local account does not know the parameter Tier of CreateEnvironment."),
        ("update_environment", {"EnvironmentName": "gone"}, "InvalidParameterValue",
         "No Environment found for EnvironmentName = 'gone'."),
        ("update_environment", {"EnvironmentId": "e-gone"}, "InvalidParameterValue",
         "No Environment found for EnvironmentId = 'e-gone'."),
        ("update_environment", {"EnvironmentName": ENVIRONMENT, "ApplicationName": "nobody"}, "InvalidParameterValue",
         f"No Environment found for EnvironmentName = '{ENVIRONMENT}'."),
        ("update_environment", {"EnvironmentName": ENVIRONMENT, "VersionLabel": "v9"}, "InvalidParameterValue",
         "No Application Version named 'v9' found."),
        ("terminate_environment", {"EnvironmentName": ENVIRONMENT}, "UnknownOperationException",
         "The operation TerminateEnvironment is not in the local account."),
    ],
)  # fmt: skip
def test_refusals(ready: Account, operation: str, parameters: dict[str, Any], code: str, message: str) -> None:
    assert refusal(ready, operation, **parameters) == (code, message)


@pytest.mark.parametrize(
    ("operation", "parameters", "code", "words"),
    [
        (
            "create_environment",
            NAMED | {"EnvironmentName": "-dash"},
            "InvalidParameterValue",
            "start or end with a dash",
        ),
        ("create_environment", NAMED | {"EnvironmentName": "e" * 41}, "ValidationError", "less than or equal to 40"),
        ("create_application", {"ApplicationName": "a" * 101}, "ValidationError", "less than or equal to 100"),
        ("update_environment", {}, "MissingRequiredParameter", "EnvironmentName or the parameter EnvironmentId"),
        ("describe_events", {"Severity": "BAD"}, "ValidationError", "enum value set: [TRACE, DEBUG"),
        ("describe_events", {"MaxRecords": 1001}, "ValidationError", "less than or equal to 1000"),
    ],
)
def test_refusals_of_what_the_model_does_not_allow(
    ready: Account, operation: str, parameters: dict[str, Any], code: str, words: str
) -> None:
    found, message = refusal(ready, operation, **parameters)
    assert found == code
    assert words in message


def test_a_bundle_lies_in_a_bucket_of_the_region_that_may_be_read(ready: Account) -> None:
    ready.s3.regions["home"] = None
    elsewhere = {"SourceBundle": {"S3Bucket": "home", "S3Key": "v1"}}
    code, message = refusal(ready, "create_application_version", **VERSION, **elsewhere)
    assert code == "S3LocationNotInServiceRegionException"
    assert "The S3 bucket home lies in us-east-1" in message
    ready.s3.forbidden.add("gone")
    absent = {"SourceBundle": {"S3Bucket": STORE, "S3Key": "gone"}}
    code, message = refusal(ready, "create_application_version", **VERSION, **absent)
    assert (code, message) == ("InvalidParameterCombination", f"{NO_BUNDLE}Forbidden")


def test_a_region_takes_so_many_applications(ready: Account) -> None:
    for number in range(74):
        ready.api().create_application(ApplicationName=f"app-{number}")
    code, message = refusal(ready, "create_application", ApplicationName="one-more")
    assert code == "TooManyApplicationsException"
    assert message.startswith("You cannot have more than 75 Applications.")
