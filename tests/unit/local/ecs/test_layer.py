import copy
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.ecs import UnknownServiceError
from local.ecs.model import ROLLOUT, STOP_ROLLBACK
from local.outcomes import Outcome
from tests.unit.local.ecs.conftest import CLUSTER, IMAGE, REGION, Account


def _tasks(account: Account, status: str = "RUNNING") -> list[dict[str, object]]:
    arns = account.ecs.list_tasks(cluster=CLUSTER, serviceName="my-service", desiredStatus=status)["taskArns"]
    return list(account.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]) if arns else []


def test_a_service_that_exists_is_taken_on_as_steady(steady: Account) -> None:
    assert steady.service()["runningCount"] == 2
    assert steady.rollouts() == [("PRIMARY", "1", "COMPLETED")]
    (digest,) = {task["containers"][0]["imageDigest"] for task in _tasks(steady)}  # type: ignore[index]
    assert digest == f"sha256:{1:064x}"


def test_an_update_before_the_first_look_still_knows_what_ran_before(steady: Account) -> None:
    steady.update(taskDefinition="my-service:2")

    assert steady.rollouts() == [("PRIMARY", "2", "IN_PROGRESS"), ("ACTIVE", "1", "COMPLETED")]


def test_a_healthy_release(steady: Account) -> None:
    steady.update(taskDefinition="my-service:2")
    steady.clock.time += ROLLOUT

    assert steady.rollouts() == [("PRIMARY", "2", "COMPLETED")]
    assert steady.layer.service_health(REGION, "my-service") == (True, f"my-service:2 {IMAGE}:2")


def test_an_unhealthy_release_and_the_way_back(steady: Account) -> None:
    steady.outcomes.choose(REGION, "ECS", "my-service", Outcome.UNHEALTHY)
    steady.update(taskDefinition="my-service:2")
    steady.clock.time += ROLLOUT

    service = steady.service()
    assert (service["runningCount"], service["deployments"][0]["rolloutState"]) == (0, "COMPLETED")
    assert steady.layer.service_health(REGION, "my-service") == (False, "my-service:2")
    stopped = _tasks(steady, "STOPPED")
    assert "EssentialContainerExited" in {task["stopCode"] for task in stopped}

    steady.update(taskDefinition="my-service:1")
    steady.clock.time += ROLLOUT
    assert steady.service()["runningCount"] == 2
    assert steady.layer.service_health(REGION, "my-service")[0]


def test_an_old_image_in_a_new_task_definition_is_good_again(steady: Account) -> None:
    steady.outcomes.choose(REGION, "ECS", "my-service", Outcome.UNHEALTHY)
    steady.update(taskDefinition="my-service:2")
    steady.emulated.define(REGION, "my-service:3", f"{IMAGE}:1")
    steady.clock.time += ROLLOUT
    steady.update(taskDefinition="my-service:3")
    steady.clock.time += ROLLOUT

    assert steady.service()["runningCount"] == 2


def test_the_same_image_released_again_ends_as_the_outcome_says(steady: Account) -> None:
    steady.service()
    steady.emulated.define(REGION, "my-service:3", f"{IMAGE}:1")
    steady.outcomes.choose(REGION, "ECS", "my-service", Outcome.UNHEALTHY)
    steady.update(taskDefinition="my-service:3")
    steady.clock.time += ROLLOUT

    assert steady.service()["runningCount"] == 0


def test_the_circuit_breaker_restores_the_old_revision(steady: Account) -> None:
    steady.outcomes.choose(REGION, "ECS", None, Outcome.ROLLED_BACK)
    steady.update(taskDefinition="my-service:2")
    steady.clock.time += ROLLOUT

    service = steady.service()
    assert service["taskDefinition"].endswith("my-service:1")
    assert service["runningCount"] == 2
    assert steady.rollouts() == [("PRIMARY", "1", "COMPLETED"), ("ACTIVE", "2", "FAILED")]
    (latest, _) = steady.ecs.list_service_deployments(cluster=CLUSTER, service="my-service")["serviceDeployments"]
    assert latest["status"] == "ROLLBACK_SUCCESSFUL"


