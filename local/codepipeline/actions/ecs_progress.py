"""How far an ECS service is with a deployment."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any


class Progress(Enum):
    """What the deploy action makes of a look at the service."""

    WAITING = auto()
    STEADY = auto()
    FAILED = auto()


def judge(service: Mapping[str, Any], task_definition: str) -> tuple[Progress, str]:
    """What a service of DescribeServices says of the deployment of that task definition, and why.

    Steady on another task definition counts as steady: that is how a deployment looks that the circuit breaker rolled
    back, and the deploy action does not tell it from a good one.
    """
    primary = next((each for each in service["deployments"] if each["status"] == "PRIMARY"), None)
    if primary is None:
        return Progress.WAITING, "the service has no primary deployment yet"
    state = _rollout(service, primary)
    if state == "COMPLETED":
        return Progress.STEADY, f"deployment {primary['id']} is completed"
    if state == "FAILED" and not (primary["taskDefinition"] == task_definition and _rolls_back(service)):
        reason = primary.get("rolloutStateReason") or "tasks failed to start"
        return Progress.FAILED, f"The deployment {primary['id']} failed: {reason}"
    return Progress.WAITING, f"deployment {primary['id']} is in state {state}"


def _rollout(service: Mapping[str, Any], deployment: Mapping[str, Any]) -> str:
    """The rollout state; services of other deployment controllers have none, and are steady by their counts."""
    if "rolloutState" in deployment:
        return str(deployment["rolloutState"])
    wanted = deployment["desiredCount"]
    steady = len(service["deployments"]) == 1 and deployment["runningCount"] == wanted
    return "COMPLETED" if steady else "IN_PROGRESS"


def _rolls_back(service: Mapping[str, Any]) -> bool:
    """Whether a failed deployment is followed by one of the old revision."""
    configuration = service.get("deploymentConfiguration", {})
    breaker = configuration.get("deploymentCircuitBreaker", {})
    return bool(breaker.get("enable") and breaker.get("rollback"))
