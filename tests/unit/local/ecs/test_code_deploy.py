"""Services that CodeDeploy deploys to."""

from typing import Any, Literal

import pytest

from local.clients import ACCOUNT_ID
from local.ecs.tasks import GENERATIONS_SHOWN
from tests.unit.local.ecs.conftest import REGION, Account

CLUSTER, SERVICE = "production-eu", "my-service"
SHOWN = f"{REGION}/{CLUSTER}/{SERVICE}"
WORDS = "on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."


def task_set(number: int, status: str, running: int, pending: int = 0) -> dict[str, Any]:
    prefix = f"arn:aws:ecs:{REGION}:{ACCOUNT_ID}"
    identity = f"ecs-svc/{number:019d}"
    return {
        "id": identity,
        "taskSetArn": f"{prefix}:task-set/{CLUSTER}/{SERVICE}/{identity}",
        "status": status,
        "taskDefinition": f"{prefix}:task-definition/{SERVICE}:{number}",
        "computedDesiredCount": running + pending,
        "runningCount": running,
        "pendingCount": pending,
        "createdAt": 1_000_000.0,
        "scale": {"value": 100.0, "unit": "PERCENT"},
        "stabilityStatus": "STEADY_STATE",
    }


@pytest.fixture
def blue_green(account: Account) -> Account:
    """A service that was created with my-service:1, and a second image to release."""
    account.create(taskDefinition=account.release(1), deploymentController={"type": "CODE_DEPLOY"})
    account.release(2)
    return account


def tasks(account: Account, status: Literal["RUNNING", "STOPPED"] = "RUNNING") -> list[dict[str, Any]]:
    arns = account.ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE, desiredStatus=status)["taskArns"]
    return list(account.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]) if arns else []


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def test_the_service_shows_its_task_sets_and_no_deployments(blue_green: Account) -> None:
    blue_green.task_sets[SHOWN] = [task_set(2, "PRIMARY", 2), task_set(1, "ACTIVE", 2)]
    shown = blue_green.service()
    assert [(each["status"], each["taskDefinition"][-1]) for each in shown["taskSets"]] == [
        ("PRIMARY", "2"),
        ("ACTIVE", "1"),
    ]
    assert (shown["deployments"], shown["runningCount"], shown["pendingCount"]) == ([], 4, 0)
    assert shown["taskDefinition"].endswith(":2")
    assert blue_green.ecs.list_service_deployments(cluster=CLUSTER, service=SERVICE)["serviceDeployments"] == []


def test_the_tasks_of_both_task_sets_have_their_digests(blue_green: Account) -> None:
    blue_green.task_sets[SHOWN] = [task_set(1, "PRIMARY", 2), task_set(2, "ACTIVE", 1, pending=1)]
    found = [
        (task["startedBy"][-1], task["lastStatus"], task["containers"][0]["imageDigest"]) for task in tasks(blue_green)
    ]
    assert found == [
        ("1", "RUNNING", digest(1)),
        ("1", "RUNNING", digest(1)),
        ("2", "RUNNING", digest(2)),
        ("2", "PENDING", digest(2)),
    ]
    assert len({task["taskArn"] for task in tasks(blue_green)}) == 4


def test_a_tag_that_moves_changes_nothing_that_runs(blue_green: Account) -> None:
    blue_green.task_sets[SHOWN] = [task_set(2, "PRIMARY", 1)]
    assert [task["containers"][0]["imageDigest"] for task in tasks(blue_green)] == [digest(2)]
    blue_green.emulated.images[REGION, SERVICE, "2"] = digest(9)
    assert [task["containers"][0]["imageDigest"] for task in tasks(blue_green)] == [digest(2)]


def test_a_task_set_that_fails_runs_nothing_and_others_are_started_in_vain(blue_green: Account) -> None:
    blue_green.task_sets[SHOWN] = [task_set(2, "PRIMARY", 0, pending=2)]
    assert blue_green.service()["runningCount"] == 0
    assert {task["lastStatus"] for task in tasks(blue_green)} == {"PENDING"}
    failed = tasks(blue_green, "STOPPED")
    assert len(failed) == 2 * GENERATIONS_SHOWN
    assert {task["stopCode"] for task in failed} == {"EssentialContainerExited"}
    assert all(task["containers"][0]["exitCode"] == 1 for task in failed)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"taskDefinition": "my-service:2"}, f"Unable to update task definition {WORDS}"),
        ({"forceNewDeployment": True}, f"Cannot force a new deployment {WORDS}"),
    ],
)
def test_only_codedeploy_deploys(blue_green: Account, given: dict[str, Any], words: str) -> None:
    with pytest.raises(blue_green.ecs.exceptions.InvalidParameterException, match=words):
        blue_green.update(**given)
    assert (REGION, "UpdateService") not in blue_green.emulated.forwarded
    assert blue_green.service()["taskDefinition"].endswith(":1")


def test_the_number_of_tasks_may_be_changed(blue_green: Account) -> None:
    assert blue_green.update(desiredCount=3)["desiredCount"] == 3


def test_a_service_of_ecs_has_no_task_sets(account: Account) -> None:
    account.create(taskDefinition=account.release(1))
    account.task_sets[SHOWN] = [task_set(1, "PRIMARY", 2)]
    shown = account.service()
    assert not shown.get("taskSets")
    assert len(shown["deployments"]) == 1


def test_before_codedeploy_knows_the_service_it_is_shown_as_created(blue_green: Account) -> None:
    assert (blue_green.service()["runningCount"], len(tasks(blue_green))) == (2, 2)
