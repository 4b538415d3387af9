import pytest

from local.ecs import releases, views
from local.ecs.model import ROLLOUT, STOP_ROLLBACK, asked_for, settled, stopped
from local.ecs.names import ServiceName
from local.ecs.tasks import tasks
from local.outcomes import Outcome
from tests.unit.local.ecs.histories import START, deployment, steady

NAME = ServiceName("aws", "eu-west-1", "111122223333", "production-eu", "my-service")
END = START + ROLLOUT


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.HEALTHY, "SUCCESSFUL"),
        (Outcome.UNHEALTHY, "SUCCESSFUL"),
        (Outcome.ROLLED_BACK, "ROLLBACK_SUCCESSFUL"),
        (Outcome.FAIL, "STOPPED"),
        (Outcome.HANG, "IN_PROGRESS"),
    ],
)
def test_the_status_of_a_service_deployment(outcome: Outcome, status: str) -> None:
    history = settled(steady().and_then(deployment(2, outcome)), END)

    assert releases.status(history, 1, END - 1) == "IN_PROGRESS"
    assert releases.status(history, 1, END) == status


def test_a_stopped_service_deployment_rolls_back_in_time() -> None:
    history = stopped(steady().and_then(deployment(2)), START + 5, rollback=True)
    done = START + 5 + STOP_ROLLBACK

    assert releases.status(history, 1, done - 1) == "ROLLBACK_IN_PROGRESS"
    assert releases.status(history, 1, done) == "ROLLBACK_SUCCESSFUL"
    assert releases.brief(NAME, history, 1, done)["finishedAt"] == done
    assert "finishedAt" not in releases.brief(NAME, history, 1, done - 1)


def test_a_rollback_is_no_service_deployment_of_its_own() -> None:
    history = settled(steady().and_then(deployment(2, Outcome.ROLLED_BACK)), END)

    assert asked_for(history) == [1, 0]
    described = releases.full(NAME, history, 1, END, {})
    assert described["rollback"]["serviceRevisionArn"] == NAME.revision("1")
    assert [source["arn"] for source in described["sourceServiceRevisions"]] == [NAME.revision("1")]
    assert described["targetServiceRevision"]["arn"] == NAME.revision("2")
    assert described["deploymentCircuitBreaker"]["status"] == "TRIGGERED"


def test_the_source_of_a_deployment_is_what_ran_before_it() -> None:
    history = steady().and_then(deployment(2)).and_then(deployment(3, at=END + 10))

    described = releases.full(NAME, history, 2, END + 20, {})
    assert [source["arn"] for source in described["sourceServiceRevisions"]] == [NAME.revision("2")]


def test_a_service_after_the_circuit_breaker_runs_its_old_task_definition() -> None:
    history = settled(steady().and_then(deployment(2, Outcome.ROLLED_BACK)), END)

    service = views.service(NAME, history, END, {})
    assert service["taskDefinition"].endswith("my:1")
    assert service["runningCount"] == 2
    shown = [(entry["status"], entry["rolloutState"]) for entry in service["deployments"]]
    assert shown == [("PRIMARY", "COMPLETED"), ("ACTIVE", "FAILED")]
    primary, failed = (entry["rolloutStateReason"] for entry in service["deployments"])
    assert primary == "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."
    assert failed == "ECS deployment circuit breaker: tasks failed to start."


def test_events_say_newest_first_what_happened() -> None:
    history = steady().and_then(deployment(2))

    messages = [event["message"] for event in views.events(NAME, history, END)]
    assert messages[0] == "(service my-service) has reached a steady state."
    assert "(service my-service) (deployment ecs-svc/2) deployment completed." in messages


def test_a_task_says_which_deployment_started_it_and_which_image_it_runs() -> None:
    history = steady()

    (shown, _) = (views.task(NAME, task, {"launchType": "FARGATE"}) for task in tasks(history, 0, START))
    assert shown["startedBy"] == "ecs-svc/1"
    assert shown["group"] == "service:my-service"
    assert (shown["lastStatus"], shown["healthStatus"]) == ("RUNNING", "HEALTHY")
    assert shown["containers"][0]["imageDigest"] == "sha256:" + "a" * 64
    assert "exitCode" not in shown["containers"][0]
