"""Deployments: how they end for each outcome, and what the environment serves then."""

import pytest
from botocore.exceptions import ClientError

from local.outcomes import Outcome
from tests.unit.local.elasticbeanstalk.account import APPLICATION, ENVIRONMENT, REGION, SETTLED, Account, refused

INVALID_STATE = f"Environment named {ENVIRONMENT} is in an invalid state for this operation. Must be "


def test_a_launch_takes_its_time(account: Account) -> None:
    account.api().create_application(ApplicationName=APPLICATION)
    made = account.launch()
    assert (made["Status"], made["Health"], made["VersionLabel"]) == ("Launching", "Grey", "Sample Application")
    assert account.page() == (False, "no version")
    with pytest.raises(ClientError) as error:
        account.update("Sample Application")
    assert refused(error.value) == ("InvalidParameterValue", f"{INVALID_STATE}Ready.")
    account.after(SETTLED)
    assert account.look() == ("Ready", "Sample Application", "Green", "Ok")
    assert account.page() == (True, "Sample Application")


def test_a_healthy_deployment_arrives(ready: Account) -> None:
    ready.version("v2")
    begun = ready.update("v2")
    assert (begun["Status"], begun["VersionLabel"], begun["AbortableOperationInProgress"]) == ("Updating", "v2", True)
    assert ready.look() == ("Updating", "v2", "Green", "Info")
    assert ready.page() == (True, "v1")
    ready.after(60)
    assert ready.look() == ("Ready", "v2", "Green", "Ok")
    assert ready.environment()["AbortableOperationInProgress"] is False
    assert ready.page() == (True, "v2")


def test_an_environment_that_is_not_ready_takes_no_deployment(ready: Account) -> None:
    ready.deploy("v2", seconds=30)
    with pytest.raises(ClientError) as error:
        ready.update("v1")
    assert refused(error.value) == ("InvalidParameterValue", f"{INVALID_STATE}Ready.")


def test_an_unhealthy_deployment_arrives_and_breaks_later(ready: Account) -> None:
    ready.deploy("v2", Outcome.UNHEALTHY, seconds=60)
    assert ready.look() == ("Ready", "v2", "Green", "Ok")
    ready.after(60)
    assert ready.look() == ("Ready", "v2", "Red", "Severe")
    assert ready.page() == (False, "v2")


def test_going_back_to_a_good_version_is_good_whatever_is_in_force(ready: Account) -> None:
    ready.deploy("v2", Outcome.UNHEALTHY)
    ready.update("v1")
    assert ready.look() == ("Updating", "v1", "Red", "Severe")
    assert ready.page() == (False, "v2")
    ready.after(SETTLED)
    assert ready.look() == ("Ready", "v1", "Green", "Ok")
    assert ready.page() == (True, "v1")


def test_a_good_bundle_is_good_under_another_label(ready: Account) -> None:
    ready.deploy("v2", Outcome.UNHEALTHY)
    ready.version("v3", key="v1")
    ready.update("v3")
    ready.after(SETTLED)
    assert ready.look() == ("Ready", "v3", "Green", "Ok")


def test_a_rolled_back_deployment_says_that_it_failed(ready: Account) -> None:
    ready.deploy("v2", Outcome.ROLLED_BACK, seconds=60)
    assert ready.look() == ("Updating", "v2", "Green", "Info")
    assert ready.environment()["AbortableOperationInProgress"] is False
    ready.after(40)
    assert ready.look() == ("Ready", "v1", "Green", "Ok")
    assert ready.page() == (True, "v1")
    assert "Failed to deploy application." in ready.messages(Severity="ERROR")


def test_a_failed_deployment_leaves_the_environment_degraded_until_the_next_one(ready: Account) -> None:
    ready.deploy("v2", Outcome.FAIL)
    assert ready.look() == ("Ready", "v1", "Red", "Degraded")
    assert ready.page() == (True, "v1")
    errors = ready.messages(Severity="ERROR")
    assert errors[0].startswith("During an aborted deployment, some instances may have deployed")
    ready.update("v1")
    assert ready.look() == ("Updating", "v1", "Red", "Degraded")
    ready.after(SETTLED)
    assert ready.look() == ("Ready", "v1", "Green", "Ok")


def test_a_hanging_deployment_is_aborted(ready: Account) -> None:
    ready.deploy("v2", Outcome.HANG)
    assert ready.look() == ("Updating", "v2", "Green", "Info")
    ready.api().abort_environment_update(EnvironmentName=ENVIRONMENT)
    assert ready.look() == ("Aborting", "v2", "Green", "Info")
    ready.after(30)
    assert ready.look() == ("Ready", "v1", "Green", "Ok")
    assert ready.page() == (True, "v1")
    assert ready.messages()[0] == "Environment health has transitioned from Info to Ok."


def test_what_is_not_in_progress_cannot_be_aborted(ready: Account) -> None:
    with pytest.raises(ClientError) as error:
        ready.api().abort_environment_update(EnvironmentName=ENVIRONMENT)
    assert refused(error.value) == ("InvalidParameterValue", f"{INVALID_STATE}pending deployment.")


def test_the_page_of_an_unknown_environment(account: Account) -> None:
    with pytest.raises(LookupError, match=f"no Elastic Beanstalk environment nobody in {REGION}"):
        account.service.page(REGION, "nobody")
