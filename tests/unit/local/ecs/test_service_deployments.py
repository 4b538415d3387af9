"""The history of a service: paged, limited, and stopped while it goes back."""

import pytest

from local.ecs.model import ROLLOUT, STOP_ROLLBACK
from local.outcomes import Outcome
from tests.unit.local.ecs.conftest import CLUSTER, REGION, Account


def _deployments(account: Account, **given: object) -> dict[str, object]:
    return dict(account.ecs.list_service_deployments(cluster=CLUSTER, service="my-service", **given))


def test_service_deployments_are_listed_in_pages(steady: Account) -> None:
    for _ in range(20):
        steady.update(forceNewDeployment=True)
        steady.clock.time += ROLLOUT
    first = _deployments(steady)
    rest = _deployments(steady, nextToken=first["nextToken"])
    assert (len(first["serviceDeployments"]), len(rest["serviceDeployments"])) == (20, 1)  # type: ignore[arg-type]  # lists
    assert "nextToken" not in rest
    assert len(_deployments(steady, maxResults=100)["serviceDeployments"]) == 21  # type: ignore[arg-type]  # lists
    for wrong in ({"maxResults": 101}, {"maxResults": 0}, {"nextToken": "nobody's"}):
        with pytest.raises(steady.ecs.exceptions.InvalidParameterException):
            _deployments(steady, **wrong)


def test_at_most_twenty_are_described_at_once(steady: Account) -> None:
    (only,) = steady.ecs.list_service_deployments(cluster=CLUSTER, service="my-service")["serviceDeployments"]
    for arns in ([], [only["serviceDeploymentArn"]] * 21):
        with pytest.raises(steady.ecs.exceptions.InvalidParameterException):
            steady.ecs.describe_service_deployments(serviceDeploymentArns=arns)
        with pytest.raises(steady.ecs.exceptions.InvalidParameterException):
            steady.ecs.describe_service_revisions(serviceRevisionArns=arns)


def test_a_deployment_that_rolls_back_may_be_stopped_again(steady: Account) -> None:
    steady.outcomes.choose(REGION, "ECS", "my-service", Outcome.HANG)
    steady.update(taskDefinition="my-service:2")
    arn = steady.service()["currentServiceDeployment"]
    steady.ecs.stop_service_deployment(serviceDeploymentArn=arn)
    assert steady.ecs.stop_service_deployment(serviceDeploymentArn=arn)["serviceDeploymentArn"] == arn
    steady.clock.time += STOP_ROLLBACK
    assert steady.rollouts() == [("PRIMARY", "1", "COMPLETED")]


def test_what_was_deregistered_is_not_deployed(steady: Account) -> None:
    steady.emulated.deregistered.add(steady.release(2))
    with pytest.raises(steady.ecs.exceptions.ClientException, match="TaskDefinition is inactive"):
        steady.update(taskDefinition="my-service:2")
    assert steady.rollouts() == [("PRIMARY", "1", "COMPLETED")]
