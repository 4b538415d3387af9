"""A task set in ECS's own shape, as DescribeServices and DescribeTaskSets show it of a service of CodeDeploy's."""

from typing import Any

from local.aws_json.messages import Scope
from local.codedeploy.task_sets import TaskSet
from local.regions import partition_of

STARTED_BY = "CODE_DEPLOY"


def task_set(scope: Scope, cluster: str, service: str, shown: TaskSet) -> dict[str, Any]:
    """ECS's TaskSet; times are epoch seconds."""
    prefix = f"arn:{partition_of(scope.region)}:ecs:{scope.region}:{scope.account}"
    steady = shown.running == shown.tasks.desired
    return {
        "id": shown.id,
        "taskSetArn": f"{prefix}:task-set/{cluster}/{service}/{shown.id}",
        "serviceArn": f"{prefix}:service/{cluster}/{service}",
        "clusterArn": f"{prefix}:cluster/{cluster}",
        "startedBy": STARTED_BY,
        "status": "PRIMARY" if shown.primary else "ACTIVE",
        "taskDefinition": shown.tasks.task_definition,
        "computedDesiredCount": shown.tasks.desired,
        "pendingCount": shown.pending,
        "runningCount": shown.running,
        "createdAt": shown.created,
        "updatedAt": shown.created,
        "scale": {"value": 100.0, "unit": "PERCENT"},
        "stabilityStatus": "STEADY_STATE" if steady else "STABILIZING",
        **({"externalId": shown.deployment} if shown.deployment else {}),
    }