def test_after_the_circuit_breaker_the_refused_revision_can_be_deployed_again(steady: Account) -> None:
    steady.outcomes.choose(REGION, "ECS", None, Outcome.ROLLED_BACK)
    steady.update(taskDefinition="my-service:2")
    steady.clock.time += ROLLOUT
    steady.update(taskDefinition="my-service:2")

    assert steady.rollouts()[0] == ("PRIMARY", "2", "IN_PROGRESS")


def test_a_hanging_deployment_is_stopped_and_rolled_back(steady: Account) -> None:
    steady.outcomes.choose(REGION, "ECS", "my-service", Outcome.HANG)
    steady.update(taskDefinition="my-service:2")
    steady.clock.time += 100 * ROLLOUT
    (hanging,) = steady.ecs.list_service_deployments(cluster=CLUSTER, service="my-service", status=["IN_PROGRESS"])[
        "serviceDeployments"
    ]
    arn = hanging["serviceDeploymentArn"]

    assert steady.ecs.stop_service_deployment(serviceDeploymentArn=arn)["serviceDeploymentArn"] == arn
    steady.clock.time += STOP_ROLLBACK
    (described,) = steady.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    assert described["status"] == "ROLLBACK_SUCCESSFUL"
    assert steady.service()["taskDefinition"].endswith("my-service:1")
    with pytest.raises(steady.ecs.exceptions.ConflictException):
        steady.ecs.stop_service_deployment(serviceDeploymentArn=arn)


def test_service_revisions_hold_the_digests_of_both_sides(steady: Account) -> None:
    steady.update(taskDefinition="my-service:2")
    (latest, _) = steady.ecs.list_service_deployments(cluster=CLUSTER, service="my-service")["serviceDeployments"]
    (described,) = steady.ecs.describe_service_deployments(serviceDeploymentArns=[latest["serviceDeploymentArn"]])[
        "serviceDeployments"
    ]
    arns = [described["targetServiceRevision"]["arn"], described["sourceServiceRevisions"][0]["arn"]]

    revisions = steady.ecs.describe_service_revisions(serviceRevisionArns=arns)["serviceRevisions"]
    assert [entry["containerImages"][0]["imageDigest"] for entry in revisions] == [
        f"sha256:{2:064x}",
        f"sha256:{1:064x}",
    ]


def test_f18_an_image_that_arrives_late_is_pulled_then(steady: Account) -> None:
    steady.release(3, pushed=False)
    steady.update(taskDefinition="my-service:3")
    steady.clock.time += ROLLOUT

    assert steady.rollouts()[0] == ("PRIMARY", "3", "IN_PROGRESS")
    assert "CannotPullContainerError" in str(_tasks(steady, "STOPPED")[0]["stoppedReason"])
    steady.push(3)
    steady.service()
    steady.clock.time += ROLLOUT
    assert steady.rollouts() == [("PRIMARY", "3", "COMPLETED")]


def test_f18_an_absent_image_trips_the_circuit_breaker(account: Account) -> None:
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    account.create(taskDefinition=account.release(1), deploymentConfiguration=breaker)
    account.release(2, pushed=False)
    account.update(taskDefinition="my-service:2")
    account.clock.time += ROLLOUT

    assert account.service()["taskDefinition"].endswith("my-service:1")


def test_what_cloudformation_changes_is_a_deployment_too(steady: Account) -> None:
    steady.service()
    steady.emulated.now = steady.clock.time + 1.5
    steady.emulated.UpdateService(
        REGION, {"cluster": CLUSTER, "service": "my-service", "taskDefinition": "my-service:2"}
    )
    steady.clock.time += 3  # before anybody asks

    assert steady.rollouts() == [("PRIMARY", "2", "IN_PROGRESS"), ("ACTIVE", "1", "COMPLETED")]
    newest, first = steady.ecs.list_service_deployments(cluster=CLUSTER, service="my-service")["serviceDeployments"]
    assert [each["createdAt"].timestamp() for each in (first, newest)] == [2_000_000.0, 2_000_001.5]


