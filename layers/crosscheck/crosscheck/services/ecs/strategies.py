"""How long ECS takes to shift traffic where a service does not roll.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentConfigurationOutputTypeDef

# ECS's own, where the service names none.
STEP_PERCENT, STEP_MINUTES, CANARY_MINUTES = 10.0, 6, 10
WHOLE = 100.0


def shifting_seconds(configuration: DeploymentConfigurationOutputTypeDef) -> float:
    """The seconds that a deployment spends in its steps and in the bake after them, 0 where the service rolls."""
    baking = configuration.get("bakeTimeInMinutes", 0)
    match configuration.get("strategy"):
        case "BLUE_GREEN":
            return baking * 60.0
        case "LINEAR":
            linear = configuration.get("linearConfiguration", {})
            # after the last step nothing is waited for
            steps = ceil(WHOLE / linear.get("stepPercent", STEP_PERCENT)) - 1
            return (steps * linear.get("stepBakeTimeInMinutes", STEP_MINUTES) + baking) * 60.0
        case "CANARY":
            canary = configuration.get("canaryConfiguration", {})
            return (canary.get("canaryBakeTimeInMinutes", CANARY_MINUTES) + baking) * 60.0
        case _:
            return 0.0
