"""The operations that the local account has, by name."""

from local.codedeploy.api import applications, deployments, groups, targets
from local.codedeploy.api.call import Operation

OPERATIONS: dict[str, Operation] = {
    **applications.OPERATIONS,
    **groups.OPERATIONS,
    **deployments.OPERATIONS,
    **targets.OPERATIONS,
}