def test_what_was_read_before_an_update_is_no_change(steady: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    steady.service()
    describe = steady.emulated.DescribeServices

    def overtaken(region: str, given: dict[str, Any]) -> dict[str, Any]:
        read = copy.deepcopy(describe(region, given))
        monkeypatch.undo()
        steady.update(taskDefinition="my-service:2")
        return read

    monkeypatch.setattr(steady.emulated, "DescribeServices", overtaken)
    steady.service()

    assert steady.rollouts() == [("PRIMARY", "2", "IN_PROGRESS"), ("ACTIVE", "1", "COMPLETED")]
    steady.clock.time += ROLLOUT
    assert steady.rollouts() == [("PRIMARY", "2", "COMPLETED")]
    assert len(steady.ecs.list_service_deployments(cluster=CLUSTER, service="my-service")["serviceDeployments"]) == 2


def test_scaling_is_no_deployment(steady: Account) -> None:
    before = steady.service()["deployments"][0]["id"]

    assert steady.update(desiredCount=0)["runningCount"] == 0
    assert steady.service()["deployments"][0]["id"] == before


def test_a_service_scaled_to_zero_counts_as_deployed(steady: Account) -> None:
    steady.outcomes.choose(REGION, "ECS", "my-service", Outcome.FAIL)
    steady.update(desiredCount=0, taskDefinition="my-service:2")
    steady.clock.time += ROLLOUT

    assert steady.rollouts()[0] == ("PRIMARY", "2", "COMPLETED")
    assert steady.service()["runningCount"] == 0


def test_the_same_task_definition_is_deployed_again_only_by_force(steady: Account) -> None:
    before = steady.service()["deployments"][0]["id"]

    assert steady.update(taskDefinition="my-service:1")["deployments"][0]["id"] == before
    assert steady.update(forceNewDeployment=True)["deployments"][0]["id"] != before


def test_a_new_service_begins_with_a_deployment(steady: Account) -> None:
    created = steady.ecs.create_service(cluster=CLUSTER, serviceName="other", taskDefinition="my-service:2")["service"]

    assert created["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert created["runningCount"] == 0


def test_a_deleted_service_is_shown_as_the_emulator_has_it(steady: Account) -> None:
    steady.ecs.delete_service(cluster=CLUSTER, service="my-service", force=True)

    assert steady.service()["status"] == "INACTIVE"
    with pytest.raises(UnknownServiceError):
        steady.layer.service_health(REGION, "my-service")


def test_tasks_of_no_service_stay_the_emulators(steady: Account) -> None:
    arns = steady.ecs.list_tasks(cluster=CLUSTER)["taskArns"]

    assert [arn for arn in arns if arn.endswith("/alone")]
    assert not [arn for arn in arns if arn.endswith("/emulated")]
    assert len(arns) == 3
    described = steady.ecs.describe_tasks(cluster=CLUSTER, tasks=[*arns, "missing"])
    assert len(described["tasks"]) == 3
    assert described["failures"] == [{"arn": "missing", "reason": "MISSING"}]


def test_refusals(steady: Account) -> None:
    ecs = steady.ecs
    with pytest.raises(ClientError, match="Unable to describe task definition"):
        steady.update(taskDefinition="my-service:99")
    with pytest.raises(ecs.exceptions.ServiceNotFoundException):
        ecs.list_tasks(cluster=CLUSTER, serviceName="other")
    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        ecs.list_service_deployments(cluster="other", service="my-service")
    with pytest.raises(ecs.exceptions.InvalidParameterException):
        ecs.describe_service_revisions(serviceRevisionArns=["nonsense"])
    assert steady.rollouts() == [("PRIMARY", "1", "COMPLETED")]


def test_what_the_layer_does_not_change_goes_to_the_callers_region(steady: Account) -> None:
    steady.aws.client("ecs", "ap-southeast-1").list_clusters()

    assert steady.emulated.forwarded[-1] == ("ap-southeast-1", "ListClusters")


def test_a_deployment_is_announced_in_its_region(steady: Account) -> None:
    steady.update(taskDefinition="my-service:2")

    ((region, entry),) = steady.events
    assert (region, entry["Source"]) == (REGION, "aws.ecs")
    assert entry["DetailType"] == "ECS Deployment State Change"
    assert entry["Resources"] == [f"arn:aws:ecs:{REGION}:111122223333:service/{CLUSTER}/my-service"]
    detail = json.loads(entry["Detail"])
    assert detail["eventName"] == "SERVICE_DEPLOYMENT_IN_PROGRESS"
    assert detail["deploymentId"] == steady.service()["deployments"][0]["id"]
